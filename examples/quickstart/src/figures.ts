// From a log of requests to the figures of the table.
import * as Arr from "effect/Array"

/** A token request and its reply. */
export interface TokenRequest {
  readonly kind: "token"
  readonly provider: string
  readonly grant: string
  readonly placement: string
  /** A name that tells tokens apart; `undefined` where the reply held none. Never the token itself. */
  readonly token: string | undefined
  readonly scopes: ReadonlyArray<string>
  /** In seconds; `undefined` where the reply names none. */
  readonly lifetime: number | undefined
}

/** A request of the API. */
export interface ApiCall {
  readonly kind: "api"
  readonly provider: string
  /** The authentication scheme under which the token came. */
  readonly tokenType: string
  /** The same name as in the token request that the token came from. */
  readonly token: string | undefined
}

export type LogEntry = TokenRequest | ApiCall

/** How many token requests were sent with one grant, and the outcome. */
export interface Row {
  readonly provider: string
  readonly grant: string
  readonly placement: string
  readonly tokenType: string | undefined
  readonly scopes: ReadonlyArray<string>
  readonly lifetime: number | undefined
  readonly tokenRequests: number
  /** The API calls that carried a token of these requests. */
  readonly apiCalls: number
}

/** A row for each grant that was used, in that order. */
export const figures = (log: ReadonlyArray<LogEntry>, provider: string): ReadonlyArray<Row> => {
  const own = log.filter((entry) => entry.provider === provider)
  const calls = own.filter((entry) => entry.kind === "api")
  const requests = own.filter((entry) => entry.kind === "token")
  return Object.entries(Arr.groupBy(requests, ({ grant }) => grant)).map(([grant, asked]) => {
    const tokens = new Set(asked.map(({ token }) => token))
    const carrying = calls.filter(({ token }) => token !== undefined && tokens.has(token))
    const { lifetime, placement, scopes } = Arr.lastNonEmpty(asked)
    return {
      provider,
      grant,
      placement,
      tokenType: carrying[0]?.tokenType,
      scopes,
      lifetime,
      tokenRequests: asked.length,
      apiCalls: carrying.length
    }
  })
}

/** The sum, in words. */
export const total = (log: ReadonlyArray<LogEntry>): string => {
  const count = (kind: LogEntry["kind"], what: string) => {
    const number = log.filter((entry) => entry.kind === kind).length
    return `${number} ${what}${number === 1 ? "" : "s"}`
  }
  return `${count("token", "token request")} for ${count("api", "API call")}`
}
