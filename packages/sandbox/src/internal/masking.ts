/** Shorter ones are found in any text, and are no secrets. */
const shortest = 6

/** A secret is recognized by so many characters of it, however long it is. */
const longest = 256

/** How much of a text is looked at beyond what is shown, so that a secret that is cut off is found, too. */
export const lookahead = longest

/** A secret as it could be seen: as it is, percent-encoded, form-encoded, and in a JSON text. */
const formsOf = (secret: string): ReadonlySet<string> => {
  // A lone surrogate, which no encoding knows, goes over the wire as U+FFFD.
  const plain = Buffer.from(secret.slice(0, longest * 2)).toString()
  const encoded = [encodeURIComponent(plain), new URLSearchParams({ v: plain }).toString().slice(2)]
  const lower = encoded.map((form) => form.replaceAll(/%[\dA-F]{2}/g, (escape) => escape.toLowerCase()))
  return new Set(
    [plain, ...encoded, ...lower, JSON.stringify(plain).slice(1, -1)].map((form) => form.slice(0, longest))
  )
}

interface Form {
  readonly start: string
  readonly length: number
  readonly fingerprint: string
}

interface Span {
  readonly from: number
  readonly to: number
  readonly fingerprint: string
}

/** Secrets that are looked for in texts, however many there are: the work is that of the text alone. */
export interface Secrets {
  readonly add: (secret: string | undefined) => void
  readonly has: (secret: string) => boolean
  readonly spans: (text: string) => ReadonlyArray<Span>
}

export const makeSecrets = (fingerprint: (value: string) => string): Secrets => {
  const byStart = new Map<string, Map<string, Form>>()
  // Their fingerprints: a secret that a request presented is a slice of the request.
  const known = new Set<string>()
  return {
    has: (secret) => known.has(fingerprint(secret)),
    add: (secret) => {
      if (secret === undefined || secret.length < shortest) return
      const print = fingerprint(secret)
      if (known.has(print)) return
      known.add(print)
      for (const form of formsOf(secret)) {
        const start = form.slice(0, shortest)
        const there = byStart.get(start) ?? new Map<string, Form>()
        byStart.set(start, there)
        if (there.has(form)) continue
        there.set(form, { start: form, length: Math.max(form.length, secret.length), fingerprint: print })
      }
    },
    spans: (text) => {
      const spans: Array<Span> = []
      if (byStart.size === 0) return spans
      for (let from = 0; from + shortest <= text.length; from++) {
        for (const form of byStart.get(text.slice(from, from + shortest))?.values() ?? []) {
          if (text.startsWith(form.start, from)) {
            const length = form.start.length < longest ? form.start.length : form.length
            spans.push({ from, to: Math.min(text.length, from + length), fingerprint: form.fingerprint })
          }
        }
      }
      return spans
    }
  }
}

/** How a secret is shown. */
export const masked = (fingerprint: string): string => `***${fingerprint}***`

/**
 * What a text says in Base64, in either alphabet and percent-encoded or not, wherever in it that begins. What is none
 * decodes to bytes in which no secret is found.
 */
const decodedIn = (text: string): string =>
  (text.replaceAll(/%([\dA-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))).match(base64) ?? [])
    .flatMap((run) => [0, 1, 2, 3].map((start) => Buffer.from(run.slice(start), "base64").toString()))
    .join("\n")

const base64 = /[\w+/-]{8,}/g

const tokenLike = /[\w-][\w.-]{14,}[\w-]/g

/** Masks secrets and tokens in a text. */
export type Mask = (text: string) => string

/**
 * Masks what is one of the secrets, and what is a token. A text that holds one in Base64 is masked as a whole.
 */
export const makeMask =
  (secrets: ReadonlyArray<Secrets>, isToken: (text: string) => boolean, fingerprint: (value: string) => string): Mask =>
  (text) => {
    const spans = secrets.flatMap((some) => some.spans(text)).toSorted((one, other) => one.from - other.from)
    let shown = ""
    let at = 0
    for (const { fingerprint, from, to } of spans) {
      if (from >= at) shown += text.slice(at, from) + masked(fingerprint)
      at = Math.max(at, to)
    }
    shown = (shown + text.slice(at)).replaceAll(tokenLike, (run) => isToken(run) ? masked(fingerprint(run)) : run)
    const decoded = decodedIn(shown)
    return secrets.some((some) => some.spans(decoded).length > 0) ? "***" : shown
  }

const remembered = 500

/** Masks texts that come again and again, such as header values, once. `forget` when there is another secret. */
export const makeCachedMask = (mask: Mask): { readonly mask: Mask; readonly forget: () => void } => {
  const known = new Map<string, string>()
  return {
    mask: (text) => {
      const before = known.get(text)
      if (before !== undefined) return before
      const shown = mask(text)
      if (text.length > 512) return shown
      if (known.size >= remembered) known.clear()
      known.set(text, shown)
      return shown
    },
    forget: () => known.clear()
  }
}
