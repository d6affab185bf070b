import type { TokenError } from "@mintmark/core/TokenError"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { SqlClient } from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import * as Guard from "./Guard.ts"
import * as Notifications from "./Notifications.ts"
import { invalidOption } from "./Options.ts"
import {
  type Change,
  type Claim,
  endOfNumbers,
  fromFields,
  largestField,
  longestKept,
  longestLease,
  type Record,
  type RecordStore,
  StoreUnavailable
} from "./RecordStore.ts"
import * as SqlTable from "./SqlTable.ts"

/*
 * Records in a table of PostgreSQL, a row each. A look is a plain query, which waits for no lock; a claim and a change are
 * one statement each. Times are those of the database: of its `clock_timestamp`, in milliseconds.
 */

const clock = "(SELECT floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros) AS clock"
const now = "(micros / 1000)"

// What is not a possible number is 0. What has more than twice its length left was written before the clock was set
// back, and no longer applies; nor does what has more than twice the length left that a process gives it.
const safe = (column: string, end = endOfNumbers) =>
  `CASE WHEN ${column} BETWEEN 0 AND ${end - 1} THEN ${column} ELSE 0 END`
const following = (column: string) => `1 + ${safe(column, endOfNumbers - 1)}`
const left = (what: string, at: string, longest: string | number) => {
  const millis = `${safe(`record.${what}_until`)} - ${at}`
  return `CASE WHEN ${millis} BETWEEN 0 AND 2 * least(${
    safe(`record.${what}_for`)
  }, ${longest}) THEN ${millis} ELSE 0 END`
}
const failureLeft = (at: string) => left("failure", at, longestKept)
const leaseLeft = (at: string, lease: string) => left("lease", at, `greatest(${lease}::bigint, ${longestLease})`)

/** The fields of a record, by the names that `fromFields` knows, as texts: drivers differ in how they read a `bigint`. */
const fields = (at: string, ofOthers: string) =>
  `${at}::text AS "now", (${safe("record.generation")})::text AS "generation",
  CASE WHEN length(record.token) <= ${largestField} THEN record.token END AS "token",
  record.rejected::text AS "rejected", record.marked::text AS "marked", record.marked_by AS "markedBy",
  record.marked_count::text AS "markedCount", record.failure AS "failure",
  (${failureLeft(at)})::text AS "failureLeft", record.failures::text AS "failures", ${ofOthers} AS "leaseLeft"`

const lookText = (table: string) =>
  `SELECT ${fields(now, `(${leaseLeft(now, "$2")})::text`)}, '0' AS "fence", record.owner AS "owner"
FROM ${clock} LEFT JOIN ${table} AS record ON record.name = $1 AND record.keep_until > ${now}`

const claimText = (table: string) => {
  const at = "(excluded.lease_until - excluded.lease_for)"
  const kept = (column: string) => `${column} = CASE WHEN record.keep_until > ${at} THEN record.${column} END`
  return `INSERT INTO ${table} AS record (name, owner, lease_until, lease_for, fence, keep_until)
SELECT $1, $2, ${now} + $3::bigint, $3::bigint, micros, ${now} + 2 * $3::bigint FROM ${clock}
ON CONFLICT (name) DO UPDATE SET
  owner = excluded.owner, lease_until = excluded.lease_until, lease_for = excluded.lease_for,
  fence = greatest(${following("record.fence")}, ${following("record.generation")}, excluded.fence),
  keep_until = greatest(record.keep_until, excluded.keep_until),
  ${["token", "rejected", "marked", "marked_by", "marked_count", "failure", "failures"].map(kept).join(", ")}
WHERE (record.token IS NULL OR record.keep_until <= ${at} OR ${safe("record.generation")} <= $4::bigint)
  AND ($5::boolean OR record.keep_until <= ${at} OR ${failureLeft(at)} = 0)
  AND (record.owner IS NULL OR record.owner = $2 OR ${leaseLeft(at, "$3")} = 0)
RETURNING ${fields("(record.lease_until - record.lease_for)", "'0'")}, record.fence::text AS "fence"`
}

const pruneText = (table: string) =>
  `DELETE FROM ${table} WHERE name IN (
  SELECT name FROM ${table}, ${clock} WHERE keep_until < ${now} - 60000 LIMIT 100 FOR UPDATE OF ${table} SKIP LOCKED)`

/** A statement that changes a row: its owner's alone. The channel is notified where the lease is given back. */
const changeText = (table: string, { end, failure, keep = 0, lease, mark, token }: Change) => {
  if (end) {
    const text = `WITH changed AS (DELETE FROM ${table} AS record
WHERE record.name = $1 AND record.owner = $2 RETURNING record.name)`
    return { text, values: [] }
  }
  const values: Array<string | number | null> = []
  const value = (given: string | number | null, type = "bigint") => `$${values.push(given) + 2}::${type}`
  const set: Array<string> = []
  if (mark !== undefined) {
    set.push(
      `marked = ${value(mark?.generation ?? null)}`,
      `marked_by = ${value(mark?.by ?? null, "text")}`,
      `marked_count = ${value(mark?.count ?? null, "integer")}`
    )
  }
  if (token !== undefined) {
    set.push(
      `token = ${value(token.sealed, "text")}`,
      `generation = ${value(token.generation)}`,
      "failure = NULL, failure_until = NULL, failure_for = NULL, failures = NULL"
    )
  }
  if (failure !== undefined) {
    const lasts = value(failure.lasts)
    set.push(
      `failure = ${value(failure.sealed, "text")}`,
      `failure_until = ${now} + ${lasts}`,
      `failure_for = ${lasts}`,
      `failures = ${value(failure.count, "integer")}`
    )
  }
  set.push(`keep_until = greatest(record.keep_until, ${now} + ${value(Math.max(keep, lease * 2))})`)
  set.push(
    lease > 0 ? `lease_until = ${now} + ${value(lease)}` : "owner = NULL, lease_until = NULL, lease_for = NULL"
  )
  return {
    text: `WITH changed AS (UPDATE ${table} AS record SET ${set.join(", ")} FROM ${clock}
WHERE record.name = $1 AND record.owner = $2 RETURNING record.name)`,
    values
  }
}

