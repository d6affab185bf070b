/** One contestant of a comparison, and how one round of it is taken: the answer is what the round found. */
export interface Entry<A> {
  readonly name: string
  readonly round: () => Promise<A>
}

/** What each round found, by contestant. */
export type Rounds<A> = Readonly<Record<string, ReadonlyArray<A>>>

/**
 * Takes all contestants in turn, round after round, so that whatever else the machine does meets them alike: many short
 * rounds say more than few long ones. Every other round goes the other way about, and each two start with another of
 * them, so that no contestant always runs after the same one. The first rounds warm up, and aren't counted.
 */
export const interleave = async <A>(
  rounds: number,
  entries: ReadonlyArray<Entry<A>>,
  warmUp = 1
): Promise<Rounds<A>> => {
  const figures = new Map(entries.map(({ name }) => [name, new Array<A>()]))
  for (let round = 0; round < warmUp + rounds; round++) {
    const first = Math.floor(round / 2) % entries.length
    const order = [...entries.slice(first), ...entries.slice(0, first)]
    for (const entry of round % 2 === 0 ? order : order.toReversed()) {
      const figure = await entry.round()
      if (round >= warmUp) figures.get(entry.name)?.push(figure)
    }
  }
  return Object.fromEntries(figures)
}

/** One figure out of several that a round found. */
export const pick = <A>(rounds: Rounds<A>, figure: (found: A) => number): Rounds<number> =>
  Object.fromEntries(Object.entries(rounds).map(([name, found]) => [name, found.map(figure)]))
