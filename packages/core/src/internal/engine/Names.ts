import * as Equal from "effect/Equal"
import * as Predicate from "effect/Predicate"

/** By what accounts are found. */
export interface Names {
  /** What is equal for keys of one account, and for no others. */
  readonly of: (key: unknown) => unknown
}

/**
 * The key itself, where equality can see it. `Equal` takes two objects of a class for equal if all that it can read of them
 * is: so any two that hide all of their data, such as two `URLSearchParams`, or two with private fields alone. Each
 * of those has a name of its own.
 */
export const make = (): Names => {
  const own = new WeakMap<object, symbol>()
  const nameOf = (key: object): symbol => {
    const known = own.get(key) ?? Symbol()
    own.set(key, known)
    return known
  }
  return { of: (key) => Predicate.isObjectOrArray(key) && !isVisible(key, 0) ? nameOf(key) : key }
}

const deepest = 8

const isVisible = (value: unknown, depth: number): boolean => {
  // A function is equal to itself alone; what has an equality of its own says itself what that is.
  if (!Predicate.isObjectOrArray(value) || Equal.isEqual(value)) return true
  if (depth === deepest) return false
  if (value instanceof Date || value instanceof URL || ArrayBuffer.isView(value)) return true
  const parts = Array.isArray(value) || value instanceof Map || value instanceof Set ? [...value] : Object.values(value)
  return (parts.length > 0 || isPlain(value)) && parts.every((each) => isVisible(each, depth + 1))
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || prototype === Array.prototype
}
