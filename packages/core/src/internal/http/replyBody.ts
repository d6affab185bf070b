import * as Predicate from "effect/Predicate"
import { orUndefined } from "../text/orUndefined.ts"
import { parseObject } from "../text/strictJson.ts"

/**
 * The body of a reply, as far as it can be read.
 */
export interface ReplyBody {
  /** Its fields, where the whole body is one JSON object in UTF-8. */
  readonly fields: Readonly<Record<string, unknown>> | undefined
  /** The server's word: its `error`, if that is a text that isn't empty. */
  readonly code: string | undefined
  /** Its `error_description`, if that is a text. */
  readonly description: string | undefined
  readonly isEmpty: boolean
}

/**
 * Reads a body, strictly for a token, and leniently for an error: the code counts also in ISO-8859-1, in a form, or
 * where other fields are broken.
 */
export const readBody = (bytes: Uint8Array | undefined): ReplyBody => {
  if (bytes === undefined) return { fields: undefined, ...errorOf({}), isEmpty: false }
  const text = orUndefined(() => utf8.decode(bytes))
  const fields = text === undefined ? undefined : parseObject(text)
  if (fields !== undefined) return { fields, ...errorOf(fields), isEmpty: false }
  const start = text?.slice(0, longest) ?? latin1.decode(bytes.subarray(0, longest))
  return { fields: undefined, ...errorOf(looseFieldsOf(start)), isEmpty: text?.trim() === "" }
}

const utf8 = new TextDecoder("utf-8", { fatal: true })
const latin1 = new TextDecoder("iso-8859-1")

/** How much is read of a body that can't be read as a whole, in bytes. */
const longest = 16_384

interface ErrorFields {
  readonly code: string | undefined
  readonly description: string | undefined
}

const errorOf = (fields: Readonly<Record<string, unknown>>): ErrorFields => {
  const { error, error_description: description } = fields
  return {
    code: Predicate.isString(error) && error.trim() !== "" ? error.trim() : undefined,
    description: Predicate.isString(description) ? description : undefined
  }
}

const looseFieldsOf = (text: string): Readonly<Record<string, unknown>> => {
  // UTF-16 is ASCII with NULs, as far as the code goes. Byte order marks, also as ISO-8859-1 reads them.
  const body = text.replace(/\0/g, "").replace(/^(?:\uFEFF|\u00EF\u00BB\u00BF|\u00FF\u00FE|\u00FE\u00FF)*\s*/, "")
    .trimEnd()
  const object = objectIn(body)
  if (object !== "") return parseObject(object) ?? { error: wordOf(object) }
  if (body.startsWith("\"")) return parseObject(stringOf(body)) ?? {}
  return /^[\w.-]{1,64}=/.test(body) ? Object.fromEntries(new URLSearchParams(body)) : {}
}

/** The object that a text is, or ends with: warnings of PHP and guards against inclusion as a script stand before it. */
const objectIn = (text: string): string => {
  const start = text.search(/[{[]/)
  return text[start] === "{" && (start === 0 || text.endsWith("}")) ? text.slice(start) : ""
}

/** What a JSON text that was made into JSON again was before. */
const stringOf = (text: string): string => String(orUndefined(() => JSON.parse(text)))

/** The `error` of an object that is not well-formed, if it is a field of the object itself. */
const wordOf = (text: string): string | undefined => {
  let depth = 0
  for (const [found, word] of text.matchAll(/["']error["']\s*:\s*["']([^"'\\]{1,100})["']|[{}[\]]/g)) {
    if (word === undefined) depth += found === "{" || found === "[" ? 1 : -1
    // Braces within texts may close more than was opened.
    else if (depth < 2) return word
  }
  return undefined
}
