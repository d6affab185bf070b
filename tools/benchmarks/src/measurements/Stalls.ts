import { mintmark } from "../contestants/index.ts"
import { isolated } from "../harness/Isolated.ts"
import type { Stall } from "../harness/Turns.ts"
import type { Column, Measurement } from "../Measurement.ts"
import type { Stalls } from "./StallsProcess.ts"

const many = 100_000
const rounds = 5

/** How long other work has to wait for a pool of so many accounts. */
export const findStalls = (count: number, rounds: number): Promise<Stalls> =>
  isolated<Stalls>(new URL("./StallsProcess.ts", import.meta.url), [String(count), String(rounds)])

/** The columns of what was found. */
export const columnsOf = (
  count: number,
  { evicted, grown, looked, replaced }: Stalls,
  atMost?: number
): ReadonlyArray<Column> => {
  const column = (title: string, found: ReadonlyArray<Stall>, goals: Column["goals"] = []): Column => ({
    group: `${count.toLocaleString("en")} accounts: the longest stall`,
    title,
    unit: "ms",
    figures: {
      [mintmark.name]: found.map(({ own }) => own),
      "with the garbage collector's pauses": found.map(({ whole }) => whole)
    },
    goals
  })
  const goals = atMost === undefined ? [] : [{ of: mintmark.name, atMost }]
  return [
    column("a sweep that finds all in use", looked, goals),
    column("a sweep that evicts all", evicted, goals),
    column("1,000 new accounts in a full pool", replaced, goals),
    column("new accounts, ten in a turn", grown)
  ]
}

export default async (): Promise<Measurement> => ({
  title: "Stalls of a large pool",
  about:
    "The longest time for which a pool keeps other work from its turn of the event loop: while it grows, while it looks "
    + "through all its accounts for idle ones (a *sweep*) and evicts none or all of them, and while it evicts one account "
    + "for each new one.",
  columns: columnsOf(many, await findStalls(many, rounds), 5),
  notes: [
    "A sweep looks at 1,000 accounts before other work has its turn; a new account in a full pool looks at 64 at most. "
    + "The tests count that.",
    "Each new account makes a token request, as fast as it can: the garbage collector's pauses are for what these leave "
    + "behind. While the pool grows, V8 makes the table of its `Map` anew each time that it doubles."
  ]
})
