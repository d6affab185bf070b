import { assert, describe, it } from "@effect/vitest"
import * as TokenError from "@mintmark/core/TokenError"
import * as Clocks from "../../../src/internal/engine/Clocks.ts"
import * as Refusals from "../../../src/internal/engine/Refusals.ts"
import type { Sent } from "../../../src/internal/engine/ReplyMeaning.ts"

const at = (millis: number) => Clocks.compare(Clocks.never, millis, millis)
const keys = (credentials: string, scopes = "") => ({ credentials, request: `${credentials} ${scopes}` })

const password: Sent = {
  grant: "password",
  isRefresh: false,
  isPassword: true,
  hasClientSecret: true,
  hasFallback: false
}
const refresh: Sent = { ...password, grant: "refresh_token", isPassword: false, isRefresh: true, hasFallback: true }

const of = (reason: TokenError.Reason, retryAt?: number) =>
  new TokenError.TokenError({ provider: "acme", reason, retryAt })
const said = { status: 400, certain: true }
const wrongPassword = of(new TokenError.GrantRefused({ ...said, grant: "password", code: "invalid_grant" }))
const wrongScope = of(new TokenError.RequestRefused({ ...said, code: "invalid_scope" }))
const wrongSecret = of(new TokenError.CredentialsRefused({ ...said, status: 401, code: "invalid_client" }))
const throttled = of(new TokenError.Throttled({ status: 429 }), 60_000)
const lostReply = of(new TokenError.Unavailable({ kind: "interrupted" }))

describe("Refusals", () => {
  it("delay every request with the same credentials, and no other", () => {
    const refusals = Refusals.make(100)
    refusals.add(keys("wrong", "a"), password, wrongPassword, at(0), 0)
    assert.strictEqual(refusals.find(() => keys("wrong", "b"), false, at(1e12))?.error.reason._tag, "GrantRefused")
    assert.isUndefined(refusals.find(() => keys("other", "a"), false, at(1)))
  })

  it("delay only the same request if the request was refused", () => {
    const refusals = Refusals.make(100)
    refusals.add(keys("right", "nonsense"), password, wrongScope, at(0), 0)
    assert.isDefined(refusals.find(() => keys("right", "nonsense"), false, at(1)))
    assert.isUndefined(refusals.find(() => keys("right", "read"), false, at(1)))
  })

  it("can be several: a secret that is replaced by another wrong one is still remembered", () => {
    const refusals = Refusals.make(100)
    for (const secret of ["first", "second", "third"]) refusals.add(keys(secret), password, wrongSecret, at(0), 0)
    for (const secret of ["first", "second", "third"]) assert.isDefined(refusals.find(() => keys(secret), false, at(1)))
  })

  it("allow a refresh token if the password was refused, and not if the client was refused or the server failed", () => {
    const refusals = Refusals.make(100)
    refusals.add(keys("a"), password, wrongPassword, at(0), 0)
    assert.isUndefined(refusals.find(() => keys("a"), true, at(1)))
    refusals.add(keys("b"), password, wrongSecret, at(0), 0)
    assert.isDefined(refusals.find(() => keys("b"), true, at(1)))
    refusals.add(keys("c"), password, throttled, at(0), 0)
    assert.isDefined(refusals.find(() => keys("c"), true, at(1)))
  })

  it("of a refresh token do not replace that of a password", () => {
    const refusals = Refusals.make(100)
    refusals.add(keys("a"), password, wrongPassword, at(0), 0)
    refusals.add(keys("a"), refresh, wrongSecret, at(0), 0)
    assert.strictEqual(refusals.find(() => keys("a"), false, at(1e9))?.error.reason._tag, "GrantRefused")
  })

  it("last longer each time, and have the time until when", () => {
    const refusals = Refusals.make(100)
    const lasts = [1, 2, 3].map(() => refusals.add(keys("a"), password, wrongSecret, at(0), 0).error.retryAt)
    assert.deepStrictEqual(lasts, [30_000, 60_000, 120_000])
    assert.isUndefined(refusals.add(keys("b"), password, wrongPassword, at(0), 0).error.retryAt)
    assert.strictEqual(refusals.add(keys("c"), password, throttled, at(0), 0).error.retryAt, 60_000)
  })

  it("are cleared by a success with the primary grant, and not by one with a refresh token", () => {
    const refusals = Refusals.make(100)
    refusals.add(keys("a"), password, wrongPassword, at(0), 0)
    refusals.add(keys("a"), refresh, lostReply, at(0), 1)
    refusals.succeeded(() => keys("a"), true)
    assert.isUndefined(refusals.find(() => keys("a"), true, at(1)))
    assert.isDefined(refusals.find(() => keys("a"), false, at(1)))
    refusals.succeeded(() => keys("a"), false)
    assert.isUndefined(refusals.find(() => keys("a"), false, at(1)))
  })

  it("are cleared together", () => {
    const refusals = Refusals.make(100)
    refusals.add(keys("a"), password, wrongPassword, at(0), 0)
    refusals.forget(() => keys("b"))
    assert.isDefined(refusals.find(() => keys("a"), false, at(1)))
    refusals.forget(() => keys("a"))
    assert.isUndefined(refusals.find(() => keys("a"), false, at(1)))
  })

  it("are limited in number, and those that last longest are replaced last", () => {
    const refusals = Refusals.make(50)
    for (let account = 0; account < 20; account++) {
      refusals.add(keys(`password-${account}`), password, wrongPassword, at(0), 0)
    }
    for (let account = 0; account < 1_000; account++) {
      refusals.add(keys(`secret-${account}`), password, wrongSecret, at(account), 0)
    }
    for (let account = 0; account < 20; account++) {
      assert.isDefined(refusals.find(() => keys(`password-${account}`), false, at(1_000)))
    }
    const left = Array.from(
      { length: 1_000 },
      (_, account) => refusals.find(() => keys(`secret-${account}`), false, at(1_000))
    )
    assert.strictEqual(left.filter((refusal) => refusal !== undefined).length, 30)
  })

  it("cost nothing where there are none: the keys are not computed", () => {
    const refusals = Refusals.make(100)
    const never = () => assert.fail("the keys were computed")
    assert.isUndefined(refusals.find(never, false, at(0)))
    refusals.succeeded(never, false)
    refusals.forget(never)
  })
})
