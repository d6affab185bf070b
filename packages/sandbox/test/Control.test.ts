import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import { Account, Sandbox } from "../src/index.ts"
import { basicOf, bearer, field, post, request } from "./support/wire.ts"

const grant = "grant_type=client_credentials"

const ask = (account = Account.routee) =>
  Effect.flatMap(Sandbox, ({ at }) => post(at("https://auth.routee.net/oauth/token"), grant, basicOf(account)))

const get = (path: string) => Effect.flatMap(Sandbox, ({ origin }) => request(`${origin}/_sandbox/${path}`))

const command = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  Effect.flatMap(Sandbox, ({ origin }) =>
    request(`${origin}/_sandbox/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers }
    }))

/** The status of a request with headers that `fetch` wouldn't send. */
const statusWith = (method: string, path: string, headers: Record<string, string>) =>
  Effect.flatMap(Sandbox, ({ origin }) =>
    Effect.callback<number>((resume) => {
      Http.request(origin + path, { method, headers, agent: false }, (response) => {
        response.resume()
        resume(Effect.succeed(response.statusCode ?? 0))
      }).end(method === "POST" ? "{}" : undefined)
    }))

describe("The control endpoint", () => {
  it.effect("returns the state: valid tokens, accounts without their secrets, counts, scripts", () =>
    Effect.gen(function*() {
      const { fingerprint } = yield* Sandbox
      const token = field(yield* ask(), "access_token")
      yield* command("script", { target: { provider: "voipex" }, answers: [{ _tag: "Truncate" }] })
      const { text } = yield* get("state")
      const state = JSON.parse(text)
      assert.deepInclude(state.tokens[0], {
        provider: "routee",
        account: Account.routee.clientId,
        fingerprint: fingerprint(token),
        remaining: 3600
      })
      const bob = state.accounts.find(({ account }: { readonly account: string }) => account === "bob@example.com")
      assert.deepInclude(bob, { provider: "voipex", title: "Voipex", lifetime: 3000 })
      assert.deepInclude(state.counts, { token: 1, api: 0 })
      assert.deepStrictEqual(state.scripts, [{
        id: 1,
        target: { provider: "voipex" },
        repeat: "once",
        left: 1,
        answers: ["the usual answer, whose connection ends in the middle"]
      }])
      for (const secret of [token, Account.routee.clientSecret, Account.voipex.password]) {
        assert.notInclude(text, secret)
      }
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("scripts answers from JSON, and removes them", () =>
    Effect.gen(function*() {
      const script = {
        target: { provider: "routee", kind: "token" },
        answers: [{ _tag: "Status", status: 429, headers: [["retry-after", "2"]] }],
        repeat: "always"
      }
      assert.strictEqual((yield* command("script", script)).status, 200)
      const answer = yield* ask()
      assert.deepStrictEqual([answer.status, answer.headers.get("retry-after")], [429, "2"])
      yield* command("unscript", {})
      assert.strictEqual((yield* ask()).status, 200)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("reports a body that is too large or not JSON, or the value that is wrong", () =>
    Effect.gen(function*() {
      const { origin } = yield* Sandbox
      const send = (body: string) =>
        request(`${origin}/_sandbox/script`, { method: "POST", body, headers: { "content-type": "application/json" } })
      const large = yield* send(JSON.stringify({ target: {}, answers: ["x".repeat(1024 * 1024)] }))
      assert.deepStrictEqual([large.status, large.text], [413, `{"error":"The body must be 1 MiB at most."}`])
      const answers = [yield* send("nonsense"), yield* send(`{"target":{"provider":"unknown"},"answers":[]}`)]
      assert.deepStrictEqual(answers.map(({ status }) => status), [400, 400])
      assert.include(answers[0]?.text, "valid JSON")
      assert.include(answers[1]?.text, "routee-email")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("revokes, sets lifetimes and behavior, adds accounts, and clears", () =>
    Effect.gen(function*() {
      const { journal, at } = yield* Sandbox
      const token = field(yield* ask(), "access_token")
      assert.strictEqual((yield* command("revoke", { provider: "routee" })).text, `{"ok":true,"revoked":1}`)
      yield* command("behavior", { routee: { expiredTokenStatus: 403 } })
      const call = yield* request(at("https://connect.routee.net/accounts/me/balance"), { headers: bearer(token) })
      assert.strictEqual(call.status, 403)
      const account = { provider: "routee", clientId: "new", clientSecret: "new-secret" } as const
      assert.strictEqual((yield* ask(account)).status, 401)
      yield* command("accounts", account)
      yield* command("lifetimes", { provider: "routee", account: "new", lifetime: 5 })
      assert.strictEqual(field(yield* ask(account), "expires_in"), "5")
      yield* command("clear", {})
      assert.deepStrictEqual(yield* journal, [])
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("does not accept JSON that is not a command, and names what is wrong", () =>
    Effect.gen(function*() {
      const wrongs = [
        yield* command("script", { target: {}, answers: [{ _tag: "Explode" }] }),
        yield* command("script", { target: { provider: "unknown" }, answers: [] }),
        yield* command("lifetimes", { provider: "routee", lifetime: -1 }),
        yield* command("revoke", { provder: "routee" }),
        yield* command("clear", null)
      ]
      for (const wrong of wrongs) {
        assert.strictEqual(wrong.status, 400)
        assert.isNotEmpty(field(wrong, "error"))
      }
      assert.strictEqual((yield* command("explode", {})).status, 404)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("does not accept requests with another host name, from another page, or as a form", () =>
    Effect.gen(function*() {
      const { origin } = yield* Sandbox
      const { host } = new URL(origin)
      const json = { host, "content-type": "application/json" }
      const expected: ReadonlyArray<readonly [number, "GET" | "POST", Record<string, string>]> = [
        [200, "POST", json],
        [200, "POST", { ...json, host: host.replace("127.0.0.1", "localhost") }],
        [200, "POST", { ...json, origin, "sec-fetch-site": "same-origin" }],
        [403, "POST", { ...json, host: host.replace("127.0.0.1", "rebound.example") }],
        [403, "POST", { ...json, host: `user@${host}` }],
        [403, "POST", { ...json, origin: "http://elsewhere.example" }],
        [403, "POST", { ...json, origin: "null" }],
        [403, "POST", { ...json, "sec-fetch-site": "cross-site" }],
        [403, "POST", { ...json, "sec-fetch-site": "same-site" }],
        [415, "POST", { ...json, "content-type": "text/plain" }],
        [415, "POST", { ...json, "content-type": "application/x-www-form-urlencoded" }],
        [415, "POST", { host }],
        [403, "GET", { host: "rebound.example" }],
        [403, "GET", { host, "sec-fetch-site": "cross-site" }]
      ]
      for (const [status, method, headers] of expected) {
        const path = method === "GET" ? "/_sandbox/state" : "/_sandbox/clear"
        assert.strictEqual(yield* statusWith(method, path, headers), status, JSON.stringify(headers))
      }
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("has no entry in the journal", () =>
    Effect.gen(function*() {
      yield* get("state")
      yield* get("nothing")
      assert.strictEqual((yield* get("journal")).text, "[]")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("streams the journal from its beginning", () =>
    Effect.gen(function*() {
      const { origin } = yield* Sandbox
      yield* ask()
      const heard = yield* Effect.promise(async () => {
        const response = await fetch(`${origin}/_sandbox/events`)
        assert.strictEqual(response.headers.get("content-type"), "text/event-stream")
        return response.body?.getReader()
      })
      let text = ""
      const hear = (pattern: RegExp) =>
        Effect.promise(async () => {
          while (!pattern.test(text)) text += new TextDecoder().decode((await heard?.read())?.value)
        })
      yield* hear(/id: 1\nevent: entry\ndata: \{.*"state":"answered".*\}\n\n$/)
      yield* ask()
      yield* hear(/id: 2\nevent: entry\ndata: .*"state":"open".*\n\nid: 2\nevent: entry\ndata: .*"state":"answered"/)
      assert.strictEqual(text.match(/^id: 1$/gm)?.length, 1)
      yield* Effect.promise(async () => heard?.cancel())
    }).pipe(Effect.provide(Sandbox.layer())))
})
