import { assert } from "@effect/vitest"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { inspect } from "node:util"
import type { Check } from "../Check.ts"
import type { Subject } from "../Subject.ts"
import type { Answer } from "./recorder.ts"
import { isPassword, ordinary, ownScopes, reply, rig } from "./rig.ts"

const readWith = (subject: Subject, answer: Answer) =>
  Effect.gen(function*() {
    const { client } = yield* rig(subject, { answers: { token: () => answer } })
    return yield* client.token
  })

const failureOf = (subject: Subject, answer: Answer) => Effect.flip(readWith(subject, answer))

const failures = (subject: Subject): ReadonlyArray<Check> =>
  subject.stated.failures.map(({ body, name, status }): Check => {
    const expected = subject.policy.reasons[name]
    return {
      topic: "failures",
      name: `gives ${name} (${status}) the reason ${expected?.reason}`,
      run: Effect.gen(function*() {
        assert.isDefined(expected, `the policy has no reason for "${name}"`)
        const error = yield* failureOf(subject, { status, body })
        assert.strictEqual(error.reason._tag, expected?.reason)
        if (expected?.code !== undefined) assert.propertyVal(error.reason, "code", expected.code)
        assert.include(error.message, String(status))
      })
    }
  })

/** A lifetime counts from the second in which the request was sent, rounded down. */
const endOf = (requestedAt: number, seconds: number): number =>
  Math.max(requestedAt, Math.floor(requestedAt / 1000) * 1000 + seconds * 1000)

