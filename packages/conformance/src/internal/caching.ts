import { assert } from "@effect/vitest"
import type { AccessToken } from "@mintmark/core/AccessToken"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import type { Check } from "../Check.ts"
import type { Subject } from "../Subject.ts"
import { eventually, reply, rig } from "./rig.ts"

const valueOf = ({ value }: AccessToken): string => Redacted.value(value)

const seconds = (count: number) => TestClock.adjust(count * 1000)

/** How long the provider's tokens are cached. */
export const caching = (subject: Subject): ReadonlyArray<Check> => {
  const { stated } = subject
  return [
    {
      topic: "lifetime",
      name: "sends one token request for many callers",
      run: Effect.gen(function*() {
        const { client, tokenRequests } = yield* rig(subject)
        yield* Effect.all(Effect.replicate(client.token, 100), { concurrency: "unbounded" })
        assert.lengthOf(tokenRequests(), 1)
      })
    },
    {
      topic: "lifetime",
      name:
        "serves a token while it is valid, renews it in the background before it expires, and never serves it after",
      run: Effect.gen(function*() {
        const { client, tokenRequests } = yield* rig(subject)
        const token = Effect.map(client.token, valueOf)
        yield* token
        yield* seconds(stated.lifetime / 2)
        assert.strictEqual(yield* token, "token-1")
        assert.lengthOf(tokenRequests(), 1)
        yield* seconds(stated.lifetime / 2 - 1)
        assert.strictEqual(yield* token, "token-1")
        assert.isTrue(yield* eventually(Effect.map(token, (value) => value === "token-2")))
        yield* seconds(stated.lifetime)
        assert.strictEqual(yield* token, "token-3")
        assert.lengthOf(tokenRequests(), 3)
      })
    },
    {
      topic: "lifetime",
      name: "serves a valid token while renewals fail, and requests another when it has expired",
      run: Effect.gen(function*() {
        const { client, tokenRequests } = yield* rig(subject, {
          answers: { token: (count) => count === 1 ? reply(stated, 1) : { status: 503, body: "" } }
        })
        yield* client.token
        yield* seconds(stated.lifetime - 1)
        assert.strictEqual(valueOf(yield* client.token), "token-1")
        assert.isTrue(yield* eventually(Effect.sync(() => tokenRequests().length > 1)))
        assert.strictEqual(valueOf(yield* client.token), "token-1")
        yield* seconds(3600)
        assert.strictEqual((yield* Effect.flip(client.token)).reason._tag, "Unavailable")
      })
    },
    {
      topic: "lifetime",
      name: "uses a token again that the server returns again, and sends no more requests before it expires",
      run: Effect.gen(function*() {
        const { client, tokenRequests } = yield* rig(subject, {
          answers: {
            token: (count) => reply(stated, count, { access_token: "the-same", expires_in: count === 1 ? 3600 : 60 })
          }
        })
        yield* client.token
        yield* seconds(3540)
        yield* client.token
        assert.isTrue(yield* eventually(Effect.sync(() => tokenRequests().length === 2)))
        yield* seconds(30)
        for (let call = 0; call < 20; call++) assert.strictEqual(valueOf(yield* client.token), "the-same")
        assert.lengthOf(tokenRequests(), 2)
      })
    }
  ]
}
