// Routee in Express: each request runs an effect in the process's one runtime.
import type { Routee } from "@mintmark/routee"
import * as Effect from "effect/Effect"
import type * as ManagedRuntime from "effect/ManagedRuntime"
import express from "express"
import { balance } from "./balance.ts"

export const app = <E>(runtime: ManagedRuntime.ManagedRuntime<Routee, E>): express.Express =>
  express().get("/balance", (_, response, next) => {
    const aborted = new AbortController()
    response.on("close", () => aborted.abort())
    runtime.runPromise(Effect.result(balance), { signal: aborted.signal }).then((result) => {
      if (result._tag === "Success") return response.json(result.success)
      const { retryAfter, status } = result.failure
      if (retryAfter !== undefined) response.set("retry-after", `${retryAfter}`)
      return response.sendStatus(status)
    }).catch(next)
  })
