import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Stream from "effect/Stream"
import type { Exchange } from "../Exchange.ts"
import type { AnswerKind, Counts, JournalEntry } from "../JournalEntry.ts"
import type { EndpointKind, Provider, Target } from "../Provider.ts"
import { makeExchanges } from "./exchanges.ts"
import type { Answered, Recorded } from "./recording.ts"

/** What is known of a request when it has been read. */
export type Opening = Omit<JournalEntry, "seq" | "state" | "status" | "answer" | "reason" | "duration">

/** What is known of it when it is finished. */
interface Ending {
  readonly state: "answered" | "cut"
  readonly time: number
  readonly status: number | undefined
  readonly answer: AnswerKind | undefined
  readonly reason: string | undefined
  readonly answered: Answered
  readonly accessTokenIssued?: string | undefined
  readonly refreshTokenIssued?: string | undefined
}

interface Tally {
  readonly provider: Provider | undefined
  readonly account: string | undefined
  readonly requests: Record<EndpointKind, number>
  openTokenRequests: number
  mostOpenTokenRequests: number
}

interface Waiter {
  readonly target: Target
  readonly count: number
  readonly arrived: Deferred.Deferred<void>
}

/** The requests that came in, and who wants to hear of them. */
export interface Journal {
  readonly open: (opening: Opening, recorded: Recorded) => JournalEntry
  readonly close: (entry: JournalEntry, ending: Ending) => void
  readonly entries: () => ReadonlyArray<JournalEntry>
  /** The exchange of an entry, while it is kept. */
  readonly exchange: (seq: number) => Exchange | undefined
  /** Every entry twice: when it is opened, and when it is closed. */
  readonly changes: Stream.Stream<JournalEntry>
  /** The entries so far, and then every change, with nothing missing between them. */
  readonly history: Stream.Stream<JournalEntry>
  readonly counts: (
    choice: { readonly provider?: Provider | undefined; readonly account?: string | undefined }
  ) => Counts
  readonly arrived: (target: Target, count: number) => Effect.Effect<void>
  readonly clear: () => void
  /** The number of the last entry that was forgotten by `clear`. */
  readonly cleared: () => number
}

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((total, number) => total + number, 0)

// Who follows the journal and doesn't read for that long misses the oldest entries: what is kept for it is bounded.
export const makeJournal = (capacity: number): Effect.Effect<Journal> =>
  Effect.map(PubSub.sliding<JournalEntry>(Math.max(20_000, 2 * capacity)), (hub) => {
    const entries = new Map<number, JournalEntry>()
    const exchanges = makeExchanges()
    const tallies = new Map<string, Tally>()
    let waiters: ReadonlyArray<Waiter> = []
    let seq = 0
    let cleared = 0

    const tallyOf = (provider: Provider | undefined, account: string | undefined): Tally => {
      const key = JSON.stringify([provider, account])
      const before = tallies.get(key)
      if (before !== undefined) return before
      const tally: Tally = {
        provider,
        account,
        requests: { token: 0, api: 0, other: 0 },
        openTokenRequests: 0,
        mostOpenTokenRequests: 0
      }
      tallies.set(key, tally)
      return tally
    }

    const hasArrived = ({ count, target }: Waiter): boolean => {
      const chosen = [...tallies.values()].filter((tally) =>
        target.provider === undefined || tally.provider === target.provider
      )
      return count <=
        sum(
          chosen.map(({ requests }) =>
            target.kind === undefined ? requests.token + requests.api + requests.other : requests[target.kind]
          )
        )
    }

    const tell = (): void => {
      if (waiters.length === 0) return
      const ready = waiters.filter(hasArrived)
      waiters = waiters.filter((waiter) => !ready.includes(waiter))
      for (const { arrived } of ready) Deferred.doneUnsafe(arrived, Effect.void)
    }

    return {
      open: (opening, recorded) => {
        seq += 1
        const entry: JournalEntry = {
          ...opening,
          seq,
          state: "open",
          status: undefined,
          answer: undefined,
          reason: undefined,
          duration: undefined
        }
        const oldest = entries.size < capacity ? undefined : entries.keys().next().value
        if (oldest !== undefined) {
          entries.delete(oldest)
          exchanges.forget(oldest)
        }
        exchanges.open(seq, recorded)
        entries.set(seq, entry)
        const tally = tallyOf(entry.provider, entry.account)
        tally.requests[entry.kind] += 1
        if (entry.kind === "token") {
          tally.openTokenRequests += 1
          tally.mostOpenTokenRequests = Math.max(tally.mostOpenTokenRequests, tally.openTokenRequests)
        }
        PubSub.publishUnsafe(hub, entry)
        tell()
        return entry
      },
      close: (entry, { accessTokenIssued, answered, refreshTokenIssued, time, ...ending }) => {
        const closed: JournalEntry = {
          ...entry,
          ...ending,
          duration: time - entry.time,
          fingerprints: { ...entry.fingerprints, accessTokenIssued, refreshTokenIssued }
        }
        if (entries.has(entry.seq)) entries.set(entry.seq, closed)
        exchanges.close(entry.seq, answered)
        if (entry.kind === "token") tallyOf(entry.provider, entry.account).openTokenRequests -= 1
        PubSub.publishUnsafe(hub, closed)
      },
      entries: () => [...entries.values()],
      exchange: exchanges.find,
      changes: Stream.fromPubSub(hub),
      history: Stream.unwrap(
        Effect.map(
          PubSub.subscribe(hub),
          (subscription) =>
            Stream.concat(Stream.fromIterable([...entries.values()]), Stream.fromSubscription(subscription))
        )
      ),
      counts: ({ account, provider }) => {
        const chosen = [...tallies.values()].filter((tally) =>
          (provider === undefined || tally.provider === provider) &&
          (account === undefined || tally.account === account)
        )
        const count = (kind: EndpointKind) => sum(chosen.map(({ requests }) => requests[kind]))
        return {
          token: count("token"),
          api: count("api"),
          other: count("other"),
          concurrentTokenRequests: Math.max(
            0,
            ...chosen.filter((tally) => tally.account !== undefined).map((tally) => tally.mostOpenTokenRequests)
          )
        }
      },
      arrived: (target, count) =>
        Effect.suspend(() => {
          const waiter: Waiter = { target, count, arrived: Deferred.makeUnsafe() }
          if (hasArrived(waiter)) return Effect.void
          waiters = [...waiters, waiter]
          return Effect.onInterrupt(Deferred.await(waiter.arrived), () =>
            Effect.sync(() => {
              waiters = waiters.filter((other) => other !== waiter)
            }))
        }),
      cleared: () => cleared,
      clear: () => {
        entries.clear()
        exchanges.clear()
        cleared = seq
        for (const tally of tallies.values()) {
          tally.requests.token = 0
          tally.requests.api = 0
          tally.requests.other = 0
          tally.mostOpenTokenRequests = tally.openTokenRequests
        }
      }
    }
  })
