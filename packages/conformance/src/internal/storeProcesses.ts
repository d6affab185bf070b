import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import type { TokenError } from "@mintmark/core/TokenError"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as TokenSource from "@mintmark/core/TokenSource"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

/** What every secret of these checks holds. */
export const canary = "c4n4ry"

const facts = {
  id: "acme",
  tokenEndpoint: "https://auth.acme.test/token",
  apiUrl: "https://api.acme.test",
  clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
  reply: TokenReply.make({ tier: Schema.String, identity: Schema.RedactedFromValue(Schema.String) })
}

const ofClient = Provider.make({ ...facts, grant: Grant.clientCredentials })
const ofPerson = Provider.make({ ...facts, grant: Grant.password, renewal: Grant.refreshToken })
const ofConsole = Provider.make({ ...facts, grant: Grant.refreshToken, renewal: Grant.refreshToken })

/**
 * By which grant a process requests tokens. With the password grant there are refresh tokens; with a refresh token there
 * is no other credential.
 */
export type Kind = "client" | "password" | "refresh token"

const source = (kind: Kind, secret: string, scopes: ReadonlyArray<string>) => {
  const client = { clientId: "client", clientSecret: Redacted.make(`${canary}-secret`) }
  return kind === "client"
    ? TokenSource.make(ofClient, { ...client, scopes: [secret] })
    : kind === "refresh token"
    ? TokenSource.make(ofConsole, { ...client, refreshToken: Redacted.make(`${canary}-${secret}`), scopes })
    : TokenSource.make(ofPerson, {
      ...client,
      username: "user",
      password: Redacted.make(`${canary}-${secret}`),
      scopes
    })
}

/** An authorization server that numbers its tokens, and keeps the requests that it got. */
export class Server {
  readonly grants: Array<string> = []
  readonly refreshTokens: Array<string> = []
  /** Replies that take precedence, one for each request. */
  readonly next: Array<Effect.Effect<Response>> = []
  expiresIn = 3600

  readonly http = HttpClient.make((request) =>
    Effect.gen({ self: this }, function*() {
      const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      const form = new URLSearchParams(body)
      this.grants.push(form.get("grant_type") ?? "")
      this.refreshTokens.push(...form.getAll("refresh_token"))
      const number = this.grants.length
      const reply = this.next.shift() ?? Effect.sync(() => this.reply(number))
      return HttpClientResponse.fromWeb(request, yield* reply)
    })
  )

  reply(number: number): Response {
    return Response.json({
      access_token: `${canary}-access-${number}`,
      refresh_token: `${canary}-refresh-${number}`,
      identity: `${canary}-identity-${number}`,
      tier: "gold",
      token_type: "Bearer",
      expires_in: this.expiresIn
    })
  }
}

/** A token source as another process has it: with a store, and a memory of its own. */
export const start = (
  store: Layer.Layer<never, TokenError>,
  http: HttpClient.HttpClient,
  kind: Kind,
  secret = "account",
  scopes: ReadonlyArray<string> = []
): Effect.Effect<TokenSource.TokenSource, TokenError, Scope.Scope> =>
  Effect.flatMap(
    Layer.build(store),
    (context) =>
      source(kind, secret, scopes).pipe(
        Effect.provideContext(context),
        Effect.provideService(HttpClient.HttpClient, http)
      )
  )

/** Lets real time pass, whatever clock a process has. */
export const pause = (millis: number): Effect.Effect<void> =>
  Effect.promise(() => new Promise((resolve) => setTimeout(resolve, millis)))
