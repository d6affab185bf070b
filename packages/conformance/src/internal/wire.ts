import type { Field, Placement, RequestFormat } from "../Statement.ts"

// Written from the specifications, and on purpose not with what Mintmark itself encodes with.

const unreserved = /[A-Za-z\d]/

const percentEncoded = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`

const encodedWith = (kept: string) => (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => {
    const character = String.fromCharCode(byte)
    if (character === " ") return "+"
    return unreserved.test(character) || kept.includes(character) ? character : percentEncoded(byte)
  }).join("")

/** `application/x-www-form-urlencoded` as the URL standard serializes it. */
export const formField = encodedWith("*-._")

/** Form-encoding of a half of a Basic header: `-`, `_`, `.` and `~` stay as they are. */
const basicHalf = encodedWith("-_.~")

/** Fields as a form or a query. */
export const form = (fields: ReadonlyArray<Field>): string =>
  fields.map(([name, value]) => `${formField(name)}=${formField(value)}`).join("&")

/** Fields as a JSON object; a name that is repeated has a list. */
export const json = (fields: ReadonlyArray<Field>): string => {
  const values = new Map<string, ReadonlyArray<string>>()
  for (const [name, value] of fields) values.set(name, [...values.get(name) ?? [], value])
  const members = [...values].map(([name, [first, ...more]]) =>
    `${JSON.stringify(name)}:${JSON.stringify(more.length === 0 ? first : [first, ...more])}`
  )
  return `{${members.join(",")}}`
}

/** The `Authorization` header that a placement makes of credentials, if it makes one. */
export const authorization = (placement: Placement, id: string, secret: string): string | undefined => {
  switch (placement) {
    case "client_secret_basic_raw":
      return basic(`${id}:${secret}`)
    case "client_secret_basic":
      return basic(`${basicHalf(id)}:${basicHalf(secret)}`)
    case "client_secret_post":
    case "none":
      return undefined
  }
}

const basic = (text: string): string => `Basic ${Buffer.from(text, "utf8").toString("base64")}`

/** The fields that a placement makes of credentials. */
export const clientFields = (placement: Placement, id: string, secret: string): ReadonlyArray<Field> => {
  switch (placement) {
    case "client_secret_post":
      return [["client_id", id], ["client_secret", secret]]
    case "none":
      return [["client_id", id]]
    case "client_secret_basic_raw":
    case "client_secret_basic":
      return []
  }
}

/** A token request as it goes over the wire, of what is stated. */
export interface Written {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly contentType: string | undefined
  readonly body: string
}

/** The fields, by the names that the provider has for them, and its own. */
export const named = (fields: ReadonlyArray<Field>, format: RequestFormat): ReadonlyArray<Field> => [
  ...fields.flatMap(([name, value]): ReadonlyArray<Field> => {
    const other = format.fields?.[name] ?? name
    return other === false ? [] : [[other, value]]
  }),
  ...format.parameters ?? []
]

/** Method, target, content type and body of a request with these fields. */
export const written = (path: string, fields: ReadonlyArray<Field>, format: RequestFormat): Written => {
  const { method = "POST" } = format
  switch (method === "GET" ? "query" : format.encoding ?? "form") {
    case "query":
      return { method, target: `${path}?${form(fields)}`, contentType: undefined, body: "" }
    case "json":
      return { method, target: path, contentType: "application/json", body: json(fields) }
    case "form":
      return { method, target: path, contentType: "application/x-www-form-urlencoded", body: form(fields) }
  }
}
