import { PerformanceObserver } from "node:perf_hooks"
import { setTimeout as sleep } from "node:timers/promises"

/** For how many milliseconds other work had to wait for its turn of the event loop, at most. */
export interface Stall {
  /** Without the garbage collector's pauses. */
  readonly own: number
  readonly whole: number
}

interface Span {
  readonly from: number
  readonly to: number
}

/** The longest turns of the event loop while something runs. */
export const longestTurn = async (run: () => Promise<unknown>): Promise<Stall> => {
  const pauses = new Array<Span>()
  const observer = new PerformanceObserver((list) => {
    for (const { duration, startTime } of list.getEntries()) pauses.push({ from: startTime, to: startTime + duration })
  })
  observer.observe({ entryTypes: ["gc"] })

  const turns = new Array<Span>()
  let from = performance.now()
  let isWatching = true
  const watch = () => {
    const to = performance.now()
    if (to - from > shortest) turns.push({ from, to })
    from = to
    if (isWatching) setImmediate(watch)
  }
  setImmediate(watch)
  await run()
  isWatching = false
  // The observer is told later.
  await sleep(20)
  observer.disconnect()

  const longest = (length: (turn: Span) => number) => Math.max(0, ...turns.map(length))
  return {
    own: longest((turn) => turn.to - turn.from - sum(pauses.map((pause) => overlap(turn, pause)))),
    whole: longest(({ from, to }) => to - from)
  }
}

/** A turn that is shorter, in milliseconds, is no stall. */
const shortest = 0.1

const overlap = (a: Span, b: Span): number => Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from))

const sum = (values: ReadonlyArray<number>): number => values.reduce((a, b) => a + b, 0)
