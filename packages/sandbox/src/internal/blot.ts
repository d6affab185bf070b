/** Shorter ones are found in any text, and are no secrets. */
const shortest = 6

/** A secret as it could be seen: as it is, and percent-encoded. */
export const formsOf = (secret: string): ReadonlyArray<string> => {
  if (secret.length < shortest) return []
  // A lone surrogate, which no encoding knows, goes over the wire as U+FFFD.
  const encoded = encodeURIComponent(Buffer.from(secret).toString())
  return encoded === secret ? [secret] : [secret, encoded]
}

/** Those of the secrets that are in one of the texts. There are many accounts, and hardly ever anything to find. */
export const formsIn = (texts: ReadonlyArray<string>, forms: Iterable<string>): ReadonlyArray<string> => {
  const everything = texts.join("\n")
  const found: Array<string> = []
  for (const form of forms) {
    if (everything.includes(form)) found.push(form)
  }
  return found
}

/**
 * What a text says in Base64, in either alphabet and percent-encoded or not, wherever in it that begins. What is none
 * decodes to rubbish, in which no secret is found.
 */
export const decodedIn = (text: string): string =>
  (text.replaceAll(/%([\dA-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))).match(base64) ?? [])
    .flatMap((run) => [0, 1, 2, 3].map((start) => Buffer.from(run.slice(start), "base64").toString()))
    .join("\n")

const base64 = /[\w+/-]{8,}/g

/** Blots secrets out of a text. */
export const blot = (text: string, forms: ReadonlyArray<string>): string =>
  forms.reduce((blotted, form) => blotted.replaceAll(form, "***"), text)
