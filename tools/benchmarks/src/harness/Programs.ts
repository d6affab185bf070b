import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { providers } from "./Published.ts"

const service: Readonly<Record<typeof providers[number], string>> = {
  routee: "Routee",
  routera: "Routera",
  voipex: "Voipex",
  "vonage-contact-center": "VonageContactCenter"
}

/** What a program imports that sends HTTP requests without us. */
export const httpClientModules = ["effect/Effect", "effect/http/FetchHttpClient", "effect/http/HttpClient"]

const tokenBy = (provider: typeof providers[number]) =>
  `import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import { ${service[provider]} } from ${JSON.stringify(`@mintmark/${provider}`)}

const program = Effect.flatMap(${service[provider]}, (account) => account.token)

Effect.runPromise(program.pipe(
  Effect.provide(${service[provider]}.layerConfig()),
  Effect.provide(FetchHttpClient.layer)
))
`

/** The same request without us. */
const tokenByHttpClient = `import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"

const program = Effect.flatMap(
  HttpClient.post("https://auth.routee.net/oauth/token", {
    body: HttpBody.text("grant_type=client_credentials", "application/x-www-form-urlencoded")
  }),
  (response) => response.json
)

Effect.runPromise(program.pipe(Effect.provide(FetchHttpClient.layer)))
`

/**
 * What of core only those use who name it: each instead of the client's secret in the body, or besides it, with client
 * credentials; and a text that stands in its code alone.
 */
const options = {
  "clientSecretBasic": {
    facts: { clientAuthentication: "ClientAuthentication.clientSecretBasic" },
    mark: `"client_secret_basic"`
  },
  "clientSecretBasicRaw": {
    facts: { clientAuthentication: "ClientAuthentication.clientSecretBasicRaw" },
    mark: `"client_secret_basic_raw"`
  },
  "none": { facts: { clientAuthentication: "ClientAuthentication.none" }, mark: `name: "none"` },
  "PrivateKeyJwt": {
    facts: { clientAuthentication: `PrivateKeyJwt.make({ algorithm: "RS256" })` },
    mark: `"private_key_jwt"`
  },
  "password": { facts: { grant: "Grant.password" }, mark: `grant_type: "password"` },
  "refreshToken": { facts: { renewal: "Grant.refreshToken" }, mark: `grant_type: "refresh_token"` },
  "JwtBearer": { facts: { grant: `JwtBearer.make({ algorithm: "RS256" })` }, mark: "grant-type:jwt-bearer" },
  "TokenExchange": {
    facts: { grant: `TokenExchange.make({ subjectTokenType: "urn:ietf:params:oauth:token-type:jwt" })` },
    mark: "grant-type:token-exchange"
  },
  "Authorization.header": { facts: { authorization: `Authorization.header("x-token")` }, mark: "scheme: void 0" },
  "HostPart.label": { facts: { urlParts: "{ region: HostPart.label }" }, mark: "letters, digits and hyphens" }
} as const

const tokenWith = (facts: Readonly<Record<string, string>>) =>
  `import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Authorization from "@mintmark/core/Authorization"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as JwtBearer from "@mintmark/core/JwtBearer"
import * as PrivateKeyJwt from "@mintmark/core/PrivateKeyJwt"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import * as TokenExchange from "@mintmark/core/TokenExchange"
import * as TokenReply from "@mintmark/core/TokenReply"

const acme = Provider.make({
  id: "acme",
  tokenEndpoint: "https://auth.acme.example/token",
  apiUrl: "https://api.acme.example",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard${Object.entries(facts).map(([name, value]) => `,\n  ${name}: ${value}`).join("")}
})

Effect.runPromise(Effect.scoped(Effect.flatMap(ProviderClient.make(acme, globalThis.account), ({ token }) => token)).pipe(
  Effect.provide(FetchHttpClient.layer)
))
`

/** The smallest programs that get a token: for each, the file in which it was written. */
export const writePrograms = (folder: string) => {
  const write = (name: string, source: string) => {
    const file = join(folder, `${name}.js`)
    writeFileSync(file, source)
    return file
  }
  return {
    httpClient: write("http-client", tokenByHttpClient),
    /** A provider of the application's own. */
    own: write("own", tokenWith({})),
    /** The same, with one option more. */
    options: Object.entries(options).map(([name, { facts, mark }]) => ({
      name,
      mark,
      file: write(name, tokenWith(facts))
    })),
    providers: providers.map((provider) => {
      const name = `@mintmark/${provider}`
      return { name, file: write(provider, tokenBy(provider)) }
    })
  }
}
