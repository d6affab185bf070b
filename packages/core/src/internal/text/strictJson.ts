import * as Predicate from "effect/Predicate"
import { orUndefined } from "./orUndefined.ts"

const deepest = 32
/** An object with more keys is no reply... */
const mostKeys = 1_000
/** ... nor is one with more names and texts in all, and both take long to read. */
const mostStrings = 20_000

/**
 * Reads a JSON object more strictly than `JSON.parse`: `undefined` also where it nests deeper than 32 levels, names
 * a key twice, names `__proto__`, or has more than 1,000 keys, or 20,000 names and texts in all. A reply that does is not
 * one to build on.
 */
export const parseObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  // Of what is JSON, each string has two quotes that aren't escaped.
  const written = (text.replace(/\\[^]/g, "").split("\"").length - 1) / 2
  const value: unknown = written > mostStrings ? undefined : orUndefined(() => JSON.parse(text))
  // What names a key twice has fewer strings than are written.
  return Predicate.isReadonlyObject(value) && stringsIn(value, 1) === written ? value : undefined
}

const stringsIn = (value: unknown, depth: number): number => {
  if (typeof value !== "object" || value === null) return typeof value === "string" ? 1 : 0
  const keys = Array.isArray(value) ? [] : Object.keys(value)
  if (depth > deepest || keys.length > mostKeys || keys.includes("__proto__")) return NaN
  return Object.values(value).reduce<number>((sum, each) => sum + stringsIn(each, depth + 1), keys.length)
}
