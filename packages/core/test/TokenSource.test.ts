import { assert, describe, it } from "@effect/vitest"
import type * as AccessToken from "@mintmark/core/AccessToken"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import type * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as TokenSource from "@mintmark/core/TokenSource"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Tracer from "effect/Tracer"
import type { Source } from "../src/internal/request/account.ts"
import type { Resolved } from "../src/internal/request/resolve.ts"
import type * as TokenRequest from "../src/internal/request/TokenRequest.ts"
import { acme } from "./support/acme.ts"
import * as Server from "./support/ScriptedServer.ts"

const provider = (facts: Partial<Provider.Provider<{}>> = {}): Resolved<{}> => ({
  ...acme({ clientAuthentication: ClientAuthentication.none }),
  reply: TokenReply.Standard,
  ...facts,
  assumedLifetime: undefined
})

const credentials: TokenRequest.Credentials = { values: { clientId: "client" }, scopes: [] }

const withPassword = (password: string): TokenRequest.Credentials => ({
  values: { clientId: "client", username: "user", password: Redacted.make(password) },
  scopes: []
})

const passwordProvider = provider({ grant: Grant.password, renewal: Grant.refreshToken })

const sourceOf = (
  { http }: { readonly http: HttpClient.HttpClient },
  from: Resolved<{}> = provider(),
  as: Source = credentials
) =>
  TokenSource.makeSource(from, as).pipe(
    Effect.provideService(HttpClient.HttpClient, http),
    // Jitter, but the same each time.
    Random.withSeed(process.env["MINTMARK_SEED"] ?? "mintmark")
  )

const value = (token: AccessToken.AccessToken) => Redacted.value(token.value)

/** The tag of the reason why there is no token, or the token. */
const outcome = (source: TokenSource.TokenSource) =>
  Effect.match(source.get, { onFailure: (error) => error.reason._tag, onSuccess: value })

const many = <A, E>(count: number, effect: Effect.Effect<A, E>) =>
  Effect.forEach(Array.from({ length: count }), () => Effect.forkChild(effect, { startImmediately: true }))

/*
 * Steady callers, ten a second over ten minutes (or over three lifetimes). What each lifetime costs follows from the
 * expiring window (the last fifth, begun at a random moment of its first half) and, without a lifetime, from the pause that
 * grows to a second.
 */
const sweep = [
  { lifetime: 0, requests: [550, 620], why: "a pause of a second between tokens that can't be kept" },
  { lifetime: 1, requests: [600, 1_250], why: "two a second: the lifetime counts from a whole second" },
  { lifetime: 5, requests: [130, 150], why: "one every 4 to 4.5 s" },
  { lifetime: 60, requests: [11, 13], why: "one every 48 to 54 s" },
  { lifetime: 300, requests: [3, 3], why: "one every 240 to 270 s" },
  { lifetime: 3600, requests: [1, 1], why: "one every 55 min or more" },
  { lifetime: 631_139_040, requests: [1, 1], why: "one in 20 years" }
] as const

