import type { Placement } from "../Statement.ts"

// Written from the specifications, and on purpose not with what Mintmark itself encodes with.

const unreserved = /[A-Za-z\d]/

const percentEncoded = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`

const encodedWith = (kept: string) => (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => {
    const character = String.fromCharCode(byte)
    if (character === " ") return "+"
    return unreserved.test(character) || kept.includes(character) ? character : percentEncoded(byte)
  }).join("")

/** `application/x-www-form-urlencoded` as the URL standard serialises it. */
export const formField = encodedWith("*-._")

/** Form-encoding of a half of a Basic header: `-`, `_`, `.` and `~` stay as they are. */
const basicHalf = encodedWith("-_.~")

/** A field's name and value. */
export type Field = readonly [name: string, value: string]

/** The bytes of a body. */
export const body = (fields: ReadonlyArray<Field>): string =>
  fields.map(([name, value]) => `${formField(name)}=${formField(value)}`).join("&")

/** The `Authorization` header that a placement makes of credentials, if it makes one. */
export const authorization = (placement: Placement, id: string, secret: string): string | undefined => {
  switch (placement) {
    case "basic-raw":
      return basic(`${id}:${secret}`)
    case "basic-form-encoded":
      return basic(`${basicHalf(id)}:${basicHalf(secret)}`)
    case "body":
    case "none":
      return undefined
  }
}

const basic = (text: string): string => `Basic ${Buffer.from(text, "utf8").toString("base64")}`

/** The fields that a placement makes of credentials. */
export const clientFields = (placement: Placement, id: string, secret: string): ReadonlyArray<Field> => {
  switch (placement) {
    case "body":
      return [["client_id", id], ["client_secret", secret]]
    case "none":
      return [["client_id", id]]
    case "basic-raw":
    case "basic-form-encoded":
      return []
  }
}
