import { assert, layer } from "@effect/vitest"
import * as Account from "@mintmark/sandbox/Account"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"

const run = (program: string, env: Readonly<Record<string, string>>) =>
  Effect.callback<{ readonly out: string; readonly err: string }>((resume) => {
    const path = fileURLToPath(new URL(`../src/${program}`, import.meta.url))
    const child = execFile(process.execPath, [path], { env }, (_, out, err) => resume(Effect.succeed({ out, err })))
    return Effect.sync(() => {
      child.kill()
    })
  })

const missing =
  "routee: applicationId (ROUTEE_APPLICATION_ID) is missing or empty, and so is applicationSecret (ROUTEE_APPLICATION_SECRET)\n"

layer(Sandbox.layer(), { excludeTestServices: true })("the API client", (it) => {
  for (const program of ["main.ts", "plain.ts"]) {
    it.effect(`${program} sends an SMS and reads the balance, with one token`, () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        yield* sandbox.clear
        const { err, out } = yield* run(program, {
          ROUTEE_APPLICATION_ID: Account.routee.clientId,
          ROUTEE_APPLICATION_SECRET: Account.routee.clientSecret,
          ROUTEE_BASE_URL: sandbox.urls.routee
        })
        assert.strictEqual(err, "")
        assert.strictEqual(out, "SMS sandbox-sms: Queued\nBalance: 42.5 EUR\n")
        assert.deepInclude(yield* sandbox.counts(), { token: 1, api: 2 })
      }))
  }

  for (
    const [program, line] of [
      ["main.ts", missing],
      ["plain.ts", `There is no token: ${missing}`]
    ] as const
  ) {
    it.effect(`${program} without settings names the missing ones in one line`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* run(program, {}), { err: line, out: "" })
      }))
  }

  it.effect("plain.ts reports that Routee refused the credentials", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const { err } = yield* run("plain.ts", {
        ROUTEE_APPLICATION_ID: Account.routee.clientId,
        ROUTEE_APPLICATION_SECRET: "another",
        ROUTEE_BASE_URL: sandbox.urls.routee
      })
      assert.strictEqual(err, "Routee doesn't know this application.\n")
    }))
})
