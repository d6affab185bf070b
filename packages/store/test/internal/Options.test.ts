import { assert, describe, it } from "@effect/vitest"
import { KeyValueTokenStore, RedisTokenStore, SqlTokenStore } from "@mintmark/store"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

const keys = [Redacted.make(btoa("0123456789abcdef0123456789abcdef"))]

describe("a store without the service that it needs, in a program without types", () => {
  const stores = {
    Redis: [RedisTokenStore, "npm install @effect/platform-node redis"],
    SqlClient: [SqlTokenStore, "npm install @effect/sql-pg"],
    KeyValueStore: [KeyValueTokenStore, "npm install @effect/platform-node"]
  } as const

  for (const [service, [module, command]] of Object.entries(stores)) {
    it.effect(`fails with what to provide for ${service}, and which package to install`, () =>
      Effect.gen(function*() {
        const untyped: Layer.Layer<never, unknown, unknown> = module.layer({ keys })
        // @ts-expect-error the types demand the service
        const built: Effect.Effect<unknown, unknown> = Effect.scoped(Layer.build(untyped))
        const { message } = (yield* Effect.flip(built)) as Error
        assert.include(message, `token store: ${service} is missing: provide `)
        assert.include(message, command)
      }))
  }
})
