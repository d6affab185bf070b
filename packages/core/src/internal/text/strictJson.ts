import * as Predicate from "effect/Predicate"
import { orUndefined } from "./orUndefined.ts"

const deepest = 32
/** An object with more keys is no reply... */
const mostKeys = 1_000
/** ... nor is one with more in all, and both take long to read. */
const mostNames = 10_000

/**
 * Reads a JSON object more strictly than `JSON.parse`: `undefined` also where it nests deeper than 32 levels, names
 * a key twice, names `__proto__`, or has more than 1,000 keys, or 10,000 in all. A reply that does is not one to build
 * on.
 */
export const parseObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  const names = (text.match(strings) ?? []).filter((each) => each.endsWith(":")).length
  const value: unknown = names > mostNames ? undefined : orUndefined(() => JSON.parse(text))
  return Predicate.isReadonlyObject(value) && keysIn(value, 1) === names ? value : undefined
}

// Each string, with the colon behind it where it is a name; also one that has no end, so that no text is read twice.
const strings = /"(?:[^"\\]|\\[^]?)*(?:"(?:\s*:)?)?/g

/** How many keys an object has in all: fewer than it names, where it names one twice. */
const keysIn = (value: unknown, depth: number): number => {
  if (typeof value !== "object" || value === null) return 0
  const keys = Array.isArray(value) ? [] : Object.keys(value)
  if (depth > deepest || keys.length > mostKeys || keys.includes("__proto__")) return NaN
  return Object.values(value).reduce<number>((sum, each) => sum + keysIn(each, depth + 1), keys.length)
}
