import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import type { Check } from "../Check.ts"
import type { Subject } from "../Subject.ts"
import type { Answer, Recorded } from "./recorder.ts"
import { expected, grantName, grantSent, isPassword, ordinary, ownScopes, reply, rig, sent } from "./rig.ts"

const invalidGrant = (status: number): Answer => ({ status, body: { error: "invalid_grant" } })

const refreshing = (subject: Subject, lifetimeField: string | undefined): ReadonlyArray<Check> => {
  const { stated } = subject
  const grant = grantName(stated)
  const grantOf = (request: Recorded) => grantSent(stated, request)
  const afterwards = TestClock.adjust((stated.lifetime + 1) * 1000)
  const years = TestClock.adjust("3650 days")
  return [
    {
      topic: "renewal",
      name: "renews with the newest refresh token, and sends the first grant's credentials once",
      run: Effect.gen(function*() {
        const { client, tokenRequests } = yield* rig(subject, {
          answers: { token: (count) => reply(stated, count, count === 2 ? { refresh_token: undefined } : {}) }
        })
        for (let renewal = 0; renewal < 4; renewal++) {
          yield* client.token
          yield* afterwards
        }
        const wanted = [
          expected(subject, ordinary, { scopes: ownScopes(stated) }),
          expected(subject, ordinary, { refreshToken: "refresh-1" }),
          expected(subject, ordinary, { refreshToken: "refresh-1" }),
          expected(subject, ordinary, { refreshToken: "refresh-3" })
        ]
        assert.deepStrictEqual(
          tokenRequests().map((request, index) => sent(wanted[index] ?? expected(subject, ordinary), request)),
          wanted
        )
      })
    },
    {
      topic: "renewal",
      name: "sends the first grant once, within the same call, where the refresh token is refused",
      run: Effect.gen(function*() {
        for (const status of [400, 401]) {
          const { client, tokenRequests } = yield* rig(subject, {
            answers: {
              token: (count, request) =>
                grantOf(request) === "refresh_token" ? invalidGrant(status) : reply(stated, count)
            }
          })
          yield* client.token
          yield* afterwards
          assert.strictEqual(Redacted.value((yield* client.token).value), "token-3")
          assert.deepStrictEqual(tokenRequests().map(grantOf), [grant, "refresh_token", grant])
        }
      })
    },
    {
      topic: "renewal",
      name: "doesn't send the first grant for a server error or throttling",
      run: Effect.gen(function*() {
        for (const status of [500, 502, 503, 429]) {
          const { client, tokenRequests } = yield* rig(subject, {
            answers: {
              token: (count, request) =>
                grantOf(request) === "refresh_token"
                  ? { status, body: { error: "invalid_grant" } }
                  : reply(stated, count)
            }
          })
          yield* client.token
          yield* afterwards
          yield* Effect.flip(client.token)
          assert.strictEqual(tokenRequests().map(grantOf).lastIndexOf(grant), 0)
        }
      })
    },
    ...(lifetimeField === undefined ? [] : [
      {
        topic: "renewal",
        name: `doesn't send a refresh token that has expired by ${lifetimeField}`,
        run: Effect.gen(function*() {
          const { client, tokenRequests } = yield* rig(subject, {
            answers: { token: (count) => reply(stated, count, { [lifetimeField]: stated.lifetime * 2 }) }
          })
          yield* client.token
          yield* TestClock.adjust(stated.lifetime * 2000)
          yield* client.token
          assert.deepStrictEqual(tokenRequests().map(grantOf), [grant, grant])
        })
      } satisfies Check
    ]),
    {
      topic: "renewal",
      name: "sends a refresh token that doesn't expire after ten years",
      run: Effect.gen(function*() {
        for (const lifetime of [0, undefined]) {
          const { client, tokenRequests } = yield* rig(subject, {
            answers: {
              token: (count) => reply(stated, count, lifetimeField === undefined ? {} : { [lifetimeField]: lifetime })
            }
          })
          yield* client.token
          yield* years
          yield* client.token
          assert.deepStrictEqual(tokenRequests().map(grantOf), [grant, "refresh_token"])
        }
      })
    }
  ]
}

/** How the provider's tokens are renewed. */
export const renewing = (subject: Subject): ReadonlyArray<Check> => {
  const { stated } = subject
  return [
    ...(stated.renewal !== undefined ? refreshing(subject, stated.renewal.lifetimeField) : [
      {
        topic: "renewal",
        name: "sends the same credentials again, and no refresh token",
        run: Effect.gen(function*() {
          const { client, tokenRequests } = yield* rig(subject, {
            answers: { token: (count) => reply(stated, count, { refresh_token: "unused" }) }
          })
          yield* client.token
          yield* TestClock.adjust((stated.lifetime + 1) * 1000)
          yield* client.token
          const [first, second] = tokenRequests()
          assert.strictEqual(second?.body, first?.body)
          assert.strictEqual(second?.path, first?.path)
          assert.lengthOf(tokenRequests(), 2)
        })
      } satisfies Check
    ]),
    {
      topic: "renewal",
      name: isPassword(subject)
        ? "never sends a refused password again by itself"
        : "doesn't send refused credentials again at once",
      run: Effect.gen(function*() {
        for (const status of [400, 401]) {
          const { client, tokenRequests } = yield* rig(subject, {
            answers: {
              token: () => isPassword(subject) ? invalidGrant(status) : { status, body: { error: "invalid_client" } }
            }
          })
          const { reason } = yield* Effect.flip(client.token)
          assert.strictEqual(reason._tag, isPassword(subject) ? "GrantRefused" : "CredentialsRefused")
          if (isPassword(subject)) yield* TestClock.adjust("30 days")
          for (let call = 0; call < 20; call++) yield* Effect.flip(client.token)
          assert.lengthOf(tokenRequests(), 1)
          yield* Effect.flip(client.renew)
          assert.lengthOf(tokenRequests(), 2)
        }
      })
    }
  ]
}
