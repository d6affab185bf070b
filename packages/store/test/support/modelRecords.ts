import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import {
  type Change,
  type Claim,
  fromFields,
  type RecordStore,
  StoreUnavailable
} from "../../src/internal/RecordStore.ts"
import type { TokenCipher } from "../../src/internal/TokenCipher.ts"

/** A record as the model has it. Times are those of the model's own clock. */
interface Row {
  generation: number
  fence: number
  token: string
  rejected: number | undefined
  mark: (NonNullable<Change["mark"]>) | undefined
  owner: string | undefined
  leaseUntil: number
  failure: { readonly sealed: string; readonly until: number; readonly count: number } | undefined
  keepUntil: number
}

/** A database in memory, on the clock of the caller; the tests of SharedStore state its steps. */
export interface ModelDatabase {
  /** The records as one process has them: `fault` is asked before each step, and `isAlive` after it, too. */
  readonly connect: (fault: () => Fault, isAlive?: () => boolean) => RecordStore
  /** Forgets everything. */
  readonly flush: () => void
  /** What was done so far. */
  readonly counts: { operations: number; notifications: number }
  /** By how much the database's clock is ahead, in milliseconds. */
  ahead: number
}

/** What becomes of a step: nothing special, a failure, or a reply that is lost after it was done. */
export type Fault = "none" | "fails" | "reply lost"

export const make = (): ModelDatabase => {
  const rows = new Map<string, Row>()
  const waiting = new Map<string, Set<() => void>>()
  const counts = { operations: 0, notifications: 0 }

  const rowOf = (name: string, now: number): Row => {
    const known = rows.get(name)
    if (known !== undefined && known.keepUntil > now) return known
    const row: Row = {
      generation: 0,
      fence: known?.fence ?? 0,
      token: "",
      rejected: undefined,
      mark: undefined,
      owner: undefined,
      leaseUntil: 0,
      failure: undefined,
      keepUntil: 0
    }
    rows.set(name, row)
    return row
  }

  const look = (name: string, { force, known, lease, owner }: Claim, now: number) => {
    const row = rowOf(name, now)
    const failureLeft = Math.max(0, (row.failure?.until ?? 0) - now)
    const leaseLeft = row.owner === undefined ? 0 : Math.max(0, row.leaseUntil - now)
    let fence = 0
    if (
      lease > 0 && (row.token === "" || row.generation <= known) && (force || failureLeft === 0)
      && (leaseLeft === 0 || row.owner === owner)
    ) {
      fence = Math.max(row.fence + 1, row.generation + 1, now * 1_000)
      Object.assign(row, { owner, fence, leaseUntil: now + lease, keepUntil: Math.max(row.keepUntil, now + 2 * lease) })
    }
    return fromFields({
      now,
      generation: row.generation,
      token: row.token,
      rejected: row.rejected ?? "",
      marked: row.mark?.generation ?? "",
      markedBy: row.mark?.by ?? "",
      markedCount: row.mark?.count ?? "",
      failure: row.failure?.sealed ?? "",
      failureLeft,
      failures: row.failure?.count ?? 0,
      fence,
      leaseLeft: fence > 0 ? 0 : leaseLeft
    })
  }

  const change = (name: string, owner: string, { end, failure, keep = 0, lease, mark, token }: Change, now: number) => {
    const row = rowOf(name, now)
    if (row.owner !== owner) return false
    if (end) rows.delete(name)
    if (mark !== undefined) row.mark = mark ?? undefined
    if (token !== undefined) {
      Object.assign(row, { token: token.sealed, generation: token.generation, failure: undefined })
    }
    if (failure !== undefined) {
      row.failure = { sealed: failure.sealed, until: now + failure.lasts, count: failure.count }
    }
    row.keepUntil = Math.max(row.keepUntil, now + keep, now + 2 * lease)
    if (lease > 0) {
      row.leaseUntil = now + lease
      return true
    }
    row.owner = undefined
    // Who waits again at once waits for the next one.
    const listeners = [...waiting.get(name) ?? []]
    counts.notifications += listeners.length
    listeners.forEach((wake) => wake())
    return true
  }

  const database: ModelDatabase = {
    counts,
    ahead: 0,
    flush: () => rows.clear(),
    connect: (fault, isAlive = () => true) => {
      const step = <A>(run: (now: number) => A): Effect.Effect<A, StoreUnavailable> =>
        Effect.flatMap(Clock.currentTimeMillis, (time) => {
          if (!isAlive()) return Effect.never
          counts.operations++
          const what = fault()
          if (what === "fails") return Effect.fail(new StoreUnavailable())
          const result = run(time + database.ahead)
          if (!isAlive()) return Effect.never
          return what === "none" ? Effect.succeed(result) : Effect.fail(new StoreUnavailable())
        })
      return {
        look: (name, claim) => step((now) => look(name, claim, now)),
        change: (name, owner, given) => step((now) => change(name, owner, given, now)),
        reject: (name, generation) =>
          step((now) => {
            const row = rowOf(name, now)
            if (row.generation === generation) row.rejected = generation
          }),
        wait: (name, atMost) =>
          Effect.callback<void>((resume) => {
            const listeners = waiting.get(name) ?? new Set()
            const wake = () => {
              listeners.delete(wake)
              resume(Effect.void)
            }
            waiting.set(name, listeners.add(wake))
            return Effect.sync(() => listeners.delete(wake))
          }).pipe(Effect.timeoutOption(atMost), Effect.asVoid)
      }
    }
  }
  return database
}

/** A cipher that hides nothing, and takes no time: a value opens at its own place alone. */
export const cipher: TokenCipher = {
  name: (identity) => Effect.succeed(Redacted.value(identity)),
  lastingName: (identity) => Effect.succeed(Redacted.value(identity)),
  seal: (text, place) => Effect.succeed(JSON.stringify([place, text])),
  open: (sealed, place) =>
    Effect.sync(() => {
      if (sealed === "") return undefined
      const [at, text] = JSON.parse(sealed)
      return at === place ? text : undefined
    })
}
