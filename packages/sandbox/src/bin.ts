#!/usr/bin/env node
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import { readFileSync } from "node:fs"
import { describeAccount } from "./internal/guide.ts"
import { lineOf } from "./JournalEntry.ts"
import { Sandbox } from "./Sandbox.ts"

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))

const port = Flag.Int("port").pipe(
  Flag.withAlias("p"),
  Flag.withDescription("The port to listen on; 0 takes a free one"),
  Flag.filter((port) => port >= 0 && port <= 65535, () => "Expected: 0 to 65535"),
  Flag.withDefault(0)
)

const host = Flag.String("host").pipe(
  Flag.withDescription("The address to listen on; anything but this machine's own lets others in"),
  Flag.withDefault("127.0.0.1")
)

const serve = Effect.gen(function*() {
  const { accounts, entries, origin, urls } = yield* Sandbox
  const width = Math.max(...Object.keys(urls).map((provider) => provider.length))
  yield* Console.log([
    `Listening on ${origin}`,
    "",
    "Base URLs ({host} stands for a provider's host: /auth.routee.net/oauth/token is Routee's token endpoint)",
    ...Object.entries(urls).map(([provider, url]) => `  ${provider.padEnd(width)}  ${url}`),
    "",
    "Accounts, made up and public",
    ...(yield* accounts).flatMap(describeAccount),
    "",
    `The page shows every request whole: ${origin}/ (Ctrl+C ends the sandbox)`
  ].join("\n"))
  return yield* Stream.runForEach(entries, (entry) => Console.log(lineOf(entry)))
})

const fail = (exitCode: number, ...lines: ReadonlyArray<string>) =>
  Effect.andThen(
    Console.error(lines.join("\n")),
    Effect.sync(() => {
      process.exitCode = exitCode
    })
  )

const codeOf = (cause: unknown): string =>
  Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) ? cause.code : "unknown"

const formatter = CliOutput.defaultFormatter({ colors: false })

Command.make("mintmark-sandbox", { port, host }, (options) =>
  serve.pipe(
    Effect.provide(Sandbox.layer(options)),
    Effect.catchTag("ServeError", ({ cause }) =>
      fail(
        1,
        `Can't listen on ${options.host}:${options.port} (${codeOf(cause)}).`,
        "Another --port may do, 0 takes a free one; or another --host."
      ))
  )).pipe(
    Command.withDescription(
      "Four telecom providers' authorization servers on this machine, some of their APIs, and a page to watch them"
    ),
    Command.withExamples([
      { command: "mintmark-sandbox", description: "On a free port, until Ctrl+C" },
      { command: "mintmark-sandbox --port 8080", description: "On the same port each time" }
    ]),
    Command.run({ version }),
    Effect.provideService(
      CliConfig.CliConfig,
      CliConfig.make({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })
    ),
    // A wrong command line is reported in two lines, without the whole help above them.
    Effect.provideService(CliOutput.Presenter, {
      present: (event) => event._tag === "InvalidInvocation" ? Effect.void : CliOutput.defaultPresenter.present(event)
    }),
    Effect.catchTag("ShowHelp", ({ errors: [error] }) =>
      error === undefined
        ? Effect.void
        : fail(
          2,
          formatter.formatCliError(error).replace(/([.:?!]?)\s*\n\s*/g, (_, end) => `${end === "" ? "." : end} `),
          "--help shows what there is."
        )),
    Effect.provide(NodeServices.layer),
    NodeRuntime.runMain
  )
