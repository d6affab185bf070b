// The programs of the README, run as they stand there.
import { assert, layer } from "@effect/vitest"
import * as Account from "@mintmark/sandbox/Account"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { nobodyListens, routee, run } from "./support.ts"

layer(Sandbox.layer(), { excludeTestServices: true })("the programs", (it) => {
  it.effect("the shortest program prints the token's scopes and the balance", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      yield* sandbox.clear
      const { code, err, out } = yield* run("shortest.ts", [], yield* routee())
      assert.deepStrictEqual({ code, err }, { code: 0, err: "" })
      assert.match(out, /^\[ 'account' \] \{/)
      assert.include(out, Account.routee.clientId)
      const { api, token } = yield* sandbox.counts()
      assert.deepStrictEqual({ api, token }, { api: 1, token: 1 })
    }))

  it.effect("the program with two accounts and two sets of scopes requests a token for each", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      yield* sandbox.clear
      const { code, err, out } = yield* run(
        "accounts.ts",
        [],
        yield* routee({
          MARKETING_APPLICATION_ID: Account.routeeSpecial.clientId,
          MARKETING_APPLICATION_SECRET: Account.routeeSpecial.clientSecret
        })
      )
      assert.deepStrictEqual({ code, err, out }, { code: 0, err: "", out: "account\naccount\nreport\n" })
      const asked = (yield* sandbox.journal).map(({ account, scope }) => [account, scope])
      assert.sameDeepMembers(asked, [
        [Account.routee.clientId, "account"],
        [Account.routeeSpecial.clientId, "account"],
        [Account.routee.clientId, "report"]
      ])
    }))

  it.effect("the program with errors reports what is wrong with the settings", () =>
    Effect.gen(function*() {
      const { err } = yield* run("errors.ts", [], yield* routee({ ROUTEE_APPLICATION_SECRET: "" }))
      assert.match(err, /^Look at your settings: ROUTEE_APPLICATION_SECRET [^\n]+\.\n$/)
    }))

  it.effect("the program with errors reports that the credentials were refused", () =>
    Effect.gen(function*() {
      const { err } = yield* run("errors.ts", [], yield* routee({ ROUTEE_APPLICATION_SECRET: "not-the-secret" }))
      assert.strictEqual(err, "Routee doesn't know this application, or its secret has changed.\n")
    }))

  it.effect("the program with errors reports that the server can't be reached", () =>
    Effect.gen(function*() {
      const { err } = yield* run("errors.ts", [], yield* routee({ ROUTEE_BASE_URL: nobodyListens }))
      assert.match(
        err,
        /^Try again later\. routee: the authorization server can't be reached \(http:\/\/127.0.0.1:\d+, ECONNREFUSED\)/
      )
    }))
})
