import { assert, describe, it } from "@effect/vitest"
import * as doubts from "../../../src/internal/http/doubts.ts"

const get = (url: string) => ({ method: "GET", url: `https://api.acme.test${url}` })

/** Whether a refusal of the second request still costs a token request, just after one of the first. */
const isAnother = (first: doubts.Request, second: doubts.Request): boolean => {
  const tested = doubts.of({})
  tested.note(first, 0)
  return !tested.holdBack(second, 0)
}

describe("doubts", () => {
  it("are kept by their holder, and made when they are first needed", () => {
    const holder: doubts.Holder = {}
    assert.strictEqual(doubts.of(holder), doubts.of(holder))
  })

  it("delay an endpoint for 5 s", () => {
    const tested = doubts.of({})
    assert.isFalse(tested.holdBack(get("/users"), 1_000))
    tested.note(get("/users"), 1_000)
    assert.isTrue(tested.holdBack(get("/users"), 5_999))
    assert.isFalse(tested.holdBack(get("/users"), 6_000))
  })

  it.each([
    ["/users/1", "/users/2"],
    ["/users/1/calls", "/users/0f8b/calls"],
    ["/users?page=1", "/users?page=2"],
    ["/users#a", "/users"],
    [`/users/${"a".repeat(33)}`, `/users/${"b".repeat(33)}`],
    ["/users/alice@example.com", "/users/bob%40example.com"]
  ])("treat %s and %s as one endpoint", (first, second) => {
    assert.isFalse(isAnother(get(first), get(second)))
  })

  it.each([
    ["/users", "/calls"],
    ["/v1/users", "/v2/users"],
    ["/users/alice", "/users/bob"],
    ["/users/1", "/users/1/calls"]
  ])("treat %s and %s as two endpoints", (first, second) => {
    assert.isTrue(isAnother(get(first), get(second)))
  })

  it("distinguish methods", () => {
    assert.isTrue(isAnother(get("/users"), { ...get("/users"), method: "POST" }))
  })

  it("end for a path that the API has permitted since, and for no other path of its endpoint", () => {
    const tested = doubts.of({})
    tested.permitted(get("/users/1"))
    tested.note(get("/users/1"), 0)
    assert.isTrue(tested.holdBack(get("/users/1"), 1))
    tested.permitted(get("/users/1"))
    assert.isFalse(tested.holdBack(get("/users/1"), 1))
    assert.isTrue(tested.holdBack(get("/users/2"), 1))
    tested.note(get("/users/1"), 2)
    assert.isTrue(tested.holdBack(get("/users/1"), 3))
  })

  it("are kept for the latest 64 endpoints", () => {
    const tested = doubts.of({})
    const path = (index: number) =>
      get(`/${String.fromCharCode(97 + Math.floor(index / 26))}/${"x".repeat(index % 26)}x`)
    for (let index = 0; index <= doubts.capacity; index++) tested.note(path(index), 0)
    assert.isFalse(tested.holdBack(path(0), 0))
    assert.isTrue(tested.holdBack(path(1), 0))
    assert.isTrue(tested.holdBack(path(doubts.capacity), 0))
  })
})
