import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redis from "effect/persistence/Redis"

/** The same Redis by another clock: for what the scripts ask of it, its time is off by as much as `clock` says. */
export const redisByClock = <E>(redis: Layer.Layer<Redis.Redis, E>, clock: { readonly offBySeconds: number }) =>
  Layer.effect(
    Redis.Redis,
    Effect.map(Redis.Redis, (redis) => ({
      ...redis,
      eval: (script) => (...params) => {
        const time = "redis.call(\"TIME\")"
        const lua = `local off = redis.call("TIME") off[1] = off[1] + ${clock.offBySeconds} `
          + script.lua.replace(time, "off")
        return redis.eval({ ...script, lua })(...params)
      }
    }))
  ).pipe(Layer.provide(redis))
