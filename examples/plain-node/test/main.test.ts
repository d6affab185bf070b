import { assert, layer } from "@effect/vitest"
import * as Account from "@mintmark/sandbox/Account"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../src/main.ts", import.meta.url))

const run = (env: Readonly<Record<string, string>>) =>
  Effect.callback<{ readonly code: number | null; readonly err: string; readonly out: string }>((resume) => {
    const child = execFile(
      process.execPath,
      [program],
      { env },
      (_, out, err) => resume(Effect.succeed({ code: child.exitCode, out, err }))
    )
    return Effect.sync(() => {
      child.kill()
    })
  })

layer(Sandbox.layer(), { excludeTestServices: true })("a program without Effect", (it) => {
  it.effect("without settings names the missing one in one line", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* run({ ROUTEE_APPLICATION_ID: "id" }), {
        code: 1,
        err: "ROUTEE_APPLICATION_SECRET is not set: see README.md.\n",
        out: ""
      })
    }))

  it.effect("sends an SMS, reads the balance, shows no token, and exits by itself", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const env = {
        ROUTEE_APPLICATION_ID: Account.routee.clientId,
        ROUTEE_APPLICATION_SECRET: Account.routee.clientSecret,
        ROUTEE_BASE_URL: sandbox.urls.routee
      }
      const { err, out } = yield* run(env)
      assert.strictEqual(err, "")
      assert.match(out, /^SMS: 200 .*Queued/s)
      assert.include(out, "balance: 42.5")
      assert.include(out, "account sms, its value: <redacted")
      assert.deepInclude(yield* sandbox.counts(), { token: 1, api: 2 })
    }))
})
