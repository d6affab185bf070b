/**
 * The token exchange grant: another token is exchanged for an access token.
 *
 * @since 0.1.0
 */
import type { Grant } from "./Grant.ts"
import * as Ready from "./internal/request/readyToken.ts"

/**
 * The types of tokens that RFC 8693 registers.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-3 | RFC 8693 section 3}
 * @since 0.1.0
 * @category models
 */
export type TokenType =
  | "urn:ietf:params:oauth:token-type:access_token"
  | "urn:ietf:params:oauth:token-type:refresh_token"
  | "urn:ietf:params:oauth:token-type:id_token"
  | "urn:ietf:params:oauth:token-type:saml1"
  | "urn:ietf:params:oauth:token-type:saml2"
  | "urn:ietf:params:oauth:token-type:jwt"
  | (string & {})

/**
 * What is exchanged for what.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The type of the subject token: a JWT by default. */
  readonly subjectTokenType?: TokenType | undefined
  /** The type of the actor token: a JWT by default. Sent only with an actor token. */
  readonly actorTokenType?: TokenType | undefined
  /** The type of the token that is requested; the server's choice by default. */
  readonly requestedTokenType?: TokenType | undefined
}

/**
 * What an account needs: the subject token, and optionally the token of whoever acts for the subject. Give an effect
 * where they change: it is run for each token request. `Effect.map(source.get, ({ value }) => value)` is another
 * source's token; a file is read anew by `Effect.map(fs.readFileString(path), Redacted.make)`. White space around a
 * token, such as a file's last line break, is not sent.
 *
 * @since 0.1.0
 * @category models
 */
export type Tokens = { readonly subjectToken: "key"; readonly actorToken: "key?" }

/**
 * The token exchange grant. Audience and resource are parameters: `parameters: { audience: "…" }`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2.1 | RFC 8693 section 2.1}
 * @since 0.1.0
 * @category grants
 */
export const make = ({
  actorTokenType = "urn:ietf:params:oauth:token-type:jwt",
  requestedTokenType,
  subjectTokenType = "urn:ietf:params:oauth:token-type:jwt"
}: Options = {}): Grant<Tokens> => ({
  name: grantType,
  variant: { actorTokenType, requestedTokenType, subjectTokenType },
  needs: { subjectToken: "key", actorToken: "key?" },
  refusedAs: "client_credentials",
  validate: Ready.problem("subjectToken", "actorToken"),
  request: ({ actorToken, subjectToken }) => ({
    parameters: {
      grant_type: grantType,
      ...(requestedTokenType === undefined ? {} : { requested_token_type: requestedTokenType }),
      subject_token: Ready.trimmed(subjectToken),
      subject_token_type: subjectTokenType,
      ...(actorToken === undefined ? {} : { actor_token: Ready.trimmed(actorToken), actor_token_type: actorTokenType })
    }
  })
})

const grantType = "urn:ietf:params:oauth:grant-type:token-exchange"
