import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { Account, Sandbox } from "../src/index.ts"
import { basicOf } from "./support/wire.ts"

const program = fileURLToPath(new URL("../src/bin.ts", import.meta.url))

/** Runs the program until it says so much, or ends by itself. */
const run = (args: ReadonlyArray<string>, until: RegExp) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] })
      let text = ""
      const ended = new Promise<number | null>((resolve) => child.once("close", resolve))
      let waiting: () => void = () => {}
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (part: Buffer) => {
          text += part.toString()
          waiting()
        })
      }
      const heard = (pattern: RegExp) =>
        new Promise<void>((resolve) => {
          waiting = () => {
            if (pattern.test(text)) resolve()
          }
          waiting()
        })
      await Promise.race([heard(until), ended])
      return { child, ended, heard, text: () => text }
    }),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

describe("The program", () => {
  it.live("prints each server's base URL and each account with what is accepted and refused, serves, and exits on a signal", () =>
    Effect.gen(function*() {
      const { child, ended, heard, text } = yield* run([], /\(Ctrl\+C ends the sandbox\)\n/)
      const [, origin = ""] = /^Listening on (http:\/\/127\.0\.0\.1:\d+)$/m.exec(text()) ?? []
      assert.include(text(), `\n  vonage-contact-center-v0  ${origin}/{host}\n`)
      assert.include(
        text(),
        [
          "  Routee: 5756a411e4b06a33d50517c7, secret vb6QpjCIOG",
          "    token     POST https://auth.routee.net/oauth/token",
          "    accepted  Basic, raw."
        ].join("\n")
      )
      const answer = yield* Effect.promise(() => fetch(`${origin}/_sandbox/journal`))
      assert.strictEqual(answer.status, 200)

      // Each request shows in the terminal, too, and no secret.
      const ask = (scope: string) =>
        fetch(`${origin}/auth.routee.net/oauth/token`, {
          method: "POST",
          headers: basicOf(Account.routee),
          body: new URLSearchParams({ grant_type: "client_credentials", scope })
        })
      const line = (end: string) =>
        new RegExp(`^\\d\\d:\\d\\d:\\d\\d  \\d{3}  POST  auth.routee.net/oauth/token  ${end}`, "m")
      yield* Effect.promise(() => ask("account"))
      yield* Effect.promise(() => heard(line(Account.routee.clientId)))
      yield* Effect.promise(() => ask("nonsense"))
      yield* Effect.promise(() => heard(line("The account may not have the scope nonsense")))
      yield* Effect.promise(() => ask("\u001b[2J\r\n"))
      yield* Effect.promise(() => heard(line("The account may not have the scope \uFFFD\\[2J")))
      assert.notInclude(text().slice(text().indexOf("Ctrl+C")), Account.routee.clientSecret)
      child.kill("SIGTERM")
      assert.isNotNull(yield* Effect.promise(() => ended))
    }).pipe(Effect.scoped))

  it.live("reports in two lines a port that is in use or an invalid argument, and what to do", () =>
    Effect.gen(function*() {
      const { origin } = yield* Sandbox
      const { port } = new URL(origin)
      const told = Effect.fnUntraced(function*(...args: ReadonlyArray<string>) {
        const { ended, text } = yield* run(args, /never said/)
        return [yield* Effect.promise(() => ended), text()]
      })
      assert.deepStrictEqual(yield* told("--port", port), [
        1,
        `Can't listen on 127.0.0.1:${port} (EADDRINUSE).\nAnother --port may do, 0 takes a free one; or another --host.\n`
      ])
      for (const args of [["--port", "99999"], ["--prt", "1"]]) {
        const [code, text] = yield* told(...args)
        assert.strictEqual(code, 2)
        assert.match(String(text), /^.*(?:Expected: 0 to 65535|--port).*\n--help shows what there is\.\n$/)
      }
    }).pipe(Effect.scoped, Effect.provide(Sandbox.layer())))
})
