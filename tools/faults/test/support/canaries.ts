import type { ClientAccount } from "@mintmark/sandbox/Account"

/** Secrets that are recognized wherever they turn up, with characters in them that every encoding changes. */
const mark = (name: string): string => `Canary${name}7Qx4`
const secret = (name: string): string => `${mark(name)}+/=&%"ä`

export const canaries = {
  account: {
    provider: "generic",
    clientId: "canary-client",
    clientSecret: secret("ClientSecret"),
    scopes: ["read", "write"],
    username: "canary@example.com",
    password: secret("Password")
  } satisfies ClientAccount,
  token: mark("Token")
}

/** The part of each secret that stays in one piece, whatever stands around it. */
const marks = [mark("ClientSecret"), mark("Password"), mark("Token")]

/** Secrets that only turn up during the run, such as tokens. */
const found = new Set<string>()

export const alsoLookFor = (secret: string): void => {
  found.add(secret)
}

const base64Within = (text: string, before: number): string => {
  const bytes = Buffer.from(" ".repeat(before) + text)
  return bytes.toString("base64").slice(Math.ceil(before * 8 / 6), Math.floor(bytes.length * 8 / 6))
}

const shapes = (text: string): ReadonlyArray<string> => {
  const bytes = [...Buffer.from(text)]
  const base64 = [0, 1, 2].map((before) => base64Within(text, before))
  return [
    text,
    ...base64,
    ...base64.map((digits) => digits.replaceAll("+", "-").replaceAll("/", "_")),
    bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" "),
    bytes.map((byte) => `%${byte.toString(16)}`).join(""),
    bytes.map((byte) => `\\u00${byte.toString(16)}`).join(""),
    bytes.join(","),
    bytes.join(", ")
  ]
}

/** The secrets that a text gives away, in whatever shape. Those that turned up until now are forgotten. */
export const findCanaries = (text: string): ReadonlyArray<string> => {
  const lower = text.toLowerCase().replace(/\s+/g, " ")
  const given = [...marks, ...found].filter((each) => shapes(each).some((shape) => lower.includes(shape.toLowerCase())))
  found.clear()
  return given
}
