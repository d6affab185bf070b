// What an application does that signs its token requests: each key makes a JWT, or is refused.
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as JwtBearer from "@mintmark/core/JwtBearer"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Redacted from "effect/Redacted"

const acme = (algorithm) =>
  Provider.make({
    id: "acme",
    tokenEndpoint: "https://auth.acme.example/token",
    apiUrl: "https://api.acme.example",
    clientAuthentication: ClientAuthentication.omitted,
    grant: JwtBearer.selfSigned({ algorithm }),
    reply: TokenReply.Standard
  })

export const ask = ({ keys }) =>
  Effect.forEach(
    keys,
    ({ algorithm, key }) =>
      ProviderClient.make(acme(algorithm), { issuer: "my-client", privateKey: Redacted.make(key) }).pipe(
        Effect.flatMap(({ token }) => token),
        Effect.match({ onSuccess: ({ value }) => Redacted.value(value), onFailure: ({ message }) => message }),
        Effect.scoped
      )
  ).pipe(Effect.provide(FetchHttpClient.layer), Effect.runPromise)
