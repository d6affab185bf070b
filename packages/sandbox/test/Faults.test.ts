import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Http from "node:http"
import * as Net from "node:net"
import { Account, Answer, refusingProxy, Sandbox, silentOrigin } from "../src/index.ts"
import { basic, basicOf, bearer, field, fields, post, request } from "./support/wire.ts"

const grant = "grant_type=client_credentials"
const target = { provider: "routee", kind: "token" } as const
const ask = Effect.flatMap(
  Sandbox,
  ({ at }) => post(at("https://auth.routee.net/oauth/token"), grant, basicOf(Account.routee))
)

const { clientId, clientSecret, password = "", username = "" } = Account.generic
const genericBasic = basic(`${clientId}:${encodeURIComponent(clientSecret)}`)
const generic = (form: Record<string, string>) =>
  Effect.flatMap(
    Sandbox,
    ({ urls }) => post(`${urls.generic}/token`, new URLSearchParams(form).toString(), genericBasic)
  )

/** What comes over a bare connection until this has come. */
const heard = (origin: string, sent: string, until: RegExp) =>
  Effect.callback<string>((resume) => {
    const socket = Net.connect(Number(new URL(origin).port), "127.0.0.1", () => socket.write(sent))
    let text = ""
    const done = () => {
      socket.destroy()
      resume(Effect.succeed(text))
    }
    socket.on("data", (part) => {
      text += part.toString("latin1")
      if (until.test(text)) done()
    })
    socket.on("error", done)
    socket.on("close", done)
    return Effect.sync(() => socket.destroy())
  })

