import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Fetch from "@mintmark/core/Fetch"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import * as TokenPool from "@mintmark/core/TokenPool"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { inspect } from "node:util"
import { account, Acme, acme } from "./support/accounts.ts"
import { type Answer, type Received, serve, serveApi, tokenOf } from "./support/TestServer.ts"

/*
 * What README.md promises, each sentence by its name, over real HTTP. All the ways in which each of them could be false
 * are in the other tests.
 */

const users = Provider.make({
  id: "acme",
  tokenEndpoint: "https://auth.acme.test/token",
  apiUrl: "https://api.acme.test",
  clientAuthentication: ClientAuthentication.none,
  grant: Grant.password,
  renewal: Grant.refreshToken,
  reply: TokenReply.Standard
})

const user = (baseUrl: string, password: string) =>
  ProviderClient.make(users, { baseUrl, clientId: "app", username: "alice", password: Redacted.make(password) })

const fieldsOf = ({ body }: Received) => Object.fromEntries(new URLSearchParams(body))

/** A token endpoint that answers its first, second, ... request so, and all others as the last one. */
const endpoint = (...answers: ReadonlyArray<(number: number) => Answer>) => {
  let number = 0
  return serve(() => {
    const answer = answers[Math.min(number, answers.length - 1)]
    number++
    return answer?.(number) ?? {}
  })
}

const token = (more: object = {}) => (number: number): Answer => ({
  body: JSON.stringify({ access_token: `token-${number}`, token_type: "Bearer", expires_in: 60, ...more })
})
const refused = (status: number, error: string) => (): Answer => ({ status, body: JSON.stringify({ error }) })

/** Lets time pass, which a client on the network needs in small steps. */
const pass = (seconds: number) =>
  Effect.repeat(
    Effect.andThen(
      TestClock.adjust("1 second"),
      Effect.promise(() => new Promise((resume) => setTimeout(resume, 2)))
    ),
    { times: seconds - 1 }
  )

/** The outcome of a call whose token request may wait. */
const outcome = <A>(self: Effect.Effect<A, TokenError>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(Effect.result(self), { startImmediately: true })
    yield* Effect.repeat(pass(1), { until: () => fiber.pollUnsafe() !== undefined, times: 60 })
    return yield* Fiber.join(fiber)
  })

const reasonOf = <A>(self: Effect.Effect<A, TokenError>) =>
  Effect.map(outcome(self), (result) => result._tag === "Failure" ? result.failure.reason._tag : "a token")

