import * as Duration from "effect/Duration"
import { orUndefined } from "./text/orUndefined.ts"

/** What is wrong with an option that `millisOf` can't read. */
export const notASpan = "must be a positive, finite duration"

/** The milliseconds of an option that is a length of time, if it is one and has an end. */
export const millisOf = (input: Duration.Input): number | undefined => {
  const millis = orUndefined(() => Duration.toMillis(input))
  return millis !== undefined && millis > 0 && millis < Infinity ? millis : undefined
}
