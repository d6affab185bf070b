/** The median and the quartiles: of rounds on a busy machine, they are what can be believed. */
export interface Spread {
  readonly low: number
  readonly median: number
  readonly high: number
}

export const spread = (values: ReadonlyArray<number>): Spread => ({
  low: quantile(values, 0.25),
  median: quantile(values, 0.5),
  high: quantile(values, 0.75)
})

export const quantile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const position = share * (sorted.length - 1)
  const [below = NaN, above = below] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]]
  return below + (above - below) * (position - Math.floor(position))
}

/** The ratios of two contestants, each to the other's figure of the same round. */
export const ratios = (values: ReadonlyArray<number>, floor: ReadonlyArray<number>): ReadonlyArray<number> =>
  values.flatMap((value, round) => {
    const base = floor[round]
    return base === undefined ? [] : [value / base]
  })
