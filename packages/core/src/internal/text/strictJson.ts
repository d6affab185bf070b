import * as Predicate from "effect/Predicate"
import { orUndefined } from "./orUndefined.ts"

const deepest = 32
/** An object with more keys is no reply, and takes long to read. */
const mostKeys = 1_000

/**
 * Reads a JSON object more strictly than `JSON.parse`: `undefined` also where it nests deeper than 32 levels, names
 * a key twice, names `__proto__`, or has more than 1,000 keys. A reply that does is not one to build on.
 */
export const parseObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  if (!isPlain(text)) return undefined
  const value = parse(text)
  return Predicate.isReadonlyObject(value) ? value : undefined
}

const parse = (text: string): unknown => orUndefined(() => JSON.parse(text))

// Looks at keys and depth alone; whether the text is JSON at all, `JSON.parse` decides. One pass, whatever comes.
const isPlain = (text: string): boolean => {
  const open: Array<Set<unknown>> = []
  let start = 0
  let end = 0
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case "\"":
        start = at
        at = end = endOfString(text, at)
        if (at === -1) return false
        break
      case "{":
      case "[":
        if (open.push(new Set()) > deepest) return false
        break
      case "}":
      case "]":
        open.pop()
        break
      case ":": {
        const keys = open.at(-1)
        const literal = text.slice(start, end + 1)
        const key = literal.includes("\\") ? parse(literal) : literal.slice(1, -1)
        if (keys === undefined || literal === "" || key === undefined || key === "__proto__") return false
        if (keys.has(key) || keys.size === mostKeys) return false
        keys.add(key)
      }
    }
  }
  return true
}

const endOfString = (text: string, start: number): number => {
  for (let at = text.indexOf("\"", start + 1); at !== -1; at = text.indexOf("\"", at + 1)) {
    let slashes = 0
    while (text[at - 1 - slashes] === "\\") slashes++
    if (slashes % 2 === 0) return at
  }
  return -1
}
