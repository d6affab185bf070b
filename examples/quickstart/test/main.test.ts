import { assert, describe, layer } from "@effect/vitest"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { nobodyListens, routee, run, voipex } from "./support.ts"

const output = readFileSync(new URL("../output.txt", import.meta.url), "utf8")
const stackTrace = /^\s+at .*:\d+:\d+/m

layer(Sandbox.layer(), { excludeTestServices: true })("the quickstart", (it) => {
  describe("with the sandbox", () => {
    it.effect("shows one token request for five API calls, as the sandbox counted them", () =>
      Effect.gen(function*() {
        const { code, err, out } = yield* run("main.ts", [], {})
        assert.strictEqual(err, "")
        assert.strictEqual(code, 0)
        assert.deepStrictEqual(rows(out), [
          ["Routee", "client_credentials", "basic", "Bearer", "account sms", "3600 s", "1", "5"],
          ["Routera", "client_credentials", "body", "Bearer", "-", "3600 s", "1", "5"],
          ["Voipex", "password", "none", "Bearer", "profile email", "3000 s", "1", "5"],
          ["Voipex", "refresh_token", "none", "Bearer", "profile email", "3000 s", "1", "5"],
          ["Vonage V0", "client_credentials", "basic", "Bearer", "-", "300 s", "1", "5"],
          ["Vonage", "client_credentials", "body", "Bearer", "users:read", "7200 s", "1", "5"]
        ])
        assert.include(out, "6 token requests for 30 API calls, counted in the sandbox's own log.")
      }))

    it.effect("prints plain lines of at most 100 columns where there is no terminal", () =>
      Effect.gen(function*() {
        const { out } = yield* run("main.ts", [], {})
        assert.notInclude(out, "\u001b")
        assert.isAtMost(Math.max(...out.split("\n").map(({ length }) => length)), 100)
      }))

    it.effect("prints what the README shows", () =>
      Effect.gen(function*() {
        const { out } = yield* run("main.ts", [], {})
        assert.strictEqual(out.slice(out.indexOf("\n\n") + 2), output)
      }))

    it.effect("ignores credentials in the environment, and reports that", () =>
      Effect.gen(function*() {
        const { code, out } = yield* run("main.ts", [], { ROUTEE_APPLICATION_SECRET: "of-a-real-account" })
        assert.strictEqual(code, 0)
        assert.include(out, "ROUTEE_APPLICATION_SECRET is set, and not used here: npm start -- --live")
        assert.notInclude(out, "of-a-real-account")
      }))

    it.effect("refuses arguments that it doesn't know", () =>
      Effect.gen(function*() {
        const { code, err } = yield* run("main.ts", ["--life"], {})
        assert.strictEqual(code, 1)
        assert.strictEqual(err, "Usage: npm start, or npm start -- --live\n")
      }))
  })

  describe("with --live", () => {
    it.effect("without credentials names the variables of every provider", () =>
      Effect.gen(function*() {
        const { code, err, out } = yield* run("main.ts", ["--live"], {})
        assert.strictEqual(code, 1)
        assert.strictEqual(out, "")
        assert.include(err, "No provider's credentials are set.")
        assert.include(err, "Routee: ROUTEE_APPLICATION_ID, ROUTEE_APPLICATION_SECRET")
        assert.include(err, "Voipex: VOIPEX_USERNAME, VOIPEX_PASSWORD")
        assert.notMatch(err, stackTrace)
      }))

    it.effect("calls the providers that have credentials, prints which are omitted, and counts its requests", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        yield* sandbox.clear
        const { code, err, out } = yield* run("main.ts", ["--live"], { ...(yield* routee()), ...(yield* voipex()) })
        assert.deepStrictEqual({ code, err }, { code: 0, err: "" })
        assert.include(out, "Tokens come from Routee, Voipex.")
        assert.match(out, /Left out[^]*Routera: [^]*Vonage V0: [^]*Vonage: [^]*No API is called at Voipex/)
        assert.deepStrictEqual(rows(out), [
          ["Routee", "client_credentials", "basic", "Bearer", "account", "3600 s", "1", "5"],
          ["Voipex", "password", "none", "-", "profile email", "3000 s", "1", "0"],
          ["Voipex", "refresh_token", "none", "-", "profile email", "3000 s", "1", "0"]
        ])
        assert.include(out, "3 token requests for 5 API calls, counted in this program's own log.")
        const { api, token } = yield* sandbox.counts()
        assert.deepStrictEqual({ api, token }, { api: 5, token: 3 })
      }))

    for (const [what, secret] of [["missing", undefined], ["empty", ""]] as const) {
      it.effect(`names the variable of a credential that is ${what}, before any request`, () =>
        Effect.gen(function*() {
          const sandbox = yield* Sandbox
          yield* sandbox.clear
          const { ROUTEE_APPLICATION_SECRET: _, ...others } = { ...(yield* voipex()), ...(yield* routee()) }
          const { code, err, out } = yield* run("main.ts", ["--live"], {
            ...others,
            ...(secret === undefined ? {} : { ROUTEE_APPLICATION_SECRET: secret })
          })
          assert.deepStrictEqual({ code, out }, { code: 1, out: "" })
          assert.match(err, /^Routee: .*ROUTEE_APPLICATION_SECRET.*\n$/)
          assert.deepStrictEqual(yield* sandbox.journal, [])
        }))
    }

    it.effect("names the provider that refused its credentials, in one line and without the secret", () =>
      Effect.gen(function*() {
        const { code, err, out } = yield* run(
          "main.ts",
          ["--live"],
          yield* routee({ ROUTEE_APPLICATION_SECRET: "not-the-secret" })
        )
        assert.strictEqual(code, 1)
        assert.strictEqual(
          err,
          "Routee: credentials refused; look at ROUTEE_APPLICATION_ID and ROUTEE_APPLICATION_SECRET\n"
        )
        assert.notInclude(out, "not-the-secret")
      }))

    it.effect("names the provider that refused its password, sends it once, and shows the other providers' results", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        yield* sandbox.clear
        const { code, err, out } = yield* run("main.ts", ["--live"], {
          ...(yield* routee()),
          ...(yield* voipex({ VOIPEX_PASSWORD: "not-the-password" }))
        })
        assert.strictEqual(code, 1)
        assert.strictEqual(err, "Voipex: credentials refused; look at VOIPEX_USERNAME and VOIPEX_PASSWORD\n")
        assert.include(out, "Routee")
        assert.strictEqual((yield* sandbox.counts({ provider: "voipex" })).token, 1)
      }))

    it.effect("without a network fails with one line", () =>
      Effect.gen(function*() {
        const environment = yield* routee({ ROUTEE_BASE_URL: nobodyListens })
        const { code, err } = yield* run("main.ts", ["--live"], environment)
        assert.strictEqual(code, 1)
        assert.match(err, /^Routee: the authorization server can't be reached \(http:\/\/[\w.:]+, ECONNREFUSED\)\n$/)
      }))
  })
})

/** The cells below the two lines of headings. */
const rows = (out: string): ReadonlyArray<ReadonlyArray<string>> => {
  const table = out.split("\n\n").at(-2) ?? ""
  return table.split("\n").slice(2).map((line) => line.split(/ {2,}/))
}
