import type * as AccessToken4 from "@mintmark/core/AccessToken"
import * as Redacted4 from "effect-4/Redacted"
import * as Redacted from "effect/Redacted"
import type { AccessToken } from "../AccessToken.ts"

/** The engine's token, as the application sees it. */
export const toAccessToken = <Reply4, Reply>(
  token: AccessToken4.AccessToken<Reply4>,
  toReply: (reply: Reply4) => Reply
): AccessToken<Reply> => ({
  value: toRedacted(token.value),
  requestedAt: token.requestedAt,
  expiresAt: token.expiresAt,
  scopes: token.scopes,
  refreshToken: token.refreshToken && {
    value: toRedacted(token.refreshToken.value),
    expiresAt: token.refreshToken.expiresAt
  },
  reply: toReply(token.reply),
  ...(token.apiUrl !== undefined && { apiUrl: token.apiUrl })
})

/** The application's token, as the engine compares it with its own. */
export const fromAccessToken = (token: AccessToken): AccessToken4.AccessToken => ({
  value: fromRedacted(token.value),
  requestedAt: token.requestedAt,
  expiresAt: token.expiresAt,
  scopes: token.scopes,
  refreshToken: undefined,
  reply: undefined
})

export const toRedacted = (secret: Redacted4.Redacted): Redacted.Redacted => Redacted.make(Redacted4.value(secret))

export const fromRedacted = (secret: Redacted.Redacted): Redacted4.Redacted => Redacted4.make(Redacted.value(secret))
