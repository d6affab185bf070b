/**
 * The tests that every shared store passes, whichever database it uses. Each runs real token sources over the store, with
 * real time, as processes that have nothing but the store in common.
 *
 * @since 0.1.0
 */
import { assert, describe, it } from "@effect/vitest"
import type { TokenError } from "@mintmark/core/TokenError"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { canary, type Kind, pause, Server, start } from "./internal/storeProcesses.ts"

/**
 * A store that is tested.
 *
 * @since 0.1.0
 * @category models
 */
export interface StoreSubject {
  readonly name: string
  /** Opens a place for records: empty, and used by no other test. */
  readonly open: Effect.Effect<StorePlace, unknown, Scope.Scope>
  /**
   * Whether the store keeps processes apart that run at the same moment: one token request for all, and refresh tokens
   * that are sent once. A key-value store can't.
   */
  readonly atOnce: boolean
}

/**
 * A place for records, which several processes share.
 *
 * @since 0.1.0
 * @category models
 */
export interface StorePlace {
  /** The store as one more process builds it. Its budget for an operation should allow for a busy machine. */
  readonly store: (options: StoreOptions) => Layer.Layer<never, TokenError>
  /** All that is stored at the moment, as text. */
  readonly dump: Effect.Effect<string, unknown>
}

/**
 * What a store is built with.
 *
 * @since 0.1.0
 * @category models
 */
export interface StoreOptions {
  /** Encryption keys: 32 bytes each, in Base64. The first one writes, all of them read. */
  readonly keys: ReadonlyArray<Redacted.Redacted>
  /** How long other processes wait for one that vanished; `undefined` for the store's default. */
  readonly lease?: Duration.Input | undefined
}

/**
 * One thing that a store must do. It fails with an assertion where the store does otherwise.
 *
 * @since 0.1.0
 * @category models
 */
export interface StoreCheck {
  readonly name: string
  readonly run: Effect.Effect<void, unknown, Scope.Scope>
}

