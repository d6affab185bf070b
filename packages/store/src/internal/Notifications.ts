import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { RecordStore } from "./RecordStore.ts"

/** How a process listens. */
export interface Options {
  /** The channel on which the lease of a record is reported as given back. */
  readonly channelOf: (name: string) => string
  /** Listens on a channel, and calls `onMessage` with the names of records, until it is interrupted or fails. */
  readonly listen: (channel: string, onMessage: (name: string) => void) => Effect.Effect<never, unknown>
  /** On how many channels at once. Where it would be more, waits end by their time. */
  readonly channels: number
  /** How long a channel is listened on after the last wait for it. */
  readonly idle: Duration.Input
  readonly backoff: Schedule.Schedule<unknown>
}

interface Channel {
  waits: number
  /** How many waits there have been so far. */
  total: number
  readonly fiber: Fiber.Fiber<unknown, unknown>
}

/**
 * Waits for notifications. A process listens on the channels of the records that it waits for, from its first wait on
 * and for a while after the last one; while it can't listen, waits end by their time alone.
 */
export const make = Effect.fnUntraced(function*(
  { backoff, channelOf, channels, idle, listen }: Options
): Effect.fn.Return<RecordStore["wait"], never, Scope.Scope> {
  const scope = yield* Effect.scope
  const waiting = new Map<string, Set<() => void>>()
  const listening = new Map<string, Channel>()

  // A caller that waits again at once waits for the next notification.
  const wake = (name: string): void => [...waiting.get(name) ?? []].forEach((resume) => resume())

  const listenWell = (channel: string) =>
    listen(channel, wake).pipe(Effect.catchDefect(Effect.fail), Effect.retry(backoff), Effect.ignore)

  const open = Effect.fnUntraced(function*(name: string) {
    const channel = channelOf(name)
    const known = listening.get(channel)
    if (known === undefined && listening.size >= channels) return undefined
    const opened = known
      ?? { waits: 0, total: 0, fiber: yield* Effect.forkIn(listenWell(channel), scope, { startImmediately: true }) }
    listening.set(channel, opened)
    opened.waits++
    opened.total++
    return opened
  })

  const close = (name: string, opened: Channel | undefined) =>
    Effect.suspend(() => {
      if (opened === undefined || --opened.waits > 0) return Effect.void
      const { total } = opened
      const end = Effect.suspend(() => {
        if (opened.total !== total) return Effect.void
        listening.delete(channelOf(name))
        return Fiber.interrupt(opened.fiber)
      })
      return Effect.asVoid(Effect.forkIn(Effect.andThen(Effect.sleep(idle), end), scope))
    })

  const notified = (name: string): Effect.Effect<void> =>
    Effect.callback<void>((resume) => {
      const others = waiting.get(name) ?? new Set()
      const leave = () => {
        others.delete(done)
        if (others.size === 0 && waiting.get(name) === others) waiting.delete(name)
      }
      const done = () => {
        leave()
        resume(Effect.void)
      }
      waiting.set(name, others.add(done))
      return Effect.sync(leave)
    })

  return (name, atMost) =>
    Effect.acquireUseRelease(
      open(name),
      () => Effect.asVoid(Effect.timeoutOption(notified(name), atMost)),
      (opened) => close(name, opened)
    )
})

/** How many channels the records of a store are spread over. */
export const buckets = 256

/** The bucket of a record, by the end of its name: an HMAC in hexadecimal digits. */
export const bucketOf = (name: string): number => Number.parseInt(name.slice(-2), 16)
