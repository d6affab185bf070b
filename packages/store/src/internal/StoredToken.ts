import type { AccessToken, RefreshToken } from "@mintmark/core/AccessToken"
import * as Lifetime from "@mintmark/core/internal/engine/Lifetime"
import { TokenError, TokenErrorSchema } from "@mintmark/core/TokenError"
import * as TokenReply from "@mintmark/core/TokenReply"
import type { Need } from "@mintmark/core/TokenStore"
import * as Effect from "effect/Effect"
import { constUndefined, identity } from "effect/Function"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/*
 * Tokens and failures as texts that a database can hold, with its times for ours. `ahead` is by how much this process's
 * clock is ahead of the database's, in milliseconds.
 */

const StoredRefreshToken = Schema.Struct({
  value: Schema.NonEmptyString,
  expiresAt: Schema.optionalKey(Schema.Finite)
})

const Stored = Schema.fromJsonString(Schema.Struct({
  value: Schema.NonEmptyString,
  requestedAt: Schema.Finite,
  expiresAt: Schema.Finite,
  scopes: Schema.Array(Schema.String),
  refreshToken: Schema.optionalKey(StoredRefreshToken),
  reply: Schema.Unknown,
  apiUrl: Schema.optionalKey(Schema.String)
}))
const encodeStored = Schema.encodeEffect(Stored)
const decodeStored = Schema.decodeEffect(Stored)

const written = ({ expiresAt, value }: RefreshToken, ahead: number): typeof StoredRefreshToken.Type => ({
  value: Redacted.value(value),
  ...(expiresAt === undefined ? undefined : { expiresAt: expiresAt - ahead })
})

const asRead = ({ expiresAt, value }: typeof StoredRefreshToken.Type, ahead: number): RefreshToken => ({
  value: Redacted.make(value, { label: "refresh token" }),
  expiresAt: expiresAt === undefined ? undefined : Math.min(expiresAt + ahead, Lifetime.endOfTime)
})

/** Writes a token; `undefined` where the provider's part of it can't be written. */
export const write = <Reply>(
  { reply }: Pick<Need<Reply>, "reply">,
  token: AccessToken<Reply>,
  ahead: number
): Effect.Effect<string | undefined> => {
  const { apiUrl, refreshToken } = token
  return Schema.encodeEffect(TokenReply.more(reply))(token.reply).pipe(
    Effect.flatMap((reply) =>
      encodeStored({
        value: Redacted.value(token.value),
        requestedAt: token.requestedAt - ahead,
        expiresAt: token.expiresAt - ahead,
        scopes: token.scopes,
        ...(refreshToken === undefined ? undefined : { refreshToken: written(refreshToken, ahead) }),
        reply,
        ...(apiUrl === undefined ? undefined : { apiUrl })
      })
    ),
    Effect.matchCause({ onSuccess: identity, onFailure: constUndefined })
  )
}

/** Reads a token; `undefined` where the text is not one of this provider's. */
export const read = <Reply>(
  { reply }: Pick<Need<Reply>, "reply">,
  text: string,
  ahead: number
): Effect.Effect<AccessToken<Reply> | undefined> =>
  decodeStored(text).pipe(
    Effect.flatMap((stored) =>
      Effect.map(Schema.decodeUnknownEffect(TokenReply.more(reply))(stored.reply), (reply) => ({
        value: Redacted.make(stored.value, { label: "access token" }),
        requestedAt: stored.requestedAt + ahead,
        expiresAt: Math.min(stored.expiresAt + ahead, Lifetime.endOfTime),
        scopes: stored.scopes,
        refreshToken: stored.refreshToken && asRead(stored.refreshToken, ahead),
        reply,
        ...(stored.apiUrl === undefined ? undefined : { apiUrl: stored.apiUrl })
      }))
    ),
    Effect.matchCause({ onSuccess: identity, onFailure: constUndefined })
  )

/** Whether a text holds this very token. */
export const holds = (text: string, token: AccessToken): Effect.Effect<boolean> =>
  decodeStored(text).pipe(
    Effect.map((stored) => stored.value === Redacted.value(token.value)),
    Effect.orElseSucceed(() => false)
  )

const Newest = Schema.fromJsonString(Schema.Struct({ refreshToken: Schema.optionalKey(StoredRefreshToken) }))
const decodeNewest = Schema.decodeEffect(Newest)

/** Writes the newest refresh token; `undefined` for the one that the application gave. */
export const writeRefreshToken = (refreshToken: RefreshToken | undefined, ahead: number): string =>
  JSON.stringify({ refreshToken: refreshToken && written(refreshToken, ahead) })

/** Reads the newest refresh token; `undefined` where the text is none of ours. */
export const readRefreshToken = (
  text: string,
  ahead: number
): Effect.Effect<{ readonly refreshToken: RefreshToken | undefined } | undefined> =>
  decodeNewest(text).pipe(
    Effect.map(({ refreshToken }) => ({ refreshToken: refreshToken && asRead(refreshToken, ahead) })),
    Effect.matchCause({ onSuccess: identity, onFailure: constUndefined })
  )

const Failure = Schema.fromJsonString(Schema.toCodecJson(TokenErrorSchema))
const encodeFailure = Schema.encodeEffect(Failure)
const decodeFailure = Schema.decodeEffect(Failure)

/** Writes a failure. */
export const writeFailure = (error: TokenError): Effect.Effect<string> => Effect.orDie(encodeFailure(error))

/** Reads a failure that applies until `retryAt`, by this process's clock. */
export const readFailure = (text: string, retryAt: number): Effect.Effect<TokenError | undefined> =>
  decodeFailure(text).pipe(
    Effect.map((error) => new TokenError({ ...error, retryAt })),
    Effect.matchCause({ onSuccess: identity, onFailure: constUndefined })
  )
