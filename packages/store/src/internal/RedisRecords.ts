import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redis from "effect/persistence/Redis"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Guard from "./Guard.ts"
import * as Notifications from "./Notifications.ts"
import { fromFields, type RecordStore } from "./RecordStore.ts"
import * as Scripts from "./RedisScripts.ts"

/** The channel of a bucket of records, for a Redis that isn't sharded. */
export const bucketChannel = (prefix: string) => (name: string): string =>
  `${prefix}notifications:${Notifications.bucketOf(name)}`

/** Records in Redis. */
export const make = Effect.fnUntraced(function*(
  redis: Redis.Redis["Service"],
  { budget, isSharded, prefix }: {
    readonly budget: Duration.Duration
    readonly prefix: string
    readonly isSharded: boolean
  }
): Effect.fn.Return<RecordStore, never, Scope.Scope> {
  const within = yield* Guard.make(budget)
  // In a cluster a record's own name is its channel: both are in the same slot.
  const notify: Scripts.Notify = isSharded
    ? { command: "SPUBLISH", channelOf: (name) => name }
    : { command: "PUBLISH", channelOf: bucketChannel(prefix) }
  return {
    look: (name, claim) =>
      within(Effect.map(redis.eval(Scripts.look)(name, claim), (fields) => fromFields(named(fields)))),
    change: (name, owner, change) =>
      within(Effect.map(redis.eval(Scripts.change)(name, owner, notify, change), (done) => done === 1)),
    reject: (name, generation) => Effect.asVoid(within(redis.eval(Scripts.reject)(name, generation))),
    wait: yield* Notifications.make({
      channelOf: notify.channelOf,
      // Effect's Redis opens a connection for each channel; a sharded subscription shares those of the client.
      channels: isSharded ? Infinity : 4,
      idle: "10 seconds",
      backoff: Guard.backoff,
      listen: (channel, onMessage) =>
        Effect.scoped(Effect.gen(function*() {
          const messages = yield* redis.subscribe(channel)
          while (true) onMessage((yield* Queue.take(messages)).message)
        }))
    })
  }
})

const named = (fields: ReadonlyArray<string>): Record<string, string> => {
  const record: Record<string, string> = {}
  for (let i = 0; i < fields.length; i += 2) record[fields[i] ?? ""] = fields[i + 1] ?? ""
  return record
}