/** How the provider's replies are read. */
export const reading = (subject: Subject): ReadonlyArray<Check> => {
  const { policy, provider, stated } = subject
  const reads = policy.reads ?? []
  return [
    {
      topic: "reply",
      name: `reads the documented reply: ${[`${stated.lifetime} s`, ...reads].join(", ")}`,
      run: Effect.gen(function*() {
        const { client } = yield* rig(subject)
        const token = yield* client.token
        assert.strictEqual(Redacted.value(token.value), "token-1")
        assert.strictEqual(token.expiresAt, endOf(token.requestedAt, stated.lifetime))
        assert.sameMembers([...token.scopes], [...stated.granted ?? ownScopes(stated)])
        // What a store keeps of it is what the page says, whatever the provider's names are, and can be read again.
        const more = TokenReply.more(provider.reply)
        const stored = yield* Schema.encodeUnknownEffect(more)(token.reply)
        assert.sameDeepMembers(Object.values(Object(stored)), reads.map((field) => stated.reply[field]))
        const again = yield* Schema.decodeUnknownEffect(more)(JSON.parse(JSON.stringify(stored)))
        assert.deepStrictEqual(yield* Schema.encodeUnknownEffect(more)(again), stored)
      })
    },
    {
      topic: "reply",
      name: "loses no token for a field of the provider's own, or for one that it doesn't know",
      run: Effect.gen(function*() {
        const strange = [7, "text", null, true, [[]], { nested: {} }]
        for (const field of [...reads, stated.renewal?.lifetimeField ?? "expires", "unheard_of"]) {
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
      topic: "reply",
      name: "shows no token and no secret of the reply when it is inspected",
      run: Effect.gen(function*() {
        const token = yield* readWith(subject, reply(stated, 1, { id_token: "canary-of-id-token" }))
        const shown = `${inspect(token, { depth: 9 })}${JSON.stringify(token)}`
        for (const canary of ["token-1", "refresh-1", "canary"]) assert.notInclude(shown, canary)
      })
    },
    // Where a reply has another shape, the token type may be no part of it.
    ...stated.written !== undefined ? [] : [
      {
        topic: "reply",
        name: "reads the token type in any case, and accepts bearer tokens alone",
        run: Effect.gen(function*() {
          for (const tokenType of ["bearer", "Bearer", "BEARER"]) {
            yield* readWith(subject, reply(stated, 1, { token_type: tokenType }))
          }
          for (const tokenType of ["MAC", "DPoP", "N_A"]) {
            const { reason } = yield* failureOf(subject, reply(stated, 1, { token_type: tokenType }))
            assert.strictEqual(reason._tag, "Unsafe")
          }
          const untyped = reply(stated, 1, { token_type: undefined })
          if (policy.tokenTypeRequired === false) yield* readWith(subject, untyped)
          else assert.strictEqual((yield* failureOf(subject, untyped)).reason._tag, "ReplyNotUnderstood")
        })
      } satisfies Check
    ],
    {
      topic: "lifetime",
      name: policy.assumedLifetime === undefined
        ? "doesn't understand a reply without a lifetime"
        : `assumes ${policy.assumedLifetime} s where the reply contains no lifetime`,
      run: Effect.gen(function*() {
        const answer = reply(stated, 1, { expires_in: undefined })
        if (policy.assumedLifetime === undefined) {
          assert.strictEqual((yield* failureOf(subject, answer)).reason._tag, "ReplyNotUnderstood")
        } else {
          const { expiresAt, requestedAt } = yield* readWith(subject, answer)
          assert.strictEqual(expiresAt, endOf(requestedAt, policy.assumedLifetime))
        }
      })
    },
    {
      topic: "lifetime",
      name: "reads lifetimes from 0 s to 20 years, and digits in a text",
      run: Effect.gen(function*() {
        yield* TestClock.adjust(1)
        for (
          const [expiresIn, seconds] of [
            [0, 0],
            [1, 1],
            ...stated.written === undefined ? [["300", 300]] : [],
            [86_400, 86_400],
            [631_139_040, 631_139_040]
          ]
        ) {
          const token = yield* readWith(subject, reply(stated, 1, { expires_in: expiresIn }))
          assert.strictEqual(token.expiresAt, endOf(token.requestedAt, Number(seconds)))
        }
      })
    },
    ...failures(subject),
    {
      topic: "failures",
      name: "has a reason of its own for a server error, throttling, a gateway's page, and an error in a 200",
      run: Effect.gen(function*() {
        const page = "<html><body>sorry</body></html>"
        const cases: ReadonlyArray<readonly [Answer, string]> = [
          [{ status: 500, body: { error: "Internal Server Error" } }, "Unavailable"],
          [{ status: 502, body: page }, "Unavailable"],
          [{ status: 503, body: { error: "invalid_client" } }, "Unavailable"],
          [{ status: 429, body: page }, "Throttled"],
          [{ status: 200, body: page }, "ReplyNotUnderstood"],
          [{ status: 200, body: { ...stated.reply, error: "invalid_scope" } }, "RequestRefused"],
          [{ status: 400, body: { error: "invalid_client" } }, "CredentialsRefused"],
          [
            { status: 400, body: { error: "invalid_grant" } },
            isPassword(subject) ? "GrantRefused" : "CredentialsRefused"
          ]
        ]
        for (const [answer, tag] of cases) {
          assert.strictEqual((yield* failureOf(subject, answer)).reason._tag, tag)
        }
      })
    },
    {
      topic: "request",
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
      topic: "failures",
      name: "shows no secret in an error, even where the server repeats it",
      run: Effect.gen(function*() {
        for (const status of [400, 401, 403]) {
          const { client, tokenRequests } = yield* rig(subject, {
            answers: {
              token: (_, { body, headers, path }) => ({
                status,
                body: { error: ordinary.secret, error_description: `${path} ${body} ${headers.authorization}` }
              })
            }
          })
          const error = yield* Effect.flip(client.token)
          const shown = `${error}${error.message}${JSON.stringify(error)}${inspect(error, { depth: 9 })}`
          assert.notInclude(shown, ordinary.secret)
          const authorization = tokenRequests()[0]?.headers.authorization
          if (authorization !== undefined) assert.notInclude(shown, authorization.slice("Basic ".length))
        }
      })
    }
  ]
}
