#!/usr/bin/env node
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { Sandbox } from "./Sandbox.ts"

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))

const port = Flag.Int("port").pipe(
  Flag.withAlias("p"),
  Flag.withDescription("The port to listen on; 0 takes a free one"),
  Flag.withDefault(0)
)

const host = Flag.String("host").pipe(
  Flag.withDescription("The address to listen on; anything but this machine's own lets others in"),
  Flag.withDefault("127.0.0.1")
)

const serve = Effect.gen(function*() {
  const { origin, urls } = yield* Sandbox
  const width = Math.max(...Object.keys(urls).map((provider) => provider.length))
  yield* Console.log([
    `Listening on ${origin}`,
    ...Object.entries(urls).map(([provider, url]) => `  ${provider.padEnd(width)}  ${url}`)
  ].join("\n"))
  return yield* Effect.never
})

Command.make("mintmark-sandbox", { port, host }, (options) =>
  serve.pipe(
    Effect.provide(Sandbox.layer(options)),
    Effect.catchTag("ServeError", () =>
      Effect.andThen(
        Console.error(`Can't listen on ${options.host}:${options.port}. Is something else listening there?`),
        Effect.sync(() => {
          process.exitCode = 1
        })
      ))
  )).pipe(
    Command.withDescription("Four telecom providers' authorization servers on this machine"),
    Command.run({ version }),
    Effect.provide(NodeServices.layer),
    NodeRuntime.runMain
  )
