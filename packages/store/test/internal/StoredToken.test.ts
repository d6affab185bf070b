import { assert, describe, it } from "@effect/vitest"
import type { AccessToken } from "@mintmark/core/AccessToken"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as StoredToken from "../../src/internal/StoredToken.ts"

const reply = TokenReply.make({ tier: TokenReply.optional(Schema.String) }, { apiUrl: "instance_url" })

const token: AccessToken<TokenReply.More<typeof reply>> = {
  value: Redacted.make("t0ken", { label: "access token" }),
  requestedAt: 1_000,
  expiresAt: 61_000,
  scopes: ["read"],
  refreshToken: { value: Redacted.make("r3fresh", { label: "refresh token" }), expiresAt: 91_000 },
  reply: { tier: "gold" }
}

describe("StoredToken", () => {
  it.effect("keeps all of a token, including the API's URL, with a clock that is ahead or behind", () =>
    Effect.gen(function*() {
      for (const each of [token, { ...token, apiUrl: "https://acme.my.example" }]) {
        for (const ahead of [0, 5_000, -5_000]) {
          const text = yield* StoredToken.write({ reply }, each, ahead)
          const read = yield* StoredToken.read({ reply }, text ?? "", ahead)
          assert.deepStrictEqual(read, each)
          assert.strictEqual(Redacted.value((read ?? token).value), "t0ken")
        }
      }
    }))
})