describe("README", () => {
  it.effect("one token request for any number of callers", () =>
    Effect.gen(function*() {
      const server = yield* serveApi(() => ({}))
      const { token } = yield* account(acme(server.origin))
      const first = yield* Effect.forkChild(token, { startImmediately: true })
      const others = yield* Effect.forkChild(
        Effect.all(Array.from({ length: 10_000 }, () => token), { concurrency: "unbounded" }),
        { startImmediately: true }
      )
      yield* Fiber.interrupt(first)
      const values = (yield* Fiber.join(others)).map(({ value }) => Redacted.value(value))
      assert.deepStrictEqual([...new Set(values)], ["token-1"])
      assert.strictEqual(server.tokens(), 1)
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("no expired token is served", () =>
    Effect.gen(function*() {
      const server = yield* endpoint(token(), refused(503, "temporarily_unavailable"))
      const { token: get } = yield* user(server.origin, "right")
      const first = yield* get
      yield* TestClock.adjust(59_999)
      assert.strictEqual(yield* get, first)
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* reasonOf(get), "Unavailable")
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("a token that an API refuses is replaced", () =>
    Effect.gen(function*() {
      const server = yield* serveApi((received) => ({ status: tokenOf(received) === "token-1" ? 401 : 200 }))
      const { http } = yield* account(acme(server.origin))
      const responses = yield* Effect.all(Array.from({ length: 1_000 }, () => http.get("/a")), { concurrency: 100 })
      assert.deepStrictEqual([...new Set(responses.map(({ status }) => status))], [200])
      assert.strictEqual(server.tokens(), 2)
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("a process never sends a refused password again by itself", () =>
    Effect.gen(function*() {
      for (const [status, error] of [[400, "invalid_grant"], [403, "access_denied"], [423, "locked"]] as const) {
        const server = yield* endpoint(refused(status, error))
        const client = yield* user(server.origin, "wrong")
        const views = yield* Effect.forEach(["read", "write"], (scope) => client.withScopes([scope]))
        for (let day = 0; day < 40; day++) {
          for (const view of views) assert.strictEqual(yield* reasonOf(view.token), "GrantRefused")
          yield* TestClock.adjust("1 day")
        }
        assert.strictEqual(server.received.length, 1)
        yield* Effect.exit(client.renew)
        assert.strictEqual(server.received.length, 2)
      }
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("a refresh token is sent once, and once more at most if its reply is lost", () =>
    Effect.gen(function*() {
      const lost = refused(502, "bad_gateway")
      const rotated = (number: number) => token({ refresh_token: `refresh-${number}` })(number)
      const server = yield* endpoint(rotated, rotated, lost, lost, rotated)
      const { token: get } = yield* user(server.origin, "right")
      yield* get
      for (let second = 0; second < 180; second++) {
        yield* Effect.forkChild(Effect.exit(get), { startImmediately: true })
        yield* pass(1)
      }
      const sent = server.received.map(fieldsOf).map((fields) => fields["refresh_token"] ?? fields["grant_type"])
      assert.deepStrictEqual(sent.slice(0, 6), [
        "password",
        "refresh-1",
        "refresh-2",
        "refresh-2",
        "password",
        "refresh-5"
      ])
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("a transient failure is retried within one deadline", () =>
    Effect.gen(function*() {
      const busy = refused(503, "temporarily_unavailable")
      const recovering = yield* endpoint(busy, busy, token())
      assert.strictEqual(yield* reasonOf((yield* user(recovering.origin, "right")).token), "a token")
      assert.strictEqual(recovering.received.length, 3)
      const down = yield* endpoint(busy)
      assert.strictEqual(yield* reasonOf((yield* user(down.origin, "right")).token), "Unavailable")
      assert.strictEqual(down.received.length, 3)
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("no secret is shown", () =>
    Effect.gen(function*() {
      const secret = "Tr0ub4dor&3"
      const server = yield* endpoint(() => ({
        status: 400,
        body: JSON.stringify({ error: "invalid_grant", error_description: `wrong password ${secret} for alice` })
      }))
      const client = yield* user(server.origin, secret)
      const exit = yield* Effect.exit(client.token)
      assert(exit._tag === "Failure")
      const texts = [inspect(exit, { depth: 20 }), JSON.stringify(exit), Cause.pretty(exit.cause), inspect(client)]
      for (const text of texts) {
        for (const part of [secret, "Tr0ub", "4dor", encodeURIComponent(secret), btoa(secret)]) {
          assert.notInclude(text, part)
        }
      }
      assert.include(texts[2], "wrong password")
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("a token goes to the provider's API alone", () =>
    Effect.gen(function*() {
      const other = yield* serve(() => ({}))
      const server = yield* serveApi((received) =>
        received.path === "/away" ? { status: 302, headers: { location: `${other.origin}/stolen` } } : {}
      )
      const { http } = yield* account(acme(server.origin))
      for (const url of [`${other.origin}/a`, `${server.otherOrigin}/a`]) {
        assert.strictEqual((yield* Effect.flip(http.get(url)))._tag, "TokenError")
      }
      yield* http.get("/away")
      yield* http.get("/a")
      assert.deepStrictEqual(server.api().map(tokenOf), ["token-1", "token-1"])
      // The token endpoint leads nowhere else, and `fetch` follows a redirect of the API without the token.
      const leading = yield* serve(() => ({ status: 307, headers: { location: `${other.origin}/credentials` } }))
      assert.strictEqual(yield* reasonOf((yield* account(acme(leading.origin))).token), "Unsafe")
      assert.deepStrictEqual(other.received.map((received) => [received.path, tokenOf(received)]), [[
        "/stolen",
        undefined
      ]])
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("each account of a pool gets its own token", () =>
    Effect.gen(function*() {
      const server = yield* serve((received) => ({
        body: JSON.stringify({
          access_token: `of-${fieldsOf(received)["username"]}`,
          token_type: "Bearer",
          expires_in: 60
        })
      }))
      const pool = yield* TokenPool.make(users, {
        baseUrl: server.origin,
        account: (username: string) => ({
          clientId: "app",
          username,
          password: Redacted.make(`password of ${username}`)
        })
      })
      const names = Array.from({ length: 200 }, (_, index) => `tenant-${index}`)
      const tokens = yield* Effect.forEach([...names, ...names], pool.get, { concurrency: 50 })
      assert.deepStrictEqual(
        tokens.map(({ value }) => Redacted.value(value)),
        [...names, ...names].map((name) => `of-${name}`)
      )
      assert.strictEqual(server.received.length, names.length)
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.live("a fetch carries the token, without Effect", () =>
    Effect.gen(function*() {
      const server = yield* serveApi(() => ({}))
      yield* Effect.promise(async () => {
        const { close, fetch } = Fetch.make(Acme.layer(acme(server.origin)), Acme)
        assert.strictEqual((await fetch("/a")).status, 200)
        assert.strictEqual((await fetch("/b")).status, 200)
        await close()
      })
      assert.deepStrictEqual(server.api().map(tokenOf), ["token-1", "token-1"])
      assert.strictEqual(server.tokens(), 1)
    }))

  it.effect("an error says what went wrong, and from when on a call can help", () =>
    Effect.gen(function*() {
      const option = yield* Effect.flip(user("not a URL", "right"))
      assert.include(option.message, "acme: baseUrl")
      const closed = yield* Effect.scoped(Effect.map(serve(() => ({})), ({ origin }) => origin))
      const unreachable = yield* outcome((yield* user(closed, "right")).token)
      assert(unreachable._tag === "Failure")
      assert.include(unreachable.failure.message, closed)
      assert.isTrue(unreachable.failure.isRetryable)
      yield* TestClock.setTime(Date.UTC(2030, 0, 1))
      const throttling = yield* endpoint(() => ({ status: 429, headers: { "retry-after": "60" } }))
      const throttled = yield* Effect.flip((yield* user(throttling.origin, "right")).token)
      assert.include(throttled.message, "no token request before 2030-01-01T00:01:00.000Z")
      const wrong = yield* endpoint(refused(400, "invalid_grant"))
      const refusal = yield* Effect.flip((yield* user(wrong.origin, "wrong")).token)
      assert.include(refusal.message, "the password was refused")
      assert.isFalse(refusal.isRetryable)
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it("promises nothing that is not the name of a test", () => {
    const text = (file: string) => readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), "utf8")
    const tests = ["packages/core/test/Readme.test.ts", "packages/store/test/Fleet.test.ts"].map(text).join("\n")
    const section = text("README.md").split(/^## /m).find((section) => section.startsWith("What it does\n")) ?? ""
    const items = section.split("\n").filter((line) => line.startsWith("- "))
    assert.isAbove(items.length, 8)
    const untested = items.filter((item) => {
      const promise = /^- \*\*(.+?)\.?\*\*/.exec(item)?.[1]?.replaceAll("`", "") ?? ""
      const name = promise.charAt(0).toLowerCase() + promise.slice(1)
      return name === "" || !new RegExp(`\\b(it|live)(\\.\\w+)*\\(\\s*"${name}"`).test(tests)
    })
    assert.deepStrictEqual(untested, [])
  })
})
