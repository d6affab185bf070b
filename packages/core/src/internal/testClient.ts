import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Record from "effect/Record"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as ClientAuthentication from "../ClientAuthentication.ts"
import * as Grant from "../Grant.ts"
import type * as Provider from "../Provider.ts"
import * as ProviderClient from "../ProviderClient.ts"
import { reveal } from "./plain.ts"

/** A client of a provider whose tokens are made here: everything is real except for the reply. */
export const testClient = <Reply>(
  provider: Provider.Provider<Reply>,
  { http = unexpected, reply, token = "test-token" }: {
    readonly token?: string | Redacted.Redacted | undefined
    readonly reply?: Readonly<Record<string, unknown>> | undefined
    readonly http?: HttpClient.HttpClient | undefined
  }
): Effect.Effect<ProviderClient.ProviderClient<Reply>, never, Scope.Scope> => {
  const grant = Grant.produce({
    name: "test",
    needs: {},
    refusedAs: "client_credentials",
    produce: () => Effect.succeed({ access_token: reveal(token), token_type: "Bearer", expires_in: 3600, ...reply })
  })
  const known = {
    ...provider,
    // Its URLs have any parts, and it has no account.
    urlParts: Record.map(provider.urlParts, () => anything),
    defaults: { ...Record.map(provider.urlParts, () => "test"), ...provider.defaults },
    names: {},
    clientAuthentication: ClientAuthentication.omitted,
    grant,
    renewal: undefined,
    scopesRequired: false
  }
  return ProviderClient.make(known, {}).pipe(Effect.provideService(HttpClient.HttpClient, http), Effect.orDie)
}

const anything = { pattern: /.*/s, description: "" }

const unexpected = HttpClient.make((request) =>
  Effect.fail(
    new HttpClientError.HttpClientError({
      reason: new HttpClientError.TransportError({ request, description: "the test gives layerTest no http" })
    })
  )
)
