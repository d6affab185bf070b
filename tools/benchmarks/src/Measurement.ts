import type { Rounds } from "./harness/Rounds.ts"

/** What a measurement finds out, as data: it is made in one process, and printed by another. */
export interface Measurement {
  readonly title: string
  /** What is measured, in a sentence or two. */
  readonly about: string
  readonly columns: ReadonlyArray<Column>
  /** What a reader must know to read the figures rightly: who is left out, and why. */
  readonly notes: ReadonlyArray<string>
}

/** One figure of every contestant. */
export interface Column {
  /** Columns of one group make one table. */
  readonly group: string
  readonly title: string
  readonly unit: Unit
  /** Whether a figure is the time of one of many, so that its inverse is a rate. */
  readonly isRate?: boolean
  /** The contestant that the others are put in relation to, if there is one. */
  readonly floor?: string
  /** For each contestant, what each round found. */
  readonly figures: Rounds<number>
  readonly goals?: ReadonlyArray<Goal>
}

export type Unit = "ns" | "µs" | "ms" | "bytes" | "count"

/** What Mintmark must reach: a ratio to the best of others in the same column or, without others, a figure. */
export interface Goal {
  readonly of: string
  readonly to?: ReadonlyArray<string>
  readonly atMost: number
}