const oldKey = Redacted.make("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
const newKey = Redacted.make("q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=")

const valueOf = ({ value }: { readonly value: Redacted.Redacted }): string => Redacted.value(value)
const token = (number: number): string => `${canary}-access-${number}`
const status = (code: number, body: unknown = {}, headers: Record<string, string> = {}) =>
  Effect.sync(() => Response.json(body, { status: code, headers }))

/**
 * The checks of a store, for a test runner of your own.
 *
 * @since 0.1.0
 * @category constructors
 */
export const storeChecks = ({ atOnce, open }: StoreSubject): ReadonlyArray<StoreCheck> => {
  /** A place, a server, and how another process is started on them. */
  const fleet = Effect.map(open, (place) => {
    const server = new Server()
    const join = (
      kind: Kind = "client",
      { account, http = server.http, keys = [newKey, oldKey], lease, scopes }: Partial<StoreOptions> & {
        readonly account?: string
        readonly scopes?: ReadonlyArray<string>
        readonly http?: HttpClient.HttpClient
      } = {}
    ) => start(place.store({ keys, lease }), http, kind, account, scopes)
    return { join, place, server }
  })

  const always: ReadonlyArray<StoreCheck> = [
    {
      name: "one process after another uses the token that the first one requested, with all that came with it",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        const first = yield* (yield* join()).get
        const second = yield* (yield* join()).get
        assert.strictEqual(valueOf(second), valueOf(first))
        assert.deepStrictEqual(second.reply, first.reply)
        assert.deepStrictEqual(second.scopes, first.scopes)
        assert.isAtMost(second.expiresAt, first.expiresAt + 1)
        assert.strictEqual(server.grants.length, 1)
      })
    },
    {
      name: "accounts, scopes and key rings that differ share nothing",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        yield* (yield* join()).get
        yield* (yield* join("client", { account: "other" })).get
        yield* (yield* join("password")).get
        yield* (yield* join("password", { account: "other" })).get
        yield* (yield* join("client", { keys: [newKey] })).get
        assert.strictEqual(server.grants.length, 5)
      })
    },
    {
      name: "no secret is readable in what is stored, neither of a token nor of a failure",
      run: Effect.gen(function*() {
        const { join, place, server } = yield* fleet
        yield* (yield* join()).get
        yield* (yield* join("password")).get
        yield* (yield* join("refresh token")).get
        server.next.push(status(401, { error: "invalid_client", error_description: canary }))
        yield* Effect.flip((yield* join("client", { account: "other" })).get)
        const stored = yield* place.dump
        assert.isAbove(stored.length, 100)
        const decoded = Array.from(
          stored.matchAll(/[A-Za-z0-9+/]{24,}/g),
          ([text]) => atob(text.slice(0, -(text.length % 4) || undefined))
        )
        assert.notInclude(stored + decoded.join(), canary)
      })
    },
    {
      name: "a token that an API refused is used by no other process, and replaced once",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        const a = yield* join()
        yield* a.reject(yield* a.get)
        // The store hears of it in the background.
        yield* pause(200)
        assert.strictEqual(valueOf(yield* (yield* join()).get), token(2))
        assert.strictEqual(valueOf(yield* (yield* join()).get), token(2))
        assert.strictEqual(server.grants.length, 2)
      })
    },
    {
      name: "a token that was renewed replaces the one before it for other processes",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        const a = yield* join()
        yield* a.get
        yield* a.renew
        assert.strictEqual(valueOf(yield* (yield* join()).get), token(2))
        assert.strictEqual(server.grants.length, 2)
      })
    },
    {
      name: "throttling delays other processes until it ends, except for a forced renewal; a token ends it",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        server.next.push(status(429, {}, { "retry-after": "60" }))
        const seen = yield* Effect.flip((yield* join()).get)
        const told = yield* Effect.flip((yield* join()).get)
        assert.strictEqual(told.reason._tag, "Throttled")
        assert.approximately(told.retryAt ?? 0, seen.retryAt ?? 0, 5_000)
        assert.strictEqual(server.grants.length, 1)
        assert.strictEqual(valueOf(yield* (yield* join()).renew), token(2))
        assert.strictEqual(valueOf(yield* (yield* join()).get), token(2))
      })
    },
    {
      name: "refused client credentials, and a refused password, are not sent again by another process",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        server.next.push(status(401, { error: "invalid_client" }), status(400, { error: "invalid_grant" }))
        yield* Effect.flip((yield* join()).get)
        yield* Effect.flip((yield* join("password")).get)
        const refused = yield* Effect.forEach(
          ["client", "client", "password", "password"] as const,
          (kind) => Effect.flatMap(join(kind), ({ get }) => Effect.flip(get))
        )
        assert.deepStrictEqual(refused.map(({ reason }) => reason._tag), [
          "CredentialsRefused",
          "CredentialsRefused",
          "GrantRefused",
          "GrantRefused"
        ])
        assert.strictEqual(server.grants.length, 2)
        // Another password is not affected.
        yield* (yield* join("password", { account: "other" })).get
      })
    },
    {
      name:
        "a refused password is sent once by processes that request different scopes, and again by renew, which clears it",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        const get = (scope: string) =>
          Effect.flatMap(join("password", { scopes: [scope] }), ({ get }) => Effect.exit(get))
        server.next.push(status(400, { error: "invalid_grant" }))
        const refused = yield* Effect.forEach(["a", "b", "c", "d", "e", "f", "g"], get)
        assert.isTrue(refused.every(Exit.isFailure))
        assert.strictEqual(server.grants.length, 1)
        yield* (yield* join("password", { scopes: ["h"] })).renew
        assert.isTrue(Exit.isSuccess(yield* get("i")))
        assert.strictEqual(server.grants.length, 3)
      })
    },
    {
      name: "a refused scope of a password account delays no process that requests others",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        server.next.push(status(400, { error: "invalid_scope" }))
        yield* Effect.flip((yield* join("password", { scopes: ["wrong"] })).get)
        yield* (yield* join("password", { scopes: ["right"] })).get
        assert.strictEqual(server.grants.length, 2)
      })
    },
    {
      name: "a network failure of one process delays no other process",
      run: Effect.gen(function*() {
        const { join } = yield* fleet
        const unreachable = HttpClient.make((request) =>
          Effect.fail(
            new HttpClientError.HttpClientError({
              reason: new HttpClientError.TransportError({
                request,
                cause: Object.assign(new Error(), { code: "ECONNREFUSED" })
              })
            })
          )
        )
        const failed = yield* Effect.flip((yield* join("client", { http: unreachable })).get)
        assert.strictEqual(failed.reason._tag, "Unavailable")
        assert.strictEqual(valueOf(yield* (yield* join()).get), token(1))
      })
    },
    {
      name: "no token is used after it has expired, although it was stored with a clock two hours ahead",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        const clock = yield* Clock.clockWith(Effect.succeed)
        const ahead: Clock.Clock = Object.assign(Object.create(clock), {
          currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + 7_200_000,
          currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + 7_200_000)
        })
        const sentAt = yield* clock.currentTimeMillis
        const early = yield* Effect.provideService(join(), Clock.Clock, ahead)
        yield* Effect.provideService(early.get, Clock.Clock, ahead)
        const used = yield* (yield* join()).get
        const requested = server.grants.length === 1 ? sentAt : yield* clock.currentTimeMillis
        assert.isAtMost(
          used.expiresAt,
          requested + (yield* clock.currentTimeMillis) - sentAt + server.expiresIn * 1_000 + 2
        )
      })
    },
    {
      name: "a key ring reads with each of its keys, and writes with the first",
      run: Effect.gen(function*() {
        const { join } = yield* fleet
        yield* (yield* join("client", { keys: [oldKey] })).get
        const mixed = yield* join()
        assert.strictEqual(valueOf(yield* mixed.get), token(1))
        yield* mixed.renew
        assert.strictEqual(valueOf(yield* (yield* join("client", { keys: [oldKey] })).get), token(3))
        assert.strictEqual(valueOf(yield* (yield* join()).get), token(3))
      })
    },
    {
      name: "of a refresh token that is the only credential, the newest is sent whatever scopes and keys a process has",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        for (const keys of [[oldKey], [newKey, oldKey], [newKey]]) {
          yield* (yield* join("refresh token", { keys, scopes: [`scope-${keys.length}`] })).renew
        }
        yield* (yield* join("refresh token", { scopes: ["other"] })).get
        assert.deepStrictEqual(
          server.refreshTokens,
          ["account", "refresh-1", "refresh-2", "refresh-3"].map((name) => `${canary}-${name}`)
        )
      })
    },
    {
      name: "a refresh token that is the only credential is sent by no process that can't read the newest",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        yield* (yield* join("refresh token", { keys: [oldKey] })).get
        const error = yield* Effect.flip((yield* join("refresh token", { keys: [newKey] })).get)
        assert.include(error.reason, { _tag: "Unavailable", kind: "store" })
        assert.strictEqual(server.grants.length, 1)
      })
    },
    {
      name: "a token with a lifetime of 0 is shared with no process",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        server.expiresIn = 0
        yield* (yield* join()).get
        yield* (yield* join()).get
        assert.strictEqual(server.grants.length, 2)
      })
    }
  ]

  const whereAtOnce: ReadonlyArray<StoreCheck> = [
    {
      name: "ten processes that start at the same moment send one token request",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        server.next.push(Effect.andThen(pause(300), Effect.sync(() => server.reply(1))))
        const members = yield* Effect.all(Array.from({ length: 10 }, () => join()), { concurrency: "unbounded" })
        const tokens = yield* Effect.forEach(members, ({ get }) => get, { concurrency: "unbounded" })
        assert.deepStrictEqual([...new Set(tokens.map(valueOf))], [token(1)])
        assert.strictEqual(server.grants.length, 1)
      })
    },
    {
      name: "a failure that applies to all processes is returned to those that wait",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        server.next.push(Effect.andThen(pause(300), status(401, { error: "invalid_client" })))
        const members = yield* Effect.all(Array.from({ length: 5 }, () => join()), { concurrency: "unbounded" })
        const errors = yield* Effect.forEach(members, ({ get }) => Effect.flip(get), { concurrency: "unbounded" })
        assert.isTrue(errors.every(({ reason }) => reason._tag === "CredentialsRefused"))
        assert.strictEqual(server.grants.length, 1)
      })
    },
    {
      name: "processes that request different scopes at the same moment send a wrong password once",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        server.next.push(Effect.andThen(pause(300), status(400, { error: "invalid_grant" })))
        const members = yield* Effect.all(
          ["a", "b", "c", "d", "e", "f", "g"].map((scope) => join("password", { scopes: [scope] })),
          { concurrency: "unbounded" }
        )
        const errors = yield* Effect.forEach(members, ({ get }) => Effect.flip(get), { concurrency: "unbounded" })
        assert.deepStrictEqual([...new Set(errors.map(({ reason }) => reason._tag))], ["GrantRefused"])
        assert.strictEqual(server.grants.length, 1)
      })
    },
    {
      name: "processes that renew in turn send each refresh token once, and the password once",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        const [a, b] = yield* Effect.all([join("password"), join("password")])
        yield* a.get
        yield* b.get
        for (let i = 0; i < 10; i++) yield* Effect.all([a.renew, b.renew], { concurrency: "unbounded" })
        assert.strictEqual(server.grants.filter((grant) => grant === "password").length, 1)
        assert.isAbove(server.refreshTokens.length, 9)
        assert.strictEqual(new Set(server.refreshTokens).size, server.refreshTokens.length)
      })
    },
    {
      name: "processes that request different scopes at the same moment send each refresh token once",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        const members = yield* Effect.all(["a", "b", "c"].map((scope) => join("refresh token", { scopes: [scope] })))
        for (let i = 0; i < 5; i++) {
          yield* Effect.forEach(members, ({ renew }) => renew, { concurrency: "unbounded" })
        }
        assert.strictEqual(server.refreshTokens.length, 15)
        assert.strictEqual(new Set(server.refreshTokens).size, 15)
      })
    },
    {
      name: "a refresh token that may be spent is sent by no process that did not see its request fail",
      run: Effect.gen(function*() {
        for (const failing of [500, 502, 503, 504]) {
          const { join, server } = yield* fleet
          const a = yield* join("password")
          yield* a.reject(yield* a.get)
          server.next.push(status(failing))
          yield* Effect.flip(a.get)
          assert.strictEqual(valueOf(yield* (yield* join("password")).renew), token(3))
          assert.deepStrictEqual(server.grants, ["password", "refresh_token", "password"])
        }
      })
    },
    {
      name: "a refresh token that the server refused is replaced in the same call, and sent by no process again",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        const a = yield* join("password")
        yield* a.get
        server.next.push(status(400, { error: "invalid_grant" }))
        assert.strictEqual(valueOf(yield* a.renew), token(3))
        yield* (yield* join("password")).renew
        assert.deepStrictEqual(server.grants, ["password", "refresh_token", "password", "refresh_token"])
        assert.deepStrictEqual(server.refreshTokens, [`${canary}-refresh-1`, `${canary}-refresh-3`])
      })
    },
    {
      name: "a process whose scope closes during its token request delays no other process",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        server.next.push(Effect.never)
        const scope = yield* Scope.make()
        const a = yield* Effect.provideService(join("client", { lease: "1 hour" }), Scope.Scope, scope)
        const waiting = yield* Effect.forkChild(Effect.flip(a.get))
        while (server.grants.length === 0) yield* pause(10)
        yield* Scope.close(scope, Exit.void)
        yield* Fiber.join(waiting)
        assert.strictEqual(valueOf(yield* (yield* join("client", { lease: "1 hour" })).get), token(2))
      })
    },
    {
      name: "other processes wait for a process that was killed no longer than its lease lasts",
      run: Effect.gen(function*() {
        const { join, server } = yield* fleet
        server.next.push(Effect.never)
        // Its clock stands still, so that it never extends its lease.
        const clock = yield* TestClock.make()
        const scope = yield* Scope.make()
        const stands = Effect.provideService(Clock.Clock, clock)
        const a = yield* join("client", { lease: "2 seconds" }).pipe(
          stands,
          Effect.provideService(Scope.Scope, scope)
        )
        yield* Effect.forkChild(Effect.exit(stands(a.get)))
        while (server.grants.length === 0) yield* pause(10)
        const began = yield* Clock.currentTimeMillis
        assert.strictEqual(valueOf(yield* (yield* join("client", { lease: "2 seconds" })).get), token(2))
        assert.isAbove((yield* Clock.currentTimeMillis) - began, 1_000)
        yield* Scope.close(scope, Exit.void)
      })
    }
  ]

  return atOnce ? [...always, ...whereAtOnce] : always
}

/**
 * Adds a test for each check to the test file that calls it. They run at the same time, as many as Vitest allows: each has
 * a place of its own.
 *
 * @since 0.1.0
 * @category constructors
 */
export const storeSuite = (subject: StoreSubject): void => {
  describe.concurrent(`${subject.name} is a shared store:`, () => {
    for (const { name, run } of storeChecks(subject)) it.live(name, () => run)
  })
}
