import * as Equal from "effect/Equal"
import * as Predicate from "effect/Predicate"

/** By what accounts are found. */
export interface Names {
  /** What is equal for keys of one account, and for no others. */
  readonly of: (key: unknown) => unknown
}

/**
 * The key itself, where equality can see all of it. `Equal` looks at no prototype: the name of an object that has one of
 * its own holds that, too. It takes two objects for equal if all that it can read of them is: so any two that hide all of
 * their data, such as two `URLSearchParams`, or two with private fields alone. Each of those has a name of its own.
 */
export const make = (): Names => {
  const names = new WeakMap<object, unknown>()
  const classes = new WeakMap<object, symbol>()
  const classOf = (prototype: object): symbol => {
    const known = classes.get(prototype) ?? Symbol()
    classes.set(prototype, known)
    return known
  }
  const nameOf = (key: object): unknown => {
    const found: Array<symbol> = []
    const isSeen = isVisible(key, (prototype) => found.push(classOf(prototype)), 0)
    return !isSeen ? Symbol() : found.length === 0 ? key : [key, ...found]
  }
  return {
    of: (key) => {
      if (!Predicate.isObjectOrArray(key)) return key
      const name = names.get(key) ?? nameOf(key)
      if (name !== key) names.set(key, name)
      return name
    }
  }
}

const deepest = 8

const isVisible = (value: unknown, note: (prototype: object) => void, depth: number): boolean => {
  // A function is equal to itself alone; what has an equality of its own says itself what that is.
  if (!Predicate.isObjectOrArray(value) || Equal.isEqual(value)) return true
  if (depth === deepest) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  const isPlain = prototype === null || prototype === Object.prototype || prototype === Array.prototype
  if (!isPlain && Predicate.isObjectOrArray(prototype)) note(prototype)
  const areVisible = (parts: Iterable<unknown>) => [...parts].every((each) => isVisible(each, note, depth + 1))
  const keys = Object.keys(value).toSorted()
  // Of these, equality sees no properties.
  if (value instanceof Date || value instanceof URL || value instanceof DataView) return keys.length === 0
  if (ArrayBuffer.isView(value)) return keys.every((key) => /^\d+$/.test(key))
  if (value instanceof Map || value instanceof Set) return keys.length === 0 && areVisible(value)
  if (Array.isArray(value)) return keys.length === value.length && areVisible(value)
  return (isPlain || keys.length > 0) && areVisible(keys.map((key): unknown => Reflect.get(value, key)))
}
