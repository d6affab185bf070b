import type * as Clock from "effect/Clock"

/*
 * Time, as the engine keeps it. The wall clock can be set back, and the monotonic clock of some systems stands still
 * while the machine sleeps. The steady clock follows the one that says that more time has passed, and is never set back:
 * everything that is remembered until some instant is remembered by it.
 */

/** What both clocks said at the last look. Times are in milliseconds. */
export interface Now {
  /** The wall clock, since the Unix epoch. */
  readonly wall: number
  /** The steady clock: the wall clock, and by how much it was set back so far. */
  readonly steady: number
  /** By how much the wall clock was set back so far. */
  readonly setBack: number
  /** By how much the wall clock was ahead of the monotonic clock, at most. */
  readonly ahead: number
}

/** Before the first look at the clocks. */
export const never: Now = { wall: -Infinity, steady: -Infinity, setBack: 0, ahead: -Infinity }

/**
 * Comparing both clocks costs more than reading one: once a second is enough. A wall clock that is set back by just as
 * much as has passed since the last look, to the second, goes unnoticed for that second.
 */
const compareEvery = 1_000

/** The clocks are read one after the other, and tick in different steps: a small difference is none. */
const tolerance = 100

/** What is known now, from the last look and from both clocks. */
export const compare = (seen: Now, wall: number, monotonic: number): Now => {
  const ahead = wall - monotonic
  const back = seen.ahead - ahead
  const setBack = back < tolerance ? seen.setBack : seen.setBack + back
  return { wall, steady: wall + setBack, setBack, ahead: back < tolerance ? Math.max(seen.ahead, ahead) : ahead }
}

/** Whether the steady clock has not reached an instant yet, read from the wall clock alone where that is safe. */
export const isBefore = (instant: number, seen: Now, wall: number): boolean =>
  wall + seen.setBack < instant && wall >= seen.wall && wall - seen.wall < compareEvery

/** The clocks of one engine: times of two clocks can't be compared. */
export interface Clocks {
  /** Looks at both clocks. */
  readonly look: () => Now
  /** Whether an instant of the steady clock has not come yet. `false` where both clocks have to be looked at first. */
  readonly isBefore: (instant: number) => boolean
  /** The monotonic clock, by which deadlines are kept. */
  readonly monotonic: () => number
}

/** The engine's clocks on Effect's. */
export const make = (clock: Clock.Clock): Clocks => {
  let seen = never
  const monotonic = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
  return {
    look: () => seen = compare(seen, clock.currentTimeMillisUnsafe(), monotonic()),
    isBefore: (instant) => isBefore(instant, seen, clock.currentTimeMillisUnsafe()),
    monotonic
  }
}
