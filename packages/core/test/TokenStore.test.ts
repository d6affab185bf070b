import { assert, describe, it } from "@effect/vitest"
import type { AccessToken } from "@mintmark/core/AccessToken"
import * as TokenSource from "@mintmark/core/TokenSource"
import * as TokenStore from "@mintmark/core/TokenStore"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { acme } from "./support/plainAcme.ts"
import * as Server from "./support/ScriptedServer.ts"

const token = (value: string, requestedAt: number, expiresAt: number): AccessToken => ({
  value: Redacted.make(value),
  requestedAt,
  expiresAt,
  scopes: [],
  refreshToken: undefined,
  reply: undefined
})

describe("TokenStore.meets", () => {
  const current = token("current", 0, 100_000)
  const meets = (reason: Parameters<typeof TokenStore.meets>[0]["reason"], stored: AccessToken, now = 50_000) =>
    TokenStore.meets({ current, jitter: 0, reason, startedAt: 40_000 }, stored, now)

  it("accepts no expired token, and none with a lifetime of 0, whatever the need", () => {
    for (const reason of ["first", "expired", "rejected", "forced"] as const) {
      assert.isFalse(meets(reason, token("other", 45_000, 50_000)))
      assert.isFalse(meets(reason, token("other", 60_000, 60_000)))
      assert.isTrue(meets(reason, token("other", 45_000, 50_001)))
    }
  })

  it("accepts any other valid token in place of a rejected one", () => {
    assert.isFalse(meets("rejected", current))
    assert.isTrue(meets("rejected", token("other", 0, 100_000)))
  })

  it("accepts for a forced renewal only a token that was requested since", () => {
    assert.isFalse(meets("forced", token("other", 39_999, 100_000)))
    assert.isFalse(meets("forced", token("other", 40_000, 100_000)))
    assert.isTrue(meets("forced", token("other", 40_001, 100_000)))
  })

  it("accepts a fresh token in place of an expiring one, and the current one only if it was requested again", () => {
    assert.isTrue(meets("expiring", token("other", 0, 100_000)))
    assert.isFalse(meets("expiring", token("other", 0, 100_000), 80_001))
    assert.isFalse(meets("expiring", token("current", 1_000, 100_000)))
    assert.isTrue(meets("expiring", token("current", 1_001, 100_000)))
  })
})

describe("A store of the application's own that never answers", () => {
  const own = (store: Partial<TokenStore.TokenStore>): TokenStore.TokenStore => ({
    obtain: (need) =>
      Effect.mapBoth(need.request(need.refreshToken), {
        onSuccess: (token) => ({ token, shared: false }),
        onFailure: ({ error }) => error
      }),
    sendSecret: undefined,
    reject: undefined,
    ...store
  })

  const sourceOver = Effect.fnUntraced(function*(store: Partial<TokenStore.TokenStore>) {
    const { http, seen } = Server.make([])
    const scope = yield* Scope.make()
    const source = yield* TokenSource.make(acme, {
      clientId: "client",
      clientSecret: Redacted.make("secret"),
      deadline: "4 seconds"
    }).pipe(
      Effect.provideService(TokenStore.TokenStore, own(store)),
      Effect.provideService(HttpClient.HttpClient, http),
      Effect.provideService(Scope.Scope, scope)
    )
    return { scope, seen, source }
  })

  /** The time that an effect takes, by the test's clock, and its result. */
  const timed = Effect.fnUntraced(function*<A, E>(effect: Effect.Effect<A, E>) {
    const before = yield* Clock.currentTimeMillis
    const running = yield* Effect.forkChild(
      Effect.flatMap(Effect.exit(effect), (exit) => Effect.map(Clock.currentTimeMillis, (now) => [exit, now] as const))
    )
    yield* TestClock.adjust("1 minute")
    const [exit, now] = yield* Fiber.join(running)
    return { exit, took: now - before }
  })

  for (
    const [how, never] of [
      ["", Effect.never],
      [", and can't be interrupted", Effect.uninterruptible(Effect.never)]
    ] as const
  ) {
    it.effect(`fails its callers at their deadline, and the scope closes${how}`, () =>
      Effect.gen(function*() {
        const { scope, seen, source } = yield* sourceOver({ obtain: () => never })
        const { exit, took } = yield* timed(source.get)
        assert.strictEqual(took, 4_000)
        const error = Exit.isFailure(exit) ? yield* Effect.flip(exit) : undefined
        assert.include(error?.reason, { _tag: "Unavailable", kind: "store" })
        assert.strictEqual(seen.requests, 0)
        yield* Effect.forkChild(Effect.exit(source.renew), { startImmediately: true })
        assert.isAtMost((yield* timed(Scope.close(scope, Exit.void))).took, 5_000)
      }))

    it.effect(`fails them, too, where it does not answer after the token request${how}`, () =>
      Effect.gen(function*() {
        const { scope, seen, source } = yield* sourceOver({
          obtain: (need) => Effect.andThen(Effect.orDie(need.request(undefined)), never)
        })
        const { exit, took } = yield* timed(source.get)
        assert.strictEqual(took, 4_000)
        assert.isTrue(Exit.isFailure(exit))
        assert.strictEqual(seen.requests, 1)
        assert.isAtMost((yield* timed(Scope.close(scope, Exit.void))).took, 5_000)
      }))
  }

  it.effect("keeps no scope from closing where an API refused a token", () =>
    Effect.gen(function*() {
      const { scope, source } = yield* sourceOver({ reject: () => Effect.never })
      yield* source.reject(yield* source.get)
      assert.isAtMost((yield* timed(Scope.close(scope, Exit.void))).took, 5_000)
    }))

  it.effect("keeps what has come while the scope closes", () =>
    Effect.gen(function*() {
      let kept = false
      const { scope, source } = yield* sourceOver({
        obtain: (need) =>
          Effect.uninterruptible(
            Effect.tap(own({}).obtain(need), () =>
              Effect.andThen(
                Effect.sleep("2 seconds"),
                Effect.sync(() => {
                  kept = true
                })
              ))
          )
      })
      yield* Effect.forkChild(Effect.exit(source.get), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      const { exit } = yield* timed(Effect.map(Scope.close(scope, Exit.void), () => kept))
      assert.isTrue(yield* exit)
    }))
})
