import * as Redacted from "effect/Redacted"

/** What may be Redacted, as it is. */
export const reveal = <A>(value: A | Redacted.Redacted<A>): A =>
  Redacted.isRedacted(value) ? Redacted.value(value) : value
