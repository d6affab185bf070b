import type { Exchange } from "../Exchange.ts"
import { type Answered, exchangeOf, type Recorded, weightOf } from "./recording.ts"

/** How many bytes of exchanges are kept; the oldest go first. */
const budget = 32 * 1024 * 1024

interface Held {
  readonly recorded: Recorded
  readonly answered: Answered | undefined
  readonly weight: number
}

/** The exchanges that are kept, by the numbers of their entries. */
export interface Exchanges {
  readonly open: (seq: number, recorded: Recorded) => void
  readonly close: (seq: number, answered: Answered) => void
  readonly find: (seq: number) => Exchange | undefined
  readonly forget: (seq: number) => void
  readonly clear: () => void
}

export const makeExchanges = (): Exchanges => {
  const held = new Map<number, Held>()
  let weight = 0

  const forget = (seq: number): void => {
    weight -= held.get(seq)?.weight ?? 0
    held.delete(seq)
  }

  const makeRoom = (): void => {
    for (const seq of held.keys()) {
      if (weight <= budget) return
      forget(seq)
    }
  }

  return {
    open: (seq, recorded) => {
      const own = weightOf(recorded.request)
      held.set(seq, { recorded, answered: undefined, weight: own })
      weight += own
      makeRoom()
    },
    close: (seq, answered) => {
      const open = held.get(seq)
      if (open === undefined) return
      const more = answered.response === undefined ? 0 : weightOf(answered.response)
      held.set(seq, { recorded: open.recorded, answered, weight: open.weight + more })
      weight += more
      makeRoom()
    },
    find: (seq) => {
      const found = held.get(seq)
      return found === undefined ? undefined : exchangeOf(seq, found.recorded, found.answered)
    },
    forget,
    clear: () => {
      held.clear()
      weight = 0
    }
  }
}
