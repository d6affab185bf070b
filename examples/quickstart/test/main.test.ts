import { assert, describe, layer } from "@effect/vitest"
import * as Answer from "@mintmark/sandbox/Answer"
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
        assert.match(err, /Vonage: .*VONAGE_CONTACT_CENTER_CLIENT_SECRET, .*_REGION, .*_SCOPES$/m)
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
      it.effect(`names the variable of a credential that is ${what} in its provider's row, and visits the others`, () =>
        Effect.gen(function*() {
          const sandbox = yield* Sandbox
          yield* sandbox.clear
          const { ROUTEE_APPLICATION_SECRET: _, ...others } = { ...(yield* voipex()), ...(yield* routee()) }
          const { code, err, out } = yield* run("main.ts", ["--live"], {
            ...others,
            ...(secret === undefined ? {} : { ROUTEE_APPLICATION_SECRET: secret })
          })
          assert.deepStrictEqual({ code, err }, { code: 1, err: "Failed at Routee: see the table.\n" })
          assert.deepStrictEqual(rows(out)[0], [
            "Routee",
            "applicationSecret (ROUTEE_APPLICATION_SECRET) is missing or empty"
          ])
          assert.deepStrictEqual(rows(out).slice(1).map(([name]) => name), ["Voipex", "Voipex"])
          assert.strictEqual((yield* sandbox.counts({ provider: "routee" })).token, 0)
        }))
    }

    it.effect("names all missing settings of a provider in its row", () =>
      Effect.gen(function*() {
        const { out } = yield* run("main.ts", ["--live"], { VONAGE_CONTACT_CENTER_CLIENT_ID: "an-id" })
        const [[name, problem = ""] = []] = rows(out)
        assert.strictEqual(name, "Vonage")
        for (const variable of ["REGION", "CLIENT_SECRET", "SCOPES"]) {
          assert.include(problem, `VONAGE_CONTACT_CENTER_${variable}`)
        }
      }))

    it.effect("shows refused and unreachable providers in their rows, without a secret, beside the others' figures", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        yield* sandbox.clear
        const { urls } = sandbox
        const { code, err, out } = yield* run("main.ts", ["--live"], {
          ...(yield* routee()),
          ...(yield* voipex({ VOIPEX_PASSWORD: "not-the-password" })),
          ROUTERA_CLIENT_ID: "not-the-id",
          ROUTERA_CLIENT_SECRET: "not-the-secret",
          ROUTERA_BASE_URL: urls.routera,
          VONAGE_CONTACT_CENTER_V0_REGION: "emea",
          VONAGE_CONTACT_CENTER_V0_ACCOUNT_KEY: "a-key",
          VONAGE_CONTACT_CENTER_V0_API_TOKEN: "a-token",
          VONAGE_CONTACT_CENTER_V0_BASE_URL: nobodyListens
        })
        assert.deepStrictEqual({ code, err }, {
          code: 1,
          err: "Failed at Routera, Voipex, Vonage V0: see the table.\n"
        })
        const [first, ...others] = rows(out)
        assert.deepStrictEqual(first?.slice(0, 2), ["Routee", "client_credentials"])
        assert.deepStrictEqual(others, [
          ["Routera", "credentials refused; look at ROUTERA_CLIENT_ID and ROUTERA_CLIENT_SECRET"],
          ["Voipex", "credentials refused; look at VOIPEX_USERNAME and VOIPEX_PASSWORD"],
          ["Vonage V0", `the authorization server can't be reached (${nobodyListens}, ECONNREFUSED)`]
        ])
        assert.notMatch(out + err, /not-the-|a-token/)
        // A refused password is sent once.
        assert.strictEqual((yield* sandbox.counts({ provider: "voipex" })).token, 1)
      }))

    it.effect("shows a refusal of the API in the provider's row", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        yield* sandbox.script({ provider: "routee", kind: "api" }, Array.from({ length: 5 }, () => Answer.status(500)))
        const { code, out } = yield* run("main.ts", ["--live"], yield* routee())
        yield* sandbox.clear
        assert.strictEqual(code, 1)
        assert.deepStrictEqual(rows(out), [["Routee", "the API replied with status 500"]])
      }))
  })
})

/** The cells below the two lines of headings. */
const rows = (out: string): ReadonlyArray<ReadonlyArray<string>> => {
  const table = out.split("\n\n").at(-2) ?? ""
  return table.split("\n").slice(2).map((line) => line.split(/ {2,}/))
}