describe("An answer", () => {
  it.effect("with a status can be sent after the request had its effect: a refresh token is spent", () =>
    Effect.gen(function*() {
      const { refreshTokens, script } = yield* Sandbox
      const login = yield* generic({ grant_type: "password", username, password })
      const renew = generic({ grant_type: "refresh_token", refresh_token: field(login, "refresh_token") })
      yield* script({ provider: "generic" }, [Answer.status(503), Answer.status(503, { processed: true })])
      const uses = Effect.map(refreshTokens, (tokens) => tokens.map((token) => token.uses))
      assert.strictEqual((yield* renew).status, 503)
      assert.deepStrictEqual(yield* uses, [0])
      assert.strictEqual((yield* renew).status, 503)
      assert.deepStrictEqual(yield* uses, [1, 0])
      assert.strictEqual(field(yield* renew, "error"), "invalid_grant")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.live("never ends, in chunks of keep-alives", () =>
    Effect.gen(function*() {
      const { origin, script } = yield* Sandbox
      yield* script({}, [Answer.endless({ every: 1 })])
      const text = yield* heard(
        origin,
        "GET /connect.routee.net/accounts/me/balance HTTP/1.1\r\nhost: x\r\n\r\n",
        /(?:: keep-alive[^]*){5}/
      )
      assert.match(text, /^HTTP\/1\.1 401 Unauthorized\r\ncontent-type: text\/event-stream\r\n/)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("quotes the secrets of the request, which the journal masks", () =>
    Effect.gen(function*() {
      const { at, exchange, fingerprint, script } = yield* Sandbox
      yield* script({}, [Answer.quoting(), Answer.quoting(401, "invalid_token")])
      const refused = yield* ask
      assert.deepStrictEqual([refused.status, field(refused, "error")], [400, "invalid_grant"])
      assert.include(field(refused, "error_description"), Account.routee.clientSecret)
      const token = "an-access-token-of-somewhere"
      const api = yield* request(at("https://connect.routee.net/sms"), { method: "POST", headers: bearer(token) })
      assert.include(field(api, "error_description"), token)
      const shown = JSON.stringify([yield* exchange(1), yield* exchange(2)])
      for (const secret of [Account.routee.clientSecret, token]) {
        assert.notInclude(shown, secret)
        assert.include(shown, fingerprint(secret))
      }
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("can follow an interim reply, switch protocols, or have a wrong Date", () =>
    Effect.gen(function*() {
      const { origin, script } = yield* Sandbox
      const { authorization } = basicOf(Account.routee)
      const sent = [
        "POST /auth.routee.net/oauth/token HTTP/1.1",
        "host: x",
        `authorization: ${authorization}`,
        "content-type: application/x-www-form-urlencoded",
        `content-length: ${grant.length}`,
        "",
        grant
      ].join("\r\n")
      yield* script(target, [Answer.interim(), Answer.switchingProtocols, Answer.dated(-3600), Answer.dated(3600)])
      assert.match(yield* heard(origin, sent, /access_token/), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
      assert.match(yield* heard(origin, sent, /\r\n\r\n/), /^HTTP\/1\.1 101 Switching Protocols\r\n/)
      yield* TestClock.adjust("1 day")
      const dates = [yield* ask, yield* ask].map(({ headers }) => Date.parse(headers.get("date") ?? ""))
      assert.deepStrictEqual(dates, [23 * 3_600_000, 25 * 3_600_000])
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("in OAuth's form has the requested error and description", () =>
    Effect.gen(function*() {
      const { script } = yield* Sandbox
      yield* script(target, [
        Answer.oauthError(423, "access_denied", "locked"),
        Answer.oauthError(400, "invalid_request")
      ])
      const [locked, bare] = [yield* ask, yield* ask]
      assert.deepStrictEqual([locked.status, locked.text], [
        423,
        `{"error":"access_denied","error_description":"locked"}`
      ])
      assert.deepStrictEqual(fields(bare), ["error"])
    }).pipe(Effect.provide(Sandbox.layer())))
})

describe("A script", () => {
  it.effect("ends after its duration: an outage of 40 seconds", () =>
    Effect.gen(function*() {
      const { script } = yield* Sandbox
      yield* script(target, [Answer.status(503), Answer.status(502)], { repeat: "always", during: 40_000 })
      const statuses: Array<number> = []
      for (let second = 0; second < 50; second += 10) {
        statuses.push((yield* ask).status)
        yield* TestClock.adjust("10 seconds")
      }
      assert.deepStrictEqual(statuses, [503, 502, 503, 502, 200])
    }).pipe(Effect.provide(Sandbox.layer())))
})

describe("The generic server", () => {
  it.effect("can count whole seconds, rounded down", () =>
    Effect.gen(function*() {
      const { behave, urls } = yield* Sandbox
      yield* behave({ generic: { wholeSeconds: true } })
      yield* TestClock.setTime(10_700)
      const reply = yield* generic({ grant_type: "client_credentials" })
      assert.strictEqual(field(reply, "expires_in"), "3600")
      const me = request(`${urls.generic}/me`, { headers: bearer(field(reply, "access_token")) })
      yield* TestClock.setTime(3_609_999)
      assert.strictEqual((yield* me).status, 200)
      yield* TestClock.setTime(3_610_000)
      assert.strictEqual((yield* me).status, 401)
    }).pipe(Effect.provide(Sandbox.layer())))
})

describe("An origin that is not an HTTP server", () => {
  it.live("accepts a connection and sends nothing", () =>
    Effect.gen(function*() {
      const origin = yield* silentOrigin
      const answered = yield* Effect.timeoutOption(request(origin), 200)
      assert.strictEqual(answered._tag, "None")
    }).pipe(Effect.scoped))

  it.live("can be a proxy that refuses the tunnel", () =>
    Effect.gen(function*() {
      for (const status of [407, 403]) {
        const { hostname, port } = new URL(yield* refusingProxy(status))
        const seen = yield* Effect.callback<number | undefined>((resume) => {
          Http.request({ hostname, port, method: "CONNECT", path: "auth.routee.net:443" })
            .on("connect", (response) => resume(Effect.succeed(response.statusCode)))
            .end()
        })
        assert.strictEqual(seen, status)
      }
    }).pipe(Effect.scoped))
})
