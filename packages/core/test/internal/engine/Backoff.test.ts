import { assert, describe, it } from "@effect/vitest"
import * as Backoff from "../../../src/internal/engine/Backoff.ts"

const counts = [1, 2, 3, 4, 5, 6, 7, 50, 5_000]

describe("Backoff", () => {
  it("waits for a random part of 200 ms before a retry, doubled up to 5 s", () => {
    assert.deepStrictEqual(counts.map((attempt) => Backoff.retryDelay(attempt, 1)), [
      200,
      400,
      800,
      1_600,
      3_200,
      5_000,
      5_000,
      5_000,
      5_000
    ])
    assert.strictEqual(Backoff.retryDelay(3, 0), 0)
    assert.strictEqual(Backoff.retryDelay(3, 0.25), 200)
  })

  it("ignores rejections for 1 s, doubled up to 1 min", () => {
    assert.deepStrictEqual(counts.map(Backoff.rejectionFloor), [
      1_000,
      2_000,
      4_000,
      8_000,
      16_000,
      32_000,
      60_000,
      60_000,
      60_000
    ])
  })

  it("reads credentials again after 1 s, doubled up to 1 min", () => {
    assert.deepStrictEqual(counts.slice(0, 7).map(Backoff.credentialsPause), [
      1_000,
      2_000,
      4_000,
      8_000,
      16_000,
      32_000,
      60_000
    ])
  })

  it("waits only after a token with a lifetime of 0: 125 ms, doubled up to 1 s", () => {
    assert.deepStrictEqual([0, 1, 2, 3, 4, 5, 5_000].map(Backoff.unkeptPause), [0, 125, 250, 500, 1_000, 1_000, 1_000])
  })
})
