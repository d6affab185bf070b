import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/** What is wrong with an option that `millisOf` can't read. */
export const notASpan = "must be a positive, finite duration"

/** The milliseconds of an option that is a length of time, if it is one and has an end. */
export const millisOf = (input: Duration.Input): number | undefined => {
  const millis = Option.getOrUndefined(Option.map(Duration.fromInput(input), Duration.toMillis))
  return millis !== undefined && millis > 0 && millis < Infinity ? millis : undefined
}