describe("TokenSource", () => {
  it.effect("does not accept an invalid deadline: fails before any request", () =>
    Effect.gen(function*() {
      for (const deadline of [0, -1, NaN, Infinity, "-1 second", "soon" as "1 second"] as const) {
        const error = yield* TokenSource.makeSource(provider(), credentials, { deadline }).pipe(
          Effect.provideService(HttpClient.HttpClient, HttpClient.make(() => Effect.die("asked"))),
          Effect.flip
        )
        assert.strictEqual(
          error.message,
          "acme: deadline must be a positive, finite duration"
        )
      }
    }))

  describe("one token request", () => {
    it.effect("serves one token to many callers, and another after it has expired", () =>
      Effect.gen(function*() {
        const server = Server.make([])
        const source = yield* sourceOf(server)
        const tokens = yield* Effect.all(Array.from({ length: 100 }, () => source.get), { concurrency: "unbounded" })
        assert.deepStrictEqual([...new Set(tokens.map(value))], ["token-1"])
        yield* TestClock.adjust("3601 seconds")
        assert.strictEqual(yield* outcome(source), "token-2")
        assert.strictEqual(server.seen.requests, 2)
      }))

    for (const moment of ["before the request is sent", "in flight", "after the reply"] as const) {
      it.effect(`returns the token to the others when the first of 10,000 callers is interrupted ${moment}`, () =>
        Effect.gen(function*() {
          const server = Server.make([Server.after("2 seconds", Server.token())])
          const source = yield* sourceOf(server)
          const fibers = yield* many(10_000, source.get)
          const first = fibers[0]
          assert.isDefined(first)
          if (moment === "in flight") yield* TestClock.adjust("1 second")
          if (moment === "after the reply") yield* TestClock.adjust("2 seconds")
          yield* Fiber.interrupt(first)
          yield* TestClock.adjust("2 seconds")
          const exits = yield* Effect.forEach(fibers.slice(1), Fiber.await)
          assert.isTrue(exits.every(Exit.isSuccess))
          assert.strictEqual(server.seen.requests, 1)
        }))
    }

    it.effect("keeps a reply that arrives after all of 10,000 callers were interrupted", () =>
      Effect.gen(function*() {
        const server = Server.make([Server.after("2 seconds", Server.token())])
        const source = yield* sourceOf(server)
        const fibers = yield* many(10_000, source.get)
        yield* TestClock.adjust("1 second")
        yield* Fiber.interruptAll(fibers)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* outcome(source), "token-1")
        assert.strictEqual(server.seen.requests, 1)
      }))

    it.effect("ends with its scope: the request is aborted, and waiting callers fail", () =>
      Effect.gen(function*() {
        const server = Server.make([Server.hang])
        const scope = yield* Scope.make()
        const source = yield* Effect.provideService(sourceOf(server), Scope.Scope, scope)
        const waiting = yield* Effect.forkChild(outcome(source), { startImmediately: true })
        assert.strictEqual(server.seen.inFlight, 1)
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual(yield* Fiber.join(waiting), "Unavailable")
        assert.strictEqual(server.seen.inFlight, 0)
        assert.strictEqual(yield* outcome(source), "Unavailable")
        assert.strictEqual(server.seen.requests, 1)
      }))

    it.effect("ends at its deadline, and the next caller starts another", () =>
      Effect.gen(function*() {
        const server = Server.make([Server.hang])
        const source = yield* sourceOf(server)
        const waiting = yield* Effect.forkChild(outcome(source), { startImmediately: true })
        yield* TestClock.adjust("30 seconds")
        assert.strictEqual(yield* Fiber.join(waiting), "Unavailable")
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* outcome(source), "token-2")
      }))

    it.effect("tries three times at most after transient failures", () =>
      Effect.gen(function*() {
        const server = Server.make([Server.status(500), Server.broken("ECONNRESET")])
        const source = yield* sourceOf(server)
        const waiting = yield* Effect.forkChild(outcome(source), { startImmediately: true })
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* Fiber.join(waiting), "token-3")

        const down = Server.make([], Server.status(503))
        const other = yield* sourceOf(down)
        const failing = yield* Effect.forkChild(outcome(other), { startImmediately: true })
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* Fiber.join(failing), "Unavailable")
        assert.strictEqual(down.seen.requests, 3)
      }))

    it.effect("fails waiting callers at once if the deadline leaves no time for another attempt", () =>
      Effect.gen(function*() {
        const server = Server.make([Server.after("29.999 seconds", Server.status(500))])
        const source = yield* sourceOf(server)
        const waiting = yield* Effect.forkChild(Effect.flip(source.get), { startImmediately: true })
        yield* TestClock.adjust("29999 millis")
        const { reason } = yield* Effect.race(
          Fiber.join(waiting),
          Effect.andThen(TestClock.adjust("10 seconds"), Effect.die("late"))
        )
        assert.strictEqual(reason._tag === "Unavailable" ? reason.kind : "", "status")
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(server.seen.requests, 1)
      }))

    it.effect("doesn't run in the first caller's context", () =>
      Effect.gen(function*() {
        const server = Server.make([])
        const source = yield* sourceOf(server)
        // An application that installs the token-carrying client as its own would call itself forever.
        const own = HttpClient.make(() => Effect.die("the caller's client got a token request"))
        const token = yield* Effect.provideService(source.get, HttpClient.HttpClient, own)
        assert.strictEqual(value(token), "token-1")
      }))
  })

  describe("fresh, expiring, expired", () => {
    it.effect("serves an expiring token at once, and renews it in the background", () =>
      Effect.gen(function*() {
        const server = Server.make([Server.token(), Server.after("5 seconds", Server.token())])
        const source = yield* sourceOf(server)
        yield* source.get
        yield* TestClock.adjust("3595 seconds")
        assert.strictEqual(yield* outcome(source), "token-1")
        assert.strictEqual(yield* outcome(source), "token-1")
        assert.strictEqual(server.seen.requests, 2)
        yield* TestClock.adjust("5 seconds")
        assert.strictEqual(yield* outcome(source), "token-2")
        assert.strictEqual(server.seen.requests, 2)
      }))

    it.effect("lets a failing renewal affect no caller before the token expires, and backs off", () =>
      Effect.gen(function*() {
        const server = Server.make([Server.token()], Server.status(503))
        const source = yield* sourceOf(server)
        yield* source.get
        yield* TestClock.adjust("3400 seconds")
        for (let second = 3400; second < 3600; second++) {
          assert.strictEqual(yield* outcome(source), "token-1")
          yield* TestClock.adjust("1 second")
        }
        const renewing = server.seen.requests
        assert.isAbove(renewing, 10)
        assert.isBelow(renewing, 300)
        assert.strictEqual(
          yield* Effect.race(outcome(source), Effect.as(TestClock.adjust("10 seconds"), "late")),
          "Unavailable"
        )
      }))

    it.effect("fails every waiting caller with the same error and its retryAt", () =>
      Effect.gen(function*() {
        const server = Server.make([Server.status(429, { "retry-after": "20" })])
        const source = yield* sourceOf(server)
        const error = yield* Effect.flip(source.get)
        assert.strictEqual(error.reason._tag, "Throttled")
        assert.isTrue(error.isRetryable)
        assert.strictEqual(error.retryAt, 20_000)
      }))

    it.effect("uses the same token again for its remaining lifetime, and requests another only after that", () =>
      Effect.gen(function*() {
        const same = (left: number) => Server.token({ access_token: "same", expires_in: left })
        const server = Server.make([same(10), same(2)])
        const source = yield* sourceOf(server)
        yield* source.get
        yield* TestClock.adjust("9900 millis")
        assert.strictEqual(yield* outcome(source), "same")
        assert.strictEqual(server.seen.requests, 2)
        // Requested after 9.9 s, with 2 s left from the second in which it was.
        for (let tenth = 0; tenth < 10; tenth++) {
          yield* TestClock.adjust("100 millis")
          assert.strictEqual(yield* outcome(source), "same")
        }
        assert.strictEqual(server.seen.requests, 2)
        yield* TestClock.adjust("100 millis")
        assert.strictEqual(yield* outcome(source), "token-3")
      }))

    it.effect("checks the token again after a wait: one that has expired meanwhile is not served", () =>
      Effect.gen(function*() {
        const server = Server.make([
          Server.after("10 seconds", Server.token({ expires_in: 5 })),
          Server.token()
        ])
        const source = yield* sourceOf(server)
        const waiting = yield* Effect.forkChild(outcome(source), { startImmediately: true })
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* Fiber.join(waiting), "token-2")
      }))

    it.effect("returns a token with a lifetime of 0 to the callers that waited for it, and to no other", () =>
      Effect.gen(function*() {
        const server = Server.make([], Server.token({ expires_in: 0 }))
        const source = yield* sourceOf(server)
        const together = yield* Effect.all([outcome(source), outcome(source)], { concurrency: 2 })
        assert.deepStrictEqual(together, ["token-1", "token-1"])
        const later = yield* Effect.forkChild(outcome(source), { startImmediately: true })
        yield* TestClock.adjust("1 second")
        assert.notStrictEqual(yield* Fiber.join(later), "token-1")
      }))
  })

  describe("clocks", () => {
    it.effect("serves no expired token after the wall clock was set back by an hour", () =>
      Effect.gen(function*() {
        yield* TestClock.setTime(10_000_000)
        const server = Server.make([])
        const source = yield* sourceOf(server)
        yield* source.get
        yield* TestClock.setTime((yield* Clock.currentTimeMillis) - 3_600_000)
        assert.strictEqual(yield* outcome(source), "token-1")
        assert.strictEqual(server.seen.requests, 1)
        yield* TestClock.adjust("3601 seconds")
        assert.strictEqual(yield* outcome(source), "token-2")
      }))

    it.effect("sends one token request after the wall clock jumped ahead by an hour", () =>
      Effect.gen(function*() {
        const server = Server.make([])
        const source = yield* sourceOf(server)
        yield* source.get
        yield* TestClock.adjust("1 hour")
        yield* Effect.all(Array.from({ length: 1000 }, () => source.get), { concurrency: "unbounded" })
        assert.strictEqual(server.seen.requests, 2)
      }))
  })

  describe("rejections", () => {
    it.effect("sends one token request for ten thousand callers that got the same 401", () =>
      Effect.gen(function*() {
        const server = Server.make([])
        const source = yield* sourceOf(server)
        const token = yield* source.get
        yield* Effect.all(
          Array.from({ length: 10_000 }, () => Effect.andThen(source.reject(token), source.get)),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(server.seen.requests, 2)
      }))

    it.effect("keeps a fresh token on a late 401 for the old one", () =>
      Effect.gen(function*() {
        const server = Server.make([])
        const source = yield* sourceOf(server)
        const old = yield* source.get
        const fresh = yield* source.renew
        yield* source.reject(old)
        assert.strictEqual(yield* source.get, fresh)
        assert.strictEqual(server.seen.requests, 2)
      }))

    it.effect("requests few tokens for an API that refuses every one: none within a growing delay", () =>
      Effect.gen(function*() {
        const server = Server.make([])
        const source = yield* sourceOf(server)
        for (let second = 0; second < 600; second++) {
          yield* source.reject(yield* source.get)
          yield* TestClock.adjust("1 second")
        }
        // The first, then one after 1, 2, 4, 8, 16, 32, 60, 60, ... seconds.
        assert.isAtMost(server.seen.requests, 18)
      }))

    it.effect("serves a rejected token again only if the server returns it again", () =>
      Effect.gen(function*() {
        const same = Server.token({ access_token: "same" })
        const server = Server.make([same, same, Server.status(503), Server.status(503), Server.status(503)])
        const source = yield* sourceOf(server)
        yield* source.reject(yield* source.get)
        assert.strictEqual(yield* outcome(source), "same")
        yield* TestClock.adjust("10 seconds")
        yield* source.reject(yield* source.get)
        const refused = yield* Effect.forkChild(outcome(source), { startImmediately: true })
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* Fiber.join(refused), "Unavailable")
      }))

    it.effect("returns the token without an effect only while it is fresh", () =>
      Effect.gen(function*() {
        const source = yield* sourceOf(Server.make([]))
        assert.isUndefined(source.peek())
        const token = yield* source.get
        assert.strictEqual(source.peek(), token)
        yield* source.reject(token)
        assert.isUndefined(source.peek())
        yield* source.get
        assert.isDefined(source.peek())
        yield* TestClock.adjust("3601 seconds")
        assert.isUndefined(source.peek())
      }))
  })

  describe("memory of refusals", () => {
    it.effect("remembers refused credentials for a growing time", () =>
      Effect.gen(function*() {
        const server = Server.make([], Server.status(401, {}, { error: "invalid_client" }))
        const source = yield* sourceOf(server)
        for (let second = 0; second < 3600; second++) {
          assert.strictEqual(yield* outcome(source), "CredentialsRefused")
          yield* TestClock.adjust("1 second")
        }
        // After 30 s, 1, 2, 4, 8 and 15 minutes, and so on.
        assert.strictEqual(server.seen.requests, 8)
      }))

    it.effect("`renew` sends a request at once, and clears what was refused", () =>
      Effect.gen(function*() {
        const server = Server.make([Server.status(401, {}, { error: "invalid_client" })])
        const source = yield* sourceOf(server)
        assert.strictEqual(yield* outcome(source), "CredentialsRefused")
        assert.strictEqual(value(yield* source.renew), "token-2")
        assert.strictEqual(yield* outcome(source), "token-2")
      }))

    it.effect("never sends a refused password again by itself", () =>
      Effect.gen(function*() {
        const server = Server.make([], Server.status(400, {}, { error: "invalid_grant" }))
        const source = yield* sourceOf(server, passwordProvider, withPassword("wrong"))
        for (let day = 0; day < 400; day++) {
          assert.strictEqual(yield* outcome(source), "GrantRefused")
          yield* TestClock.adjust("1 day")
        }
        assert.strictEqual(server.seen.requests, 1)
      }))

    it.effect("sends another password than the refused one, where credentials come from an effect", () =>
      Effect.gen(function*() {
        const server = Server.make([Server.status(400, {}, { error: "invalid_grant" })])
        const secrets = ["wrong", "wrong", "right"]
        let reads = 0
        const source = yield* sourceOf(
          server,
          passwordProvider,
          Effect.sync(() => withPassword(secrets[reads++] ?? "right"))
        )
        assert.strictEqual(yield* outcome(source), "GrantRefused")
        assert.strictEqual(yield* outcome(source), "GrantRefused")
        assert.strictEqual(reads, 1)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* outcome(source), "GrantRefused")
        assert.strictEqual(server.seen.requests, 1)
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual(yield* outcome(source), "token-2")
        assert.deepStrictEqual(server.seen.bodies.map((body) => body["password"]), ["wrong", "right"])
      }))

    it.effect("reports credentials whose reading was interrupted as unreadable, and remembers it", () =>
      Effect.gen(function*() {
        const server = Server.make([])
        let reads = 0
        const source = yield* sourceOf(
          server,
          provider(),
          Effect.suspend(() => {
            reads++
            return Effect.interrupt
          })
        )
        for (let asked = 0; asked < 3; asked++) {
          const { reason } = yield* Effect.flip(source.get)
          assert(reason._tag === "Unavailable")
          assert.strictEqual(reason.kind, "credentials")
        }
        assert.deepStrictEqual([reads, server.seen.requests], [1, 0])
      }))

    it.effect("ends at its deadline, and sends nothing later, if reading the credentials can't be interrupted", () =>
      Effect.gen(function*() {
        const server = Server.make([])
        const vault = yield* Deferred.make<void>()
        let reads = 0
        const source = yield* sourceOf(
          server,
          provider(),
          Effect.uninterruptible(Effect.suspend(() => {
            reads++
            return Effect.as(Deferred.await(vault), credentials)
          }))
        )
        const waiting = yield* many(100, outcome(source))
        yield* TestClock.adjust("30 seconds")
        assert.deepStrictEqual(
          new Set(yield* Effect.forEach(waiting, Fiber.join)),
          new Set(["Unavailable"])
        )
        assert.deepStrictEqual([reads, server.seen.requests], [1, 0])
        yield* Deferred.succeed(vault, undefined)
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual([reads, server.seen.requests], [1, 0])
        assert.strictEqual(yield* outcome(source), "token-1")
        assert.deepStrictEqual([reads, server.seen.requests], [2, 1])
      }))

    it.effect("closes its scope while an uninterruptible read of credentials runs", () =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const source = yield* sourceOf(Server.make([]), provider(), Effect.uninterruptible(Effect.never)).pipe(
          Effect.provideService(Scope.Scope, scope)
        )
        const [waiting] = yield* many(1, outcome(source))
        assert.isDefined(waiting)
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual(yield* Fiber.join(waiting), "Unavailable")
      }))

    it.effect("sends nothing to a server that throttles until the time that it named, and delays no caller with a valid token", () =>
      Effect.gen(function*() {
        const server = Server.make([Server.token(), Server.status(429, { "retry-after": "100" })])
        const source = yield* sourceOf(server)
        yield* source.get
        yield* TestClock.adjust("3550 seconds")
        for (let second = 0; second < 50; second++) {
          assert.strictEqual(yield* outcome(source), "token-1")
          yield* TestClock.adjust("1 second")
        }
        assert.strictEqual(yield* outcome(source), "Throttled")
        assert.strictEqual(server.seen.requests, 2)
        yield* TestClock.adjust("51 seconds")
        assert.strictEqual(yield* outcome(source), "token-3")
      }))

    it.effect("reads the credentials no more often for callers during a delay", () =>
      Effect.gen(function*() {
        const server = Server.make([Server.token(), Server.status(429, { "retry-after": "100" })])
        let reads = 0
        const source = yield* sourceOf(
          server,
          provider(),
          Effect.sync(() => {
            reads++
            return credentials
          })
        )
        yield* source.get
        yield* TestClock.adjust("3550 seconds")
        for (let asked = 0; asked < 9; asked++) {
          assert.strictEqual(yield* outcome(source), "token-1")
          yield* TestClock.adjust("100 millis")
        }
        assert.deepStrictEqual([reads, server.seen.requests], [2, 2])
      }))

    it.effect("uses a rotated secret without a restart", () =>
      Effect.gen(function*() {
        const server = Server.make([])
        let secret = "old"
        const rotating = provider({ clientAuthentication: ClientAuthentication.clientSecretPost })
        const source = yield* sourceOf(
          server,
          rotating,
          Effect.sync(() => ({ ...credentials, values: { clientId: "client", clientSecret: Redacted.make(secret) } }))
        )
        yield* source.get
        secret = "new"
        yield* TestClock.adjust("3601 seconds")
        yield* source.get
        assert.deepStrictEqual(server.seen.bodies.map((body) => body["client_secret"]), ["old", "new"])
      }))

    it.effect("reports that the credentials can't be read, without the cause", () =>
      Effect.gen(function*() {
        const source = yield* sourceOf(Server.make([]), provider(), Effect.die(new Error("vault says hunter2")))
        const error = yield* Effect.flip(source.get)
        assert.strictEqual(error.message.includes("hunter2"), false)
        assert.strictEqual(error.reason._tag === "Unavailable" ? error.reason.kind : "", "credentials")
      }))
  })

  describe("refresh tokens", () => {
    const rotating = (number: number, fields: Readonly<Record<string, unknown>> = {}) =>
      Server.token({ refresh_token: `refresh-${number}`, expires_in: 60, ...fields })

    it.effect("sends the refresh token first, and keeps the newest", () =>
      Effect.gen(function*() {
        const server = Server.make([rotating(1), rotating(2), Server.token({ expires_in: 60 }), rotating(4)])
        const source = yield* sourceOf(server, passwordProvider, withPassword("right"))
        for (let renewal = 0; renewal < 4; renewal++) {
          yield* source.get
          yield* TestClock.adjust("61 seconds")
        }
        assert.deepStrictEqual(
          server.seen.bodies.map((body) => body["refresh_token"] ?? body["grant_type"]),
          ["password", "refresh-1", "refresh-2", "refresh-2"]
        )
      }))

    it.effect("sends a refresh token once, also if the application's client retries", () =>
      Effect.gen(function*() {
        const server = Server.make([rotating(1), Server.broken("ECONNRESET")])
        const http = HttpClient.retryTransient(server.http, { times: 3 })
        const source = yield* sourceOf({ http }, passwordProvider, withPassword("right"))
        yield* source.get
        yield* TestClock.adjust("61 seconds")
        assert.strictEqual(yield* outcome(source), "Unavailable")
        yield* TestClock.adjust("6 seconds")
        assert.strictEqual(yield* outcome(source), "token-3")
        assert.deepStrictEqual(
          server.seen.bodies.map((body) => body["grant_type"]),
          ["password", "refresh_token", "refresh_token"]
        )
      }))

    it.effect("falls back to the password once, within the same call, on invalid_grant", () =>
      Effect.gen(function*() {
        const server = Server.make([rotating(1), Server.status(400, {}, { error: "invalid_grant" })])
        const source = yield* sourceOf(server, passwordProvider, withPassword("right"))
        yield* source.get
        yield* TestClock.adjust("61 seconds")
        assert.strictEqual(yield* outcome(source), "token-3")
        assert.deepStrictEqual(
          server.seen.bodies.map((body) => body["grant_type"]),
          ["password", "refresh_token", "password"]
        )
      }))

    for (
      const [name, answer] of [
        ["a 500", Server.status(500)],
        ["a 503", Server.status(503)],
        ["a 500 that says invalid_grant", Server.status(500, {}, { error: "invalid_grant" })],
        ["a reset", Server.broken("ECONNRESET")],
        ["a 429", Server.status(429)],
        ["a timeout", Server.hang]
      ] as const
    ) {
      it.effect(`sends no password after ${name}, and the refresh token not again at once`, () =>
        Effect.gen(function*() {
          const server = Server.make([rotating(1), answer])
          const source = yield* sourceOf(server, passwordProvider, withPassword("right"))
          yield* source.get
          yield* TestClock.adjust("61 seconds")
          const waiting = yield* Effect.forkChild(outcome(source), { startImmediately: true })
          yield* TestClock.adjust("30 seconds")
          assert.notInclude(yield* Fiber.join(waiting), "token-")
          assert.strictEqual(server.seen.requests, 2)
          yield* TestClock.adjust("6 seconds")
          assert.strictEqual(yield* outcome(source), "token-3")
          assert.deepStrictEqual(
            server.seen.bodies.map((body) => body["grant_type"]),
            ["password", "refresh_token", "refresh_token"]
          )
        }))
    }

    it.effect("sends no refresh token that was issued for other credentials", () =>
      Effect.gen(function*() {
        const server = Server.make([rotating(1), rotating(2)])
        let password = "old"
        const source = yield* sourceOf(server, passwordProvider, Effect.sync(() => withPassword(password)))
        yield* source.get
        password = "new"
        for (let renewal = 0; renewal < 2; renewal++) {
          yield* TestClock.adjust("61 seconds")
          yield* source.get
        }
        assert.deepStrictEqual(
          server.seen.bodies.map((body) => body["refresh_token"] ?? body["password"]),
          ["old", "new", "refresh-2"]
        )
      }))

    it.effect("does not send a refresh token that has expired", () =>
      Effect.gen(function*() {
        const server = Server.make([rotating(1, { refresh_expires_in: 100 })])
        const source = yield* sourceOf(
          server,
          provider({ grant: Grant.password, renewal: Grant.refreshToken }),
          withPassword("right")
        )
        yield* source.get
        yield* TestClock.adjust("101 seconds")
        yield* source.get
        assert.deepStrictEqual(server.seen.bodies.map((body) => body["grant_type"]), ["password", "password"])
      }))
  })

  describe("events, spans and metrics", () => {
    it.effect("has an event for each token request, with its reason and outcome", () =>
      Effect.gen(function*() {
        const same = Server.token({ access_token: "same" })
        const server = Server.make([same, same, Server.token(), Server.token({ expires_in: 10 })])
        const source = yield* sourceOf(server)
        const events = yield* Effect.forkChild(
          Stream.runCollect(Stream.take(source.events, 5)),
          { startImmediately: true }
        )
        yield* source.get
        yield* source.reject(yield* source.get)
        yield* source.get
        yield* TestClock.adjust("3590 seconds")
        yield* source.get
        yield* TestClock.adjust("3600 seconds")
        yield* source.get
        yield* source.renew
        yield* TestClock.adjust("3600 seconds")
        yield* source.get
        assert.deepStrictEqual(
          (yield* Fiber.join(events)).map(({ outcome, reason }) => `${reason}: ${outcome}`),
          ["first: obtained", "rejected: same", "expired: obtained", "forced: obtained", "expired: obtained"]
        )
      }))

    it.effect("ends the event stream with the scope, also for late subscribers", () =>
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const source = yield* Effect.provideService(sourceOf(Server.make([])), Scope.Scope, scope)
        const listening = yield* Effect.forkChild(Stream.runCollect(source.events), { startImmediately: true })
        yield* source.get
        yield* Scope.close(scope, Exit.void)
        assert.deepStrictEqual((yield* Fiber.join(listening)).map(({ reason }) => reason), ["first"])
        assert.deepStrictEqual(yield* Stream.runCollect(source.events), [])
      }))

    it.effect("has a span for each token request, and none for a cached token", () =>
      Effect.gen(function*() {
        const spans: Array<Tracer.Span> = []
        const tracer = Tracer.make({
          span: (options) => {
            const span = new Tracer.NativeSpan(options)
            spans.push(span)
            return span
          }
        })
        const source = yield* Effect.provideService(sourceOf(Server.make([])), Tracer.Tracer, tracer)
        yield* source.get
        yield* Effect.all(Array.from({ length: 100 }, () => source.get)).pipe(
          Effect.provideService(Tracer.Tracer, tracer)
        )
        assert.deepStrictEqual(spans.map((span) => span.name), ["TokenSource.request"])
        assert.deepStrictEqual(
          [...spans[0]?.attributes ?? []],
          [["mintmark.provider", "acme"], ["mintmark.reason", "first"]]
        )
      }))

    it.effect("counts token requests by provider, reason and outcome, and by nothing else", () =>
      Effect.gen(function*() {
        const source = yield* sourceOf(Server.make([]))
        yield* source.get
        yield* source.renew
        const counted = (yield* Metric.snapshot).filter(({ id }) => id === "mintmark_token_requests")
        assert.deepStrictEqual(
          counted.map(({ attributes }) => attributes),
          [
            { provider: "acme", reason: "first", outcome: "obtained" },
            { provider: "acme", reason: "forced", outcome: "obtained" }
          ]
        )
      }).pipe(Effect.provideService(Metric.MetricRegistry, new Map())))

    it.effect("reports a token request whose credentials failed, and counts no token request", () =>
      Effect.gen(function*() {
        const source = yield* sourceOf(Server.make([]), undefined, Effect.die("no secret manager"))
        const events = yield* Effect.forkChild(
          Stream.runCollect(Stream.take(source.events, 1)),
          { startImmediately: true }
        )
        yield* Effect.flip(source.get)
        const [event] = yield* Fiber.join(events)
        assert.deepInclude(event, { reason: "first", outcome: "Unavailable", requested: false })
        assert.notInclude((yield* Metric.snapshot).map(({ id }) => id), "mintmark_token_requests")
      }).pipe(Effect.provideService(Metric.MetricRegistry, new Map())))
  })

  describe("under steady calls", () => {
    for (const { lifetime, requests: [fewest, most], why } of sweep) {
      it.effect(`costs ${why}, at a lifetime of ${lifetime} s`, () =>
        Effect.gen(function*() {
          const server = Server.make([], Server.token({ expires_in: lifetime }))
          const source = yield* sourceOf(server)
          let served = 0
          for (let tenth = 0; tenth < 6_000; tenth++) {
            yield* Effect.forkChild(Effect.tap(source.get, () => Effect.sync(() => served++)), {
              startImmediately: true
            })
            yield* TestClock.adjust("100 millis")
          }
          yield* TestClock.adjust("1 second")
          assert.isAtLeast(server.seen.requests, fewest)
          assert.isAtMost(server.seen.requests, most)
          assert.strictEqual(served, 6_000)
        }))
    }
  })
})
