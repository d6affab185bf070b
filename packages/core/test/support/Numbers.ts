/** Numbers that look random, and are the same for the same seed. */
export interface Numbers {
  /** From 0 up to 1. */
  readonly next: () => number
  readonly integer: (from: number, to: number) => number
  readonly pick: <A>(choices: ReadonlyArray<A>) => A
}

export const make = (seed: number): Numbers => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x9E3779B9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21F0AAAD)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735A2D97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
  const integer = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    integer,
    pick: (choices) => {
      const choice = choices[integer(0, choices.length - 1)]
      if (choice === undefined) throw new RangeError("nothing to pick from")
      return choice
    }
  }
}
