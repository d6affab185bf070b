import * as Redacted from "effect/Redacted"

/*
 * Lists and records, as data has them: neither instances of classes nor what hides its data.
 */

/**
 * A copy of lists and records, whatever is in them; other values are as they are, or as `other` makes them. It has what
 * getters return now.
 */
export const copyOf = <A>(value: A, other = (value: unknown): unknown => value): A => {
  const copy: unknown = Array.isArray(value)
    ? value.map((each: unknown) => copyOf(each, other))
    : isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copyOf(each, other)]))
    : other(value)
  return copy as A
}

/** Whether a value is a record. Another realm has another `Object`: what it makes is one, too. */
export const isRecord = (value: unknown): value is object =>
  typeof value === "object" && value !== null
  && (Object.getPrototypeOf(value) === null || Object.getPrototypeOf(Object.getPrototypeOf(value)) === null)

/** What may be Redacted, as it is. */
export const reveal = <A>(value: A | Redacted.Redacted<A>): A =>
  Redacted.isRedacted(value) ? Redacted.value(value) : value
