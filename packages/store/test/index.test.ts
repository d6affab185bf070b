import { assert, describe, it } from "@effect/vitest"
import { createRequire } from "node:module"

describe("@mintmark/store", () => {
  it("exports its stores, and keeps its internal modules closed", async () => {
    const { KeyValueTokenStore, RedisTokenStore } = await import("@mintmark/store")
    assert.isFunction(KeyValueTokenStore.layer)
    assert.isFunction(RedisTokenStore.layer)
    const { resolve } = createRequire(import.meta.url)
    assert.include(resolve("@mintmark/store/RedisTokenStore"), "RedisTokenStore.ts")
    assert.throws(() => resolve("@mintmark/store/internal/shelf"), /not exported|not defined by "exports"/)
  })
})
