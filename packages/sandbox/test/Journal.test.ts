import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as Http from "node:http"
import { Account, Sandbox } from "../src/index.ts"
import { basicOf, bearer, field, post, request } from "./support/wire.ts"

const canary = "canary-5f2b-secret"
const grant = "grant_type=client_credentials"

const ask = (headers: Record<string, string> = {}) =>
  Effect.flatMap(
    Sandbox,
    ({ at }) => post(at("https://auth.routee.net/oauth/token"), grant, { ...basicOf(Account.routee), ...headers })
  )

/** The status that a target gets which `fetch` wouldn't send. */
const statusOf = (origin: string, target: string) =>
  Effect.callback<number | undefined>((resume) => {
    const { hostname, port } = new URL(origin)
    Http.get({ hostname, port, path: target, agent: false }, (response) => {
      response.resume()
      resume(Effect.succeed(response.statusCode))
    })
  })

describe("The journal", () => {
  it.effect("records each token request and its reply", () =>
    Effect.gen(function*() {
      const { fingerprint, journal } = yield* Sandbox
      const answer = yield* ask({ accept: "application/json", "user-agent": "test/1", traceparent: "00-0-0-00" })
      const [entry] = yield* journal
      assert.deepInclude(entry, {
        seq: 1,
        provider: "routee",
        kind: "token",
        method: "POST",
        path: "/auth.routee.net/oauth/token",
        placement: "basic",
        grant: "client_credentials",
        parameters: ["grant_type"],
        account: Account.routee.clientId,
        matched: true,
        accept: "application/json",
        userAgent: "test/1",
        traced: true,
        state: "answered",
        status: 200,
        answer: "token"
      })
      assert.deepInclude(entry?.fingerprints, {
        clientSecret: fingerprint(Account.routee.clientSecret),
        accessTokenIssued: fingerprint(field(answer, "access_token"))
      })
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("never contains a secret or a token, wherever a client puts it", () =>
    Effect.gen(function*() {
      const { journal, refreshTokens, tokens, at } = yield* Sandbox
      const form = new URLSearchParams({
        grant_type: canary,
        client_id: "api",
        username: canary,
        password: canary,
        refresh_token: canary,
        scope: canary,
        [canary]: canary
      })
      yield* post(at(`https://auth.voipex.io/token?${canary}=${canary}`), form.toString(), {
        accept: canary,
        "x-canary": canary
      })
      yield* post(at(`https://auth.voipex.io/${canary}`), form.toString(), bearer(canary))
      yield* post(
        at("https://auth.routee.net/oauth/token"),
        grant,
        basicOf({ ...Account.routee, clientSecret: canary })
      )
      const login = yield* post(
        at("https://auth.voipex.io/token"),
        new URLSearchParams({
          grant_type: "password",
          client_id: "api",
          username: Account.voipexOther.username,
          password: Account.voipexOther.password
        }).toString()
      )
      const shown = JSON.stringify([yield* journal, yield* tokens, yield* refreshTokens])
      assert.strictEqual((yield* journal).length, 4)
      assert.notInclude(shown, canary)
      assert.notInclude(shown, Account.voipexOther.password)
      assert.notInclude(shown, field(login, "access_token"))
      assert.notInclude(shown, field(login, "refresh_token"))
    }).pipe(Effect.provide(Sandbox.layer({
      accounts: [{ ...Account.voipex, password: canary }]
    }))))

  it.effect("contains no secret in Base64: alone or after an id, in both alphabets, percent-encoded", () =>
    Effect.gen(function*() {
      const { journal, at } = yield* Sandbox
      const secret = Account.vonageV0.clientSecret
      const spellings = ["", "i", "id", "an-id:"].flatMap((before) => {
        const plain = Buffer.from(before + secret).toString("base64")
        return [plain, encodeURIComponent(plain), Buffer.from(before + secret).toString("base64url")]
      })
      for (const spelling of spellings) {
        yield* request(at(`https://auth.voipex.io/x/${spelling}/y`), {
          headers: { "user-agent": `me ${spelling}`, accept: "a/b" }
        })
      }
      for (const { accept, path, userAgent } of yield* journal) {
        assert.deepStrictEqual([path, userAgent, accept], ["***", "***", "a/b"])
      }
      assert.strictEqual((yield* journal).length, spellings.length)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("has an entry for a target that is not a URL, and for one that can't be decoded", () =>
    Effect.gen(function*() {
      const { journal, origin } = yield* Sandbox
      const answers = yield* Effect.forEach(
        ["http://[?secret", "/auth.voipex.io/%zz"],
        (target) => statusOf(origin, target)
      )
      assert.deepStrictEqual(answers, [400, 404])
      assert.deepStrictEqual(
        (yield* journal).map(({ path, state, status }) => [path, status, state]),
        [["http://[", 400, "answered"], ["/auth.voipex.io/%zz", 404, "answered"]]
      )
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("counts token requests and API requests separately, and resets when it is cleared", () =>
    Effect.gen(function*() {
      const { clear, counts, journal, tokens, at } = yield* Sandbox
      const token = field(yield* ask(), "access_token")
      for (let call = 0; call < 3; call++) {
        yield* request(at("https://connect.routee.net/accounts/me/balance"), { headers: bearer(token) })
      }
      yield* request(at("https://connect.routee.net/nowhere"))
      yield* request(at("https://ipbxapi.voipex.io/me"))
      assert.deepStrictEqual(yield* counts({ provider: "routee" }), {
        token: 1,
        api: 3,
        other: 1,
        concurrentTokenRequests: 1
      })
      assert.deepInclude(yield* counts(), { token: 1, api: 4, other: 1 })
      yield* clear
      assert.deepInclude(yield* counts(), { token: 0, api: 0, other: 0 })
      assert.deepStrictEqual(yield* journal, [])
      assert.strictEqual((yield* tokens).length, 1)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("counts entries that it no longer keeps", () =>
    Effect.gen(function*() {
      const { counts, journal } = yield* Sandbox
      for (let call = 0; call < 5; call++) yield* ask()
      assert.deepStrictEqual((yield* journal).map((entry) => entry.seq), [4, 5])
      assert.strictEqual((yield* counts()).token, 5)
    }).pipe(Effect.provide(Sandbox.layer({ journalCapacity: 2 }))))

  it.effect("streams each entry once, when it is complete", () =>
    Effect.gen(function*() {
      const { entries } = yield* Sandbox
      const heard = yield* entries.pipe(Stream.take(2), Stream.runCollect, Effect.forkChild({ startImmediately: true }))
      yield* ask()
      yield* ask()
      const states = (yield* Fiber.join(heard)).map((entry) => [entry.seq, entry.state])
      assert.deepStrictEqual(states, [[1, "answered"], [2, "answered"]])
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("lets a test wait for requests to arrive", () =>
    Effect.gen(function*() {
      const { arrived, counts } = yield* Sandbox
      const waiting = yield* Effect.forkChild(arrived({ provider: "routee", kind: "token" }, 2))
      yield* ask()
      yield* ask()
      yield* Fiber.join(waiting)
      assert.strictEqual((yield* counts()).token, 2)
    }).pipe(Effect.provide(Sandbox.layer())))
})
