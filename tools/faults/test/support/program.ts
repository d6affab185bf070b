// A process of its own: everything that it writes is read by its parent.
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { inspect } from "node:util"
import { everyone, secretOf } from "./everyone.ts"

const [, , origin = "", how = ""] = process.argv

const everything = Effect.gen(function*() {
  for (const subject of everyone) {
    const baseUrl = `${origin}/{host}`
    const client = yield* subject.make(Redacted.make(secretOf(subject)), baseUrl)
    const token = yield* client.token
    const response = yield* client.http.get(subject.path)
    const refused = yield* Effect.flip(
      Effect.flatMap(subject.make(Redacted.make(`${secretOf(subject)}?`), baseUrl), ({ token }) => token)
    )
    for (const value of [client, token, response.status, refused, baseUrl]) {
      console.log(value)
      console.error(value)
      console.log("%s %j %o %O", value, value, value, value)
      console.log(
        JSON.stringify(value),
        String(value),
        inspect(value, { depth: Infinity, showHidden: true, getters: true })
      )
      yield* Effect.log(value)
      yield* Effect.logError("it is", value)
    }
  }
})

const failing = Effect.gen(function*() {
  const [subject] = everyone
  if (subject === undefined) return
  const client = yield* subject.make(Redacted.make(`${secretOf(subject)}?`), `${origin}/{host}`)
  yield* client.token
})

const services = FetchHttpClient.layer
const loggers = Logger.layer([
  Logger.consolePretty(),
  Logger.consoleJson,
  Logger.consoleLogFmt,
  Logger.consoleStructured
])

switch (how) {
  case "when it prints and logs all that it has":
    NodeRuntime.runMain(Effect.scoped(everything).pipe(Effect.provide(Layer.mergeAll(services, loggers))))
    break
  case "when a rejection is unhandled":
    void Effect.runPromise(Effect.scoped(failing).pipe(Effect.provide(services)))
    break
  case "when its main program fails":
    NodeRuntime.runMain(Effect.scoped(failing).pipe(Effect.provide(Layer.mergeAll(services, loggers))))
    break
  case "when it throws":
    Effect.runCallback(Effect.scoped(failing).pipe(Effect.provide(services), Effect.flip), {
      onExit: (exit) => {
        if (exit._tag === "Success") {
          setImmediate(() => {
            throw exit.value
          })
        }
      }
    })
}
