import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import type { Check } from "../Check.ts"
import type { Subject } from "../Subject.ts"
import { bearer, carriedAs, rig } from "./rig.ts"

/** What is to be seen of a provider whose tokens the client makes itself. */
export const producing = (subject: Subject): ReadonlyArray<Check> => {
  const { policy, stated } = subject
  return [
    {
      topic: "request",
      name: `makes the token itself, for ${stated.lifetime} s, and sends no token request`,
      run: Effect.gen(function*() {
        const { apiRequests, client, tokenRequests } = yield* rig(subject)
        const { expiresAt, requestedAt } = yield* client.token
        assert.strictEqual(expiresAt - requestedAt, stated.lifetime * 1000)
        assert.deepStrictEqual([...tokenRequests(), ...apiRequests()], [])
      })
    },
    {
      topic: "lifetime",
      name: "has one token for many callers, and another when it has expired",
      run: Effect.gen(function*() {
        const { client } = yield* rig(subject)
        const value = Effect.map(client.token, (token) => Redacted.value(token.value))
        const [first, ...others] = yield* Effect.all(Effect.replicate(value, 50), { concurrency: "unbounded" })
        assert.deepStrictEqual(new Set(others), new Set([first]))
        yield* TestClock.adjust(stated.lifetime * 1000)
        assert.notStrictEqual(yield* value, first)
      })
    },
    {
      topic: "api",
      name:
        "sends API requests with the token, changes no header of the caller, and repeats a 401 once with another token",
      run: Effect.gen(function*() {
        const { apiRequests, client } = yield* rig(subject, {
          answers: {
            api: (count) => ({ status: count === 1 && policy.newTokenOn.includes(401) ? 401 : 200, body: {} })
          }
        })
        const first = yield* client.token
        yield* TestClock.adjust(1000)
        const accept = "application/vnd.example.v7+json"
        yield* client.http.execute(HttpClientRequest.get("/some/thing").pipe(HttpClientRequest.accept(accept)))
        const carried = apiRequests().map(({ headers }) => headers[(stated.carried ?? bearer).header])
        assert.strictEqual(carried[0], carriedAs(stated, Redacted.value(first.value)))
        assert.lengthOf(new Set(carried), policy.newTokenOn.includes(401) ? 2 : 1)
        assert.deepStrictEqual(new Set(apiRequests().map(({ headers }) => headers.accept)), new Set([accept]))
      })
    },
    {
      topic: "api",
      name: "sends the token to no other origin",
      run: Effect.gen(function*() {
        const { client } = yield* rig(subject)
        assert.strictEqual((yield* Effect.flip(client.http.get("https://another.example/"))).reason._tag, "Unsafe")
      })
    }
  ]
}
