import { assert, describe, it } from "@effect/vitest"
import { moreOf } from "../../../src/internal/http/standardFields.ts"

describe("moreOf", () => {
  it("keeps what a provider's reply adds to OAuth's fields", () => {
    const reply = {
      accessToken: "t",
      expiresIn: 3_600,
      scope: "a",
      apiUrl: "https://api.acme.test",
      tier: "gold",
      since: 0
    }
    assert.deepStrictEqual(Object.entries(moreOf(reply)), [["tier", "gold"], ["since", 0]])
  })

  it("drops the tokens under their names on the wire, which a Schema may have left there", () => {
    const reply = { accessToken: "t", access_token: "t", refreshToken: "r", refresh_token: "r" }
    assert.deepStrictEqual(Object.keys(moreOf(reply)), [])
  })
})
