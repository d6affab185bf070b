import * as Predicate from "effect/Predicate"

const deepest = 32

/**
 * Reads a JSON object more strictly than `JSON.parse`: `undefined` also where it nests deeper than 32 levels, names
 * a key twice, or names `__proto__`. A reply that does is not one to build on.
 */
export const parseObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  if (!isPlain(text)) return undefined
  const value = parse(text)
  return Predicate.isReadonlyObject(value) ? value : undefined
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// Looks at keys and depth alone; whether the text is JSON at all, `JSON.parse` decides. One pass, whatever comes.
const isPlain = (text: string): boolean => {
  const open: Array<Set<unknown>> = []
  let literal = ""
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"?|[{}[\]:]/gs)) {
    if ("{[".includes(token)) {
      if (open.push(new Set()) > deepest) return false
    } else if ("]}".includes(token)) {
      open.pop()
    } else if (token === ":") {
      const keys = open.at(-1)
      const key = parse(literal)
      if (keys === undefined || key === undefined || key === "__proto__" || keys.has(key)) return false
      keys.add(key)
    } else {
      literal = token
    }
  }
  return true
}
