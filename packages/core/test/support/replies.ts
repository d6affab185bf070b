import { assert } from "@effect/vitest"
import * as TokenError from "@mintmark/core/TokenError"
import * as ReplyMeaning from "../../src/internal/engine/ReplyMeaning.ts"

/*
 * What is sent and what is replied, to try `ReplyMeaning` with.
 */

const clientCredentials: ReplyMeaning.Sent = {
  grant: "client_credentials",
  isRefresh: false,
  refusedAs: "client_credentials",
  hasClientSecret: true,
  hasFallback: false
}
const password: ReplyMeaning.Sent = {
  ...clientCredentials,
  grant: "password",
  refusedAs: "password",
  hasClientSecret: false
}
const refreshToken: ReplyMeaning.Sent = { ...password, grant: "refresh_token", isRefresh: true, hasFallback: true }
const confidentialRefreshToken: ReplyMeaning.Sent = { ...refreshToken, hasClientSecret: true }
const onlyRefreshToken: ReplyMeaning.Sent = { ...refreshToken, hasFallback: false }
export const everyone = { clientCredentials, password, refreshToken, confidentialRefreshToken, onlyRefreshToken }

export const reply = (status: number, code?: string): ReplyMeaning.Reply => ({ status, code, isEmpty: false })
export const empty = (status: number): ReplyMeaning.Reply => ({ status, code: undefined, isEmpty: true })

export const spring: ReplyMeaning.ErrorShape = { status: 401, error: "Unauthorized", means: "credentials" }

export const meaning = (
  sent: ReplyMeaning.Sent,
  reply: ReplyMeaning.Reply,
  shapes: ReadonlyArray<ReplyMeaning.ErrorShape> = []
): string => {
  const found = ReplyMeaning.meaningOf(sent, reply, shapes)
  return found === undefined
    ? "success"
    : "certain" in found
    ? `${found.reason}${found.certain ? "" : " (unclear)"}`
    : "kind" in found
    ? `${found.reason} (${found.kind})`
    : found.reason
}

export const reasonOf = (
  sent: ReplyMeaning.Sent,
  { code, status }: ReplyMeaning.Reply,
  found: ReplyMeaning.Meaning
) => {
  switch (found.reason) {
    case "CredentialsRefused":
      return new TokenError.CredentialsRefused({ status, code, certain: found.certain })
    case "GrantRefused":
      return new TokenError.GrantRefused({ status, code, certain: found.certain, grant: sent.grant })
    case "RequestRefused":
      return new TokenError.RequestRefused({ status, code, certain: found.certain })
    case "Throttled":
      return new TokenError.Throttled({ status })
    case "Unavailable":
      return new TokenError.Unavailable({ kind: found.kind, status })
    case "Unsafe":
      return new TokenError.Unsafe({ kind: found.kind, problem: "it redirects" })
    case "ReplyNotUnderstood":
      return new TokenError.ReplyNotUnderstood({ status, problem: "it is none" })
  }
}

export const consequence = (
  sent: ReplyMeaning.Sent,
  reply: ReplyMeaning.Reply,
  shapes: ReadonlyArray<ReplyMeaning.ErrorShape> = []
) => {
  const found = ReplyMeaning.meaningOf(sent, reply, shapes)
  assert(found !== undefined)
  return ReplyMeaning.consequenceOf(sent, reasonOf(sent, reply, found))
}
