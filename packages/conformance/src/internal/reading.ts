import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { inspect } from "node:util"
import type { Check } from "../Check.ts"
import type { Subject } from "../Subject.ts"
import type { Answer } from "./recorder.ts"
import { ownScope, reply, rig, somebody } from "./rig.ts"

const readWith = (subject: Subject, answer: Answer) =>
  Effect.gen(function*() {
    const { client } = yield* rig(subject, { answers: { token: () => answer } })
    return yield* client.token
  })

const failureOf = (subject: Subject, answer: Answer) => Effect.flip(readWith(subject, answer))

const refusals = (subject: Subject): ReadonlyArray<Check> =>
  subject.stated.refusals.map(({ body, code, name, reason, status }): Check => ({
    name: `tells apart ${name}`,
    run: Effect.gen(function*() {
      const error = yield* failureOf(subject, { status, body })
      assert.strictEqual(error.reason._tag, reason)
      if (code !== undefined) assert.propertyVal(error.reason, "code", code)
      assert.include(error.message, String(status))
    })
  }))

/** How the provider's replies are read. */
export const reading = (subject: Subject): ReadonlyArray<Check> => {
  const { provider, stated } = subject
  const adds = stated.adds ?? []
  return [
    {
      name: `reads the documented reply: ${stated.lifetime} s${adds.map((field) => `, ${field}`).join("")}`,
      run: Effect.gen(function*() {
        const { client } = yield* rig(subject)
        const token = yield* client.token
        assert.strictEqual(Redacted.value(token.value), "token-1")
        assert.strictEqual(token.expiresAt - token.requestedAt, stated.lifetime * 1000)
        assert.sameMembers([...token.scopes], [...stated.granted ?? ownScope(stated)?.split(" ") ?? []])
        const own = Object.fromEntries(adds.map((field) => [field, stated.reply[field]]))
        const encoded = yield* Schema.encodeUnknownEffect(provider.reply)(token.reply)
        assert.deepStrictEqual(encoded, own)
        const again = yield* Schema.decodeUnknownEffect(provider.reply)(JSON.parse(JSON.stringify(encoded)))
        assert.deepStrictEqual(yield* Schema.encodeUnknownEffect(provider.reply)(again), own)
      })
    },
    {
      name: "loses no token for a field of the provider's own, or for one that it doesn't know",
      run: Effect.gen(function*() {
        const strange = [7, "text", null, true, [[]], { nested: {} }]
        for (const field of [...adds, stated.renewal?.lifetimeField ?? "expires", "unheard_of"]) {
          for (const value of strange) {
            const token = yield* readWith(subject, reply(stated, 1, { [field]: value }))
            assert.strictEqual(Redacted.value(token.value), "token-1")
          }
          const token = yield* readWith(subject, reply(stated, 1, { [field]: undefined }))
          assert.strictEqual(Redacted.value(token.value), "token-1")
        }
      })
    },
    {
      name: "shows no token and no secret of the reply to those who inspect it",
      run: Effect.gen(function*() {
        const token = yield* readWith(subject, reply(stated, 1, { id_token: "canary-of-id-token" }))
        const shown = `${inspect(token, { depth: 9 })}${JSON.stringify(token)}`
        for (const canary of ["token-1", "refresh-1", "canary"]) assert.notInclude(shown, canary)
      })
    },
    {
      name: "reads the token type in any case, and takes none but bearer",
      run: Effect.gen(function*() {
        for (const tokenType of ["bearer", "Bearer", "BEARER"]) {
          yield* readWith(subject, reply(stated, 1, { token_type: tokenType }))
        }
        for (const tokenType of ["MAC", "DPoP", "N_A"]) {
          const { reason } = yield* failureOf(subject, reply(stated, 1, { token_type: tokenType }))
          assert.strictEqual(reason._tag, "Unsafe")
        }
        const { reason } = yield* failureOf(subject, reply(stated, 1, { token_type: undefined }))
        assert.strictEqual(reason._tag, "ReplyNotUnderstood")
      })
    },
    {
      name: stated.assumedLifetime === undefined
        ? "doesn't understand a reply without a lifetime"
        : `takes ${stated.assumedLifetime} s where the reply names no lifetime`,
      run: Effect.gen(function*() {
        const answer = reply(stated, 1, { expires_in: undefined })
        if (stated.assumedLifetime === undefined) {
          assert.strictEqual((yield* failureOf(subject, answer)).reason._tag, "ReplyNotUnderstood")
        } else {
          const { expiresAt, requestedAt } = yield* readWith(subject, answer)
          assert.strictEqual(expiresAt - requestedAt, stated.assumedLifetime * 1000)
        }
      })
    },
    {
      name: "reads lifetimes from 0 s to 20 years, and digits in a text",
      run: Effect.gen(function*() {
        yield* TestClock.adjust(1)
        for (
          const [expiresIn, seconds] of [[0, 0], [1, 1], ["300", 300], [86_400, 86_400], [631_139_040, 631_139_040]]
        ) {
          const token = yield* readWith(subject, reply(stated, 1, { expires_in: expiresIn }))
          assert.strictEqual(token.expiresAt - token.requestedAt, Number(seconds) * 1000)
        }
      })
    },
    ...refusals(subject),
    {
      name: "tells apart a server in trouble, a throttling one, a gateway's page, and an error in a 200",
      run: Effect.gen(function*() {
        const page = "<html><body>sorry</body></html>"
        const cases: ReadonlyArray<readonly [Answer, string]> = [
          [{ status: 500, body: { error: "Internal Server Error" } }, "Unavailable"],
          [{ status: 502, body: page }, "Unavailable"],
          [{ status: 503, body: { error: "invalid_client" } }, "Unavailable"],
          [{ status: 429, body: page }, "Throttled"],
          [{ status: 200, body: page }, "ReplyNotUnderstood"],
          [{ status: 200, body: { ...stated.reply, error: "invalid_scope" } }, "RequestRefused"],
          [{ status: 400, body: { error: "invalid_client" } }, "CredentialsRefused"]
        ]
        for (const [answer, tag] of cases) {
          assert.strictEqual((yield* failureOf(subject, answer)).reason._tag, tag)
        }
      })
    },
    {
      name: "follows no redirect",
      run: Effect.gen(function*() {
        for (const status of [301, 302, 303, 307, 308]) {
          const { client, apiRequests, tokenRequests } = yield* rig(subject, {
            answers: { token: () => ({ status, body: {}, headers: { location: "/elsewhere" } }) }
          })
          assert.strictEqual((yield* Effect.flip(client.token)).reason._tag, "Unsafe")
          assert.lengthOf(tokenRequests(), 1)
          assert.lengthOf(apiRequests(), 0)
        }
      })
    },
    {
      name: "shows no secret in an error, even where the server repeats it",
      run: Effect.gen(function*() {
        for (const status of [400, 401, 403]) {
          const { client, tokenRequests } = yield* rig(subject, {
            answers: {
              token: (_, { body, headers }) => ({
                status,
                body: { error: somebody.secret, error_description: `${body} ${headers.authorization}` }
              })
            }
          })
          const error = yield* Effect.flip(client.token)
          const shown = `${error}${error.message}${JSON.stringify(error)}${inspect(error, { depth: 9 })}`
          assert.notInclude(shown, somebody.secret)
          const authorization = tokenRequests()[0]?.headers.authorization
          if (authorization !== undefined) assert.notInclude(shown, authorization.slice("Basic ".length))
        }
      })
    }
  ]
}
