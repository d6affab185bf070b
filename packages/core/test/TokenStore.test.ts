import { assert, describe, it } from "@effect/vitest"
import type { AccessToken } from "@mintmark/core/AccessToken"
import * as TokenStore from "@mintmark/core/TokenStore"
import * as Redacted from "effect/Redacted"

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
