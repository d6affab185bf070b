import type * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import type { TokenError } from "@mintmark/core/TokenError"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as TokenSource from "@mintmark/core/TokenSource"
import * as RedisTokenStore from "@mintmark/store/RedisTokenStore"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import type * as Redis from "effect/persistence/Redis"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { eventually } from "./eventually.ts"
import { acme, acmeOfPersons, keys } from "./fleet.ts"

/** What must show up nowhere in a store: every text that a member knows or is given holds this. */
export const canary = "c4n4ry"

/** A server with client credentials, and one with a password and refresh tokens. */
export const providers = {
  plain: acme(TokenReply.make({ account: Schema.String })),
  renewing: acmeOfPersons(
    TokenReply.make({ idToken: Schema.RedactedFromValue(Schema.String) }, { fields: { idToken: "id_token" } })
  )
}

const client = { clientId: `${canary}-id`, clientSecret: Redacted.make(`${canary}-secret`) }

const sourceOf = (kind: keyof typeof providers) =>
  kind === "plain"
    ? TokenSource.make<unknown, ClientAuthentication.ClientSecret, {}>(providers.plain, client)
    : TokenSource.make(providers.renewing, {
      ...client,
      username: `${canary}-user`,
      password: Redacted.make(`${canary}-password`)
    })

/** An authorization server that numbers its tokens, and notes the grants that it was asked with. */
export class NumberingServer {
  readonly grants: Array<string> = []
  /** The refresh tokens that it was asked with. */
  readonly spent: Array<string> = []
  /** Answers in the ordinary answer's place, as long as there are any. */
  readonly instead: Array<() => Response> = []
  expiresIn = 3600
  /** How long an answer takes. */
  answering: Effect.Effect<void> = Effect.void

  /** Until it was asked so often. */
  arrived(requests: number): Effect.Effect<void> {
    return eventually(() => this.grants.length >= requests)
  }

  readonly http = HttpClient.make((request) =>
    Effect.gen({ self: this }, function*() {
      const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      const form = new URLSearchParams(body)
      this.grants.push(form.get("grant_type") ?? "none")
      this.spent.push(...form.getAll("refresh_token"))
      const number = this.grants.length
      yield* this.answering
      const answer = this.instead.shift() ?? (() =>
        Response.json({
          access_token: `${canary}-access-${number}`,
          refresh_token: `${canary}-refresh-${number}`,
          id_token: `${canary}-identity-${number}`,
          account: `${canary}-account`,
          token_type: "Bearer",
          expires_in: this.expiresIn
        }))
      return HttpClientResponse.fromWeb(request, answer())
    })
  )
}

/** A token source with a store and a memory of its own, as another process has it. */
export const joinWith = <E>(
  store: Layer.Layer<never, TokenError | E>,
  server: { readonly http: HttpClient.HttpClient },
  kind: keyof typeof providers = "plain"
): Effect.Effect<TokenSource.TokenSource, TokenError | E, Scope.Scope> =>
  Effect.gen(function*() {
    const context: Context.Context<never> = yield* Layer.build(store)
    return yield* sourceOf(kind).pipe(
      Effect.provideContext(context),
      Effect.provideService(HttpClient.HttpClient, server.http)
    )
  })

/** The same through Redis, with a store that allows for a busy machine: that is not a fault of Redis. */
export const join = <E>(
  redis: Layer.Layer<Redis.Redis, E>,
  server: { readonly http: HttpClient.HttpClient },
  kind?: keyof typeof providers,
  options?: Partial<RedisTokenStore.Options>
) =>
  joinWith(
    RedisTokenStore.layer({ keys, budget: "1 minute", lease: "1 minute", ...options }).pipe(Layer.provide(redis)),
    server,
    kind
  )
