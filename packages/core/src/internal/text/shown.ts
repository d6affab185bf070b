import * as Redacted from "effect/Redacted"

/*
 * What is shown of a text from outside. Servers repeat secrets in more ways than can be looked for, so the text is not
 * searched for them: a word is shown if it is plainly a word, and masked if it isn't. The text is cut first, so that
 * its length costs nothing.
 */

/** The most that is looked at, and shown, of a text, in characters. */
export const longest = 300

const mask = "<redacted>"

// The letters of Latin alphabets. Others that look like them, such as full-width ones, are not among them.
const upper = "A-Z\\u00C0-\\u00D6\\u00D8-\\u00DE"
const lower = "a-z\\u00DF-\\u00F6\\u00F8-\\u024F\\u1E00-\\u1EFF"
const part = `(?:[${lower}]{1,24}|[${upper}\\u0100-\\u024F\\u1E00-\\u1EFF][${lower}]{0,23}|[${upper}]{1,12})`
const words = `${part}(?:[-_./'\\u2019]${part}){0,5}`
const sign = "[-\\u2013\\u2014&/|=+*:]{1,2}"
// A word, a number, the number of an error, a sign.
const plain = new RegExp(`^(?!.{41})(?:${words}|\\d{1,6}|[A-Z]{1,6}\\d{1,8}|${sign})$`)
const camelCase = /^(?!.{41})(?:[A-Z][a-z]{2,23}|[a-z]{2,24})(?:[A-Z][a-z]{2,23}){0,5}$/

const edges = /^(["'(<[{`\u2018\u201C\u00AB]{0,3})(.*?)(["')\]>}`.,:;!?\u2019\u201D\u00BB\u2026]{0,3})$/s

/**
 * A text from outside, as far as it may be shown: cut, on one line, each word that isn't plainly one masked, and each
 * that holds a piece of a known secret.
 */
export const shown = (text: string, secrets: ReadonlyArray<Redacted.Redacted>): string => show(text, secrets, [plain])

/** The same of an error code, which may be in camel case. */
export const shownCode = (text: string, secrets: ReadonlyArray<Redacted.Redacted>): string =>
  show(text, secrets, [plain, camelCase])

/** The most that is kept of a text, in characters. */
const longestWhole = 10_000

/** The text as it came, for code that needs it; cut, since a server may send a megabyte for each account. */
export const whole = (text: string): Redacted.Redacted => {
  // A cut text would keep the whole of it in memory.
  const kept = text.length > longestWhole
    ? new TextDecoder().decode(new TextEncoder().encode(text.slice(0, longestWhole)))
    : text
  return Redacted.make(kept, { label: "error_description" })
}

const show = (
  text: string,
  secrets: ReadonlyArray<Redacted.Redacted>,
  forms: ReadonlyArray<RegExp>
): string => {
  const words = text.slice(0, longest).normalize("NFC").split(/\s+/).filter((each) => each !== "")
  const holding = holdingSecret(words, secrets)
  const kept: Array<string> = []
  for (const [index, each] of words.entries()) {
    const [, before = "", core = "", after = ""] = edges.exec(each) ?? []
    const next = holding.has(index) || core !== "" && !forms.some((form) => form.test(core))
      ? mask + (/[.,:;]$/.exec(each)?.[0] ?? "")
      : before + core + after
    // Masks beside each other tell how many words there were, and nothing else.
    if (next.startsWith(mask) && kept.at(-1)?.startsWith(mask) === true) kept.pop()
    if ([...kept, next].join(" ").length > longest) return `${kept.join(" ")}…`
    kept.push(next)
  }
  return kept.join(" ") + (text.length > longest ? "…" : "")
}

const run = 4

const fold = (text: string): string => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ")

const skeleton = (text: string): string => text.replace(/[^\p{L}\p{N} ]/gu, "")

/** The words that hold four characters in a row of a secret, or the whole of a shorter one. */
const holdingSecret = (
  words: ReadonlyArray<string>,
  secrets: ReadonlyArray<Redacted.Redacted>
): ReadonlySet<number> => {
  const found = new Set<number>()
  for (const reading of [fold, (text: string) => skeleton(fold(text))]) {
    const read = words.map(reading)
    const text = `${read.join(" ")} `
    for (const secret of secrets) {
      const value = reading(Redacted.value(secret)).trim()
      if (value === "") continue
      const size = Math.min(run, value.length)
      const runs = Array.from({ length: text.length - size + 1 }, (_, at) => text.slice(at, at + size))
      const held = new Set([...new Set(runs)].filter((each) => value.includes(each)))
      let start = 0
      for (const [index, word] of read.entries()) {
        const end = start + word.length
        if (runs.slice(Math.max(0, start - size + 1), end).some((each) => held.has(each))) found.add(index)
        start = end + 1
      }
    }
  }
  return found
}
