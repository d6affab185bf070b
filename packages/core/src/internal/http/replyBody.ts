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
  const text = orUndefined(() => utf8.decode(bytes))
  const fields = text === undefined ? undefined : parseObject(text)
  const { error, error_description: description } = fields
    ?? looseFieldsOf(text?.slice(0, longest) ?? latin1.decode(bytes?.subarray(0, longest)))
  return {
    fields,
    code: Predicate.isString(error) ? error.trim() || undefined : undefined,
    description: Predicate.isString(description) ? description : undefined,
    isEmpty: bytes !== undefined && text?.trim() === ""
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true })
const latin1 = new TextDecoder("iso-8859-1")

/** How much is read of a body that can't be read as a whole, in bytes. */
const longest = 16_384

const looseFieldsOf = (text: string): Readonly<Record<string, unknown>> => {
  // UTF-16 is ASCII with NULs, as far as the code goes. Byte order marks, also as ISO-8859-1 reads them.
  const body = text.replace(/^[\s\u00BB\u00BF\u00EF\u00FE\u00FF]+|\0/g, "").trimEnd()
  if (/^[\w.-]{1,64}=/.test(body)) return Object.fromEntries(new URLSearchParams(body))
  // What was made into JSON twice is a string.
  const object = body.startsWith("\"") ? String(orUndefined(() => JSON.parse(body))) : objectIn(body)
  return parseObject(object) ?? { error: wordOf(object) }
}

/** The object that a text is, or ends with: warnings of PHP and guards against inclusion as a script stand before it. */
const objectIn = (text: string): string => {
  const start = text.search(/[{[]/)
  return text[start] === "{" && (start === 0 || text.endsWith("}")) ? text.slice(start) : ""
}

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