/** A client that can listen, as the one for PostgreSQL can. It holds a connection for each channel. */
interface Listener {
  readonly listen: (
    channel: string
  ) => Effect.Effect<Queue.Dequeue<{ readonly payload: string }, unknown>, unknown, Scope.Scope>
}

const canListen = (client: object): client is Listener =>
  Predicate.hasProperty(client, "listen")
  // The only connection is needed for everything else.
  && !(Predicate.hasProperty(client, "config") && Predicate.hasProperty(client.config, "maxConnections")
    && client.config.maxConnections === 1)

const channelOf = (name: string): string => `mintmark_notifications_${Notifications.bucketOf(name)}`

/** Records in a table. Fails where the table can't be used, if the database can be reached within five seconds. */
export const make = Effect.fnUntraced(function*(
  sql: SqlClient,
  { budget, table }: { readonly budget: Duration.Duration; readonly table: string }
): Effect.fn.Return<RecordStore, TokenError, Scope.Scope> {
  const client = sql.withoutTransforms()
  const within = yield* Guard.make(budget)
  const scope = yield* Effect.scope
  const texts = { look: lookText(table), claim: claimText(table), prune: pruneText(table) }

  const check = SqlTable.problem(client, table)
  // The error of the database goes no further: it may quote what it read.
  let isChecked = false
  const first = yield* Effect.timeoutOption(Effect.option(check), "5 seconds")
  if (first._tag === "Some" && first.value._tag === "Some") {
    if (first.value.value !== undefined) return yield* invalidOption("table", first.value.value)
    isChecked = true
  } else yield* Effect.logWarning("The database of the token store can't be reached yet")

  const checked = Effect.flatMap(check, (problem) =>
    problem === undefined
      ? Effect.sync(() => {
        isChecked = true
      })
      : Effect.andThen(
        Effect.logError(invalidOption("table", problem).message),
        Effect.fail(new StoreUnavailable())
      ))

  const run = (text: string, values: ReadonlyArray<unknown>) =>
    client.unsafe<{ readonly [field: string]: unknown }>(text, values).pipe(
      Effect.retry({ while: isPassing, schedule: soon, times: 5 })
    )

  const query = (text: string, values: ReadonlyArray<unknown>) =>
    within(Effect.suspend(() => isChecked ? run(text, values) : Effect.andThen(checked, run(text, values))))

  const look = Effect.fnUntraced(function*(
    name: string,
    { force, known, lease, owner }: Claim
  ): Effect.fn.Return<Record, StoreUnavailable> {
    const [row = {}] = yield* query(texts.look, [name, lease])
    const record = fromFields(row)
    const isFree = record.leaseLeft === 0 || row["owner"] === owner
    const mayClaim = lease > 0 && isFree && (force || record.failureLeft === 0)
      && (record.token === "" || record.generation <= known)
    if (!mayClaim) return record
    const [claimed] = yield* query(texts.claim, [name, owner, lease, known, force])
    return fromFields(claimed ?? (yield* query(texts.look, [name, lease]))[0] ?? {})
  })

  const change = Effect.fnUntraced(function*(name: string, owner: string, change: Change) {
    const { text, values } = changeText(table, change)
    const rows = yield* change.lease > 0
      ? query(`${text} SELECT name FROM changed`, [name, owner, ...values])
      : query(
        `${text} SELECT name, pg_notify($${values.length + 3}::text, name) FROM changed`,
        [name, owner, ...values, channelOf(name)]
      )
    if (change.token !== undefined && (yield* Random.next) < 1 / 64) {
      yield* Effect.forkIn(Effect.ignore(run(texts.prune, [])), scope)
    }
    return rows.length > 0
  })

  return {
    look,
    change,
    reject: (name, generation) =>
      Effect.asVoid(
        query(`UPDATE ${table} SET rejected = $2::bigint WHERE name = $1 AND generation = $2::bigint`, [
          name,
          generation
        ])
      ),
    wait: canListen(client)
      ? yield* Notifications.make({
        channelOf,
        channels: 1,
        idle: "10 seconds",
        backoff: Guard.backoff,
        listen: (channel, onMessage) =>
          Effect.scoped(Effect.gen(function*() {
            const messages = yield* client.listen(channel)
            while (true) onMessage((yield* Queue.take(messages)).payload)
          }))
      })
      : (_, atMost) => Effect.sleep(atMost)
  }
})

/** A failure of two statements that met, where the same one succeeds a moment later. */
const isPassing = (error: SqlError): boolean =>
  isSqlError(error) && (error.reason._tag === "SerializationError" || error.reason._tag === "DeadlockError")

const soon = Schedule.jittered(Schedule.spaced("15 millis"))
