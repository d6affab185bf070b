import * as NodeDns from "@effect/platform-node/NodeDns"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Dns from "effect/net/Dns"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Sink from "effect/Sink"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import { run } from "../../src/Cli.ts"

/** What a run of the command showed, and how it would have ended. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const withoutNames = Layer.orDie(Dns.layerStatic({}))

/** What of the machine is another one. */
export interface Machine {
  /** What `fetch` does. */
  readonly fetch?: typeof globalThis.fetch
  /** Whether no name can be resolved. */
  readonly isWithoutNames?: boolean
  readonly stdoutIsTerminal?: boolean
}

/** Runs the command in this process, in a terminal in which these lines are typed. */
export const atTerminal = Effect.fnUntraced(function*(
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
  typed: ReadonlyArray<string> = [],
  { fetch = globalThis.fetch, isWithoutNames = false, stdoutIsTerminal = false }: Machine = {}
): Effect.fn.Return<Outcome> {
  const shown = { stdout: "", stderr: "" }
  const stdio = Stdio.layerTest({
    args: Effect.succeed(args),
    stdinIsTerminal: Effect.succeed(typed.length > 0),
    stdoutIsTerminal: Effect.succeed(stdoutIsTerminal),
    stdout: () =>
      Sink.forEach((text) =>
        Effect.sync(() => {
          shown.stdout += typeof text === "string" ? text : new TextDecoder().decode(text)
        })
      ),
    stderrIsTerminal: Effect.succeed(true),
    stderr: () =>
      Sink.forEach((text) =>
        Effect.sync(() => {
          shown.stderr += text
        })
      )
  })
  const keys = yield* Queue.unbounded<Terminal.UserInput>()
  for (const line of typed) {
    for (const character of [...line, "\r"]) {
      yield* Queue.offer(keys, {
        input: Option.some(character),
        key: { name: character === "\r" ? "return" : character, ctrl: false, meta: false, shift: false }
      })
    }
  }
  const terminal = Terminal.make({
    columns: Effect.succeed(80),
    rows: Effect.succeed(24),
    size: Effect.die("unused"),
    readInput: Effect.succeed(keys),
    readLine: Effect.die("unused"),
    display: () => Effect.die("the prompt belongs on standard error")
  })
  const code = yield* run("1.2.3").pipe(
    Effect.match({
      onFailure: (error) => "exitCode" in error ? error.exitCode : NaN,
      onSuccess: () => 0
    }),
    Effect.provideService(Console.Console, {
      ...globalThis.console,
      log: (text) => shown.stdout += `${text}\n`,
      error: (text) => shown.stderr += `${text}\n`
    }),
    Effect.provideService(FetchHttpClient.Fetch, fetch),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnvRecord(env)),
    Effect.provide([
      Layer.mergeAll(NodeServices.layer, isWithoutNames ? withoutNames : NodeDns.layer, FetchHttpClient.layer),
      stdio,
      Layer.succeed(Terminal.Terminal, terminal)
    ])
  )
  return { code, ...shown }
})
