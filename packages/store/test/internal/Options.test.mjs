// A program without types: with them, a Layer that is not provided doesn't compile.
import { assert, describe, it } from "@effect/vitest"
import { KeyValueTokenStore, RedisTokenStore, SqlTokenStore } from "@mintmark/store"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

const keys = [Redacted.make(btoa("0123456789abcdef0123456789abcdef"))]

describe("a store without the service that it needs", () => {
  const stores = {
    Redis: [RedisTokenStore, "npm install @effect/platform-node redis"],
    SqlClient: [SqlTokenStore, "npm install @effect/sql-pg"],
    KeyValueStore: [KeyValueTokenStore, "npm install @effect/platform-node"]
  }

  for (const [service, [store, command]] of Object.entries(stores)) {
    it.effect(`fails with what to provide for ${service}, and which package to install`, () =>
      Effect.gen(function*() {
        const { message } = yield* Effect.flip(Effect.scoped(Layer.build(store.layer({ keys }))))
        assert.include(message, `token store: ${service} is missing: provide `)
        assert.include(message, command)
      }))
  }
})
