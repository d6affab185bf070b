// Routee in Fastify: the runtime ends with the server, and its token requests with it.
import type { Routee } from "@mintmark/routee"
import * as Effect from "effect/Effect"
import type * as ManagedRuntime from "effect/ManagedRuntime"
import Fastify from "fastify"
import { balance } from "./balance.ts"

export const app = <E>(runtime: ManagedRuntime.ManagedRuntime<Routee, E>) => {
  const fastify = Fastify()
  fastify.get("/balance", async (_, reply) => {
    const result = await runtime.runPromise(Effect.result(balance))
    if (result._tag === "Success") return result.success
    const { retryAfter, status } = result.failure
    if (retryAfter !== undefined) reply.header("retry-after", retryAfter)
    return reply.code(status).send()
  })
  fastify.addHook("onClose", () => runtime.dispose())
  return fastify
}
