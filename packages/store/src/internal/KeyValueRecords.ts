import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as Schema from "effect/Schema"
import type { Guard } from "./Guard.ts"
import { type Change, following, fromFields, longestKept, longestLived, type RecordStore } from "./RecordStore.ts"

/*
 * Records in a key-value store, which has no step that reads and writes at once, and no clock: a record is one text, and
 * times are this process's own. There are no leases, so two processes that run at the same moment may both request a
 * token.
 */

const Fields = Schema.fromJsonString(
  Schema.Record(Schema.String, Schema.Union([Schema.String, Schema.Finite]))
)
const encode = Schema.encodeEffect(Fields)
const decode = Schema.decodeEffect(Fields)

type Fields = typeof Fields.Type

/** Records in any `KeyValueStore`. */
export const make = (store: KeyValueStore.KeyValueStore, within: Guard): RecordStore => {
  const read = Effect.fnUntraced(function*(name: string, now: number) {
    const text = yield* within(store.get(name))
    if (text === undefined) return {}
    const decoded: Fields = yield* Effect.orElseSucceed(decode(text), () => ({}))
    // What is none of ours is a token that can't be opened.
    const fields = "keepUntil" in decoded ? decoded : { token: "unreadable", keepUntil: always }
    // What is kept for longer than anything is was written by a clock that was ahead.
    const keepUntil = Number(fields["keepUntil"])
    const left = keepUntil - now
    return keepUntil === always || left > 0 && left <= longestKept + tolerance ? fields : {}
  })

  const write = (name: string, fields: Fields) =>
    within(Effect.flatMap(encode(fields), (text) => store.set(name, text)))

  const changed = (fields: Fields, { failure, keep = 0, token }: Change, now: number): Fields => ({
    ...(token === undefined ? fields : { token: token.sealed, generation: token.generation }),
    ...(failure === undefined ? {} : {
      failure: failure.sealed,
      failureUntil: now + failure.lasts,
      failureFor: failure.lasts,
      failures: failure.count
    }),
    keepUntil: Math.max(Number(fields["keepUntil"] ?? 0), keep === longestLived ? always : now + keep)
  })

  return {
    look: Effect.fnUntraced(function*(name, { force, known, lease }) {
      const now = yield* Clock.currentTimeMillis
      const fields = yield* read(name, now)
      const lasts = Number(fields["failureUntil"] ?? 0) - now
      const failureLeft = lasts > 0 && lasts <= 2 * Number(fields["failureFor"]) ? lasts : 0
      const record = fromFields({ ...fields, now, failureLeft, fence: 0, leaseLeft: 0 })
      const mayRequest = lease > 0 && (record.token === "" || record.generation <= known)
        && (force || failureLeft === 0)
      return mayRequest ? { ...record, fence: Math.max(following(record.generation), now * 1_000) } : record
    }),
    change: Effect.fnUntraced(function*(name, _, change) {
      if (change.end) yield* within(store.remove(name))
      if (change.token === undefined && change.failure === undefined) return true
      const now = yield* Clock.currentTimeMillis
      yield* write(name, changed(yield* read(name, now), change, now))
      return true
    }),
    reject: Effect.fnUntraced(function*(name, generation) {
      const fields = yield* read(name, yield* Clock.currentTimeMillis)
      if (fields["generation"] === generation) yield* write(name, { ...fields, rejected: generation })
    }),
    wait: (_, atMost) => Effect.sleep(atMost)
  }
}

/** When a record ends that is kept whatever this machine's clock does. */
const always = Number.MAX_SAFE_INTEGER

/** By how much a clock may be set back without a record being taken for one from the future. */
const tolerance = 60_000
