import { assert } from "@effect/vitest"
import type * as TokenError from "@mintmark/core/TokenError"
import * as ReplyMeaning from "../../src/internal/engine/ReplyMeaning.ts"

/*
 * What is sent and what is replied, to try `ReplyMeaning` with.
 */

const clientCredentials: ReplyMeaning.Sent = {
  grant: "client_credentials",
  isRefresh: false,
  isPassword: false,
  hasClientSecret: true,
  hasFallback: false
}
const password: ReplyMeaning.Sent = {
  ...clientCredentials,
  grant: "password",
  isPassword: true,
  hasClientSecret: false
}
const refreshToken: ReplyMeaning.Sent = {
  ...clientCredentials,
  grant: "refresh_token",
  isRefresh: true,
  hasClientSecret: false,
  hasFallback: true
}
const confidentialRefreshToken: ReplyMeaning.Sent = { ...refreshToken, hasClientSecret: true }
const onlyRefreshToken: ReplyMeaning.Sent = { ...refreshToken, hasFallback: false }
export const everyone = { clientCredentials, password, refreshToken, confidentialRefreshToken, onlyRefreshToken }

export const reply = (status: number, code?: string): ReplyMeaning.Reply => ({ status, code, isEmpty: false })
export const empty = (status: number): ReplyMeaning.Reply => ({ status, code: undefined, isEmpty: true })

export const spring: ReplyMeaning.ErrorShape = { status: 401, error: "Unauthorized", means: "credentials" }

export const reasonOf = (
  sent: ReplyMeaning.Sent,
  reply: ReplyMeaning.Reply,
  shapes: ReadonlyArray<ReplyMeaning.ErrorShape> = [],
  table: Pick<typeof ReplyMeaning, "reasonOf"> = ReplyMeaning
): TokenError.Reason | undefined =>
  table.reasonOf(sent, reply, shapes, (about) => ({ status: reply.status, code: reply.code, check: about }))

export const nameOf = (reason: TokenError.Reason): string =>
  "kind" in reason
    ? `${reason._tag} (${reason.kind})`
    : "certain" in reason && !reason.certain
    ? `${reason._tag} (unclear)`
    : reason._tag

export const meaning = (...reply: Parameters<typeof reasonOf>): string => {
  const reason = reasonOf(...reply)
  return reason === undefined ? "success" : nameOf(reason)
}

export const consequence = (...reply: Parameters<typeof reasonOf>) => {
  const reason = reasonOf(...reply)
  assert(reason !== undefined)
  return ReplyMeaning.consequenceOf(reply[0], reason)
}
