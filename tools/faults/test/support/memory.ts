// A process of its own, whose memory nothing else fills: asks once for each answer that its parent has prepared, and
// says how many bytes its memory held at most while it did so, above what it held before.
import * as TokenEndpoint from "@mintmark/core/TokenEndpoint"
import * as TokenRequest from "@mintmark/core/TokenRequest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Result from "effect/Result"
import { credentials, provider } from "./generic.ts"
import { transportNames, transports } from "./Transports.ts"

const [, , endpoint = "", name = "", times = "0"] = process.argv
const transport = transportNames.find((each) => each === name) ?? "fetch"
const generic = provider(endpoint, "client_credentials")
const request = Result.getOrThrow(TokenRequest.make(generic, credentials(transport, "client_credentials")))

const held = () => {
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

const program = Effect.gen(function*() {
  const exchange = TokenEndpoint.make(generic, yield* HttpClient.HttpClient)
  const growth: Array<number> = []
  for (let time = 0; time <= Number(times); time++) {
    globalThis.gc?.()
    const before = held()
    let most = before
    const watch = setInterval(() => most = Math.max(most, held()), 1)
    yield* Effect.exit(exchange(request, Duration.seconds(20)))
    clearInterval(watch)
    growth.push(Math.max(most, held()) - before)
  }
  // The first exchange loads what every exchange needs.
  process.stdout.write(JSON.stringify(growth.slice(1)))
})

Effect.runPromise(Effect.provide(program, transports[transport]()))
