import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import type { TokenError } from "@mintmark/core/TokenError"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as TokenSource from "@mintmark/core/TokenSource"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { oauth2Server } from "./support/oauth2Server.ts"
import { oidcProvider } from "./support/oidcProvider.ts"
import type { RealServer } from "./support/RealServer.ts"

type Method = ClientAuthentication.ClientAuthentication<ClientAuthentication.ClientSecret>

interface Subject {
  readonly name: string
  readonly server: Effect.Effect<RealServer, never, Scope.Scope>
  readonly clientAuthentication: Method
  /** The way of writing a Basic header that this server doesn't read. */
  readonly other: Method
  /** Whether a refresh token that is used twice takes all tokens of its family with it. */
  readonly reuseEndsFamily: boolean
}

const subjects: ReadonlyArray<Subject> = [
  {
    name: "oidc-provider",
    server: oidcProvider,
    clientAuthentication: ClientAuthentication.clientSecretBasic,
    other: ClientAuthentication.clientSecretBasicRaw,
    reuseEndsFamily: true
  },
  {
    name: "@node-oauth/oauth2-server",
    server: oauth2Server,
    clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
    other: ClientAuthentication.clientSecretBasic,
    reuseEndsFamily: false
  }
]

const source = Effect.fnUntraced(function*(
  server: RealServer,
  clientAuthentication: Method,
  grant: "client_credentials" | "password",
  changed: Partial<RealServer> = {}
) {
  const { clientId, clientSecret, password, tokenEndpoint, username } = { ...server, ...changed }
  const known = {
    id: "real",
    tokenEndpoint,
    apiUrl: tokenEndpoint,
    clientAuthentication,
    renewal: Grant.refreshToken,
    reply: TokenReply.Standard
  }
  const client = { clientId, clientSecret: Redacted.make(clientSecret) }
  return yield* (grant === "password"
    ? TokenSource.make(Provider.make({ ...known, grant: Grant.password }), {
      ...client,
      username,
      password: Redacted.make(password)
    })
    : TokenSource.make(Provider.make({ ...known, grant: Grant.clientCredentials }), client))
})

const reason = (call: Effect.Effect<unknown, TokenError>) => Effect.map(Effect.flip(call), (error) => error.reason._tag)

const refreshTokenOf = (
  token: { readonly refreshToken: { readonly value: Redacted.Redacted } | undefined }
): string => {
  assert(token.refreshToken !== undefined)
  return Redacted.value(token.refreshToken.value)
}

for (const { clientAuthentication, name, other, reuseEndsFamily, server } of subjects) {
  for (const [client, layer] of [["fetch", FetchHttpClient.layer], ["undici", NodeHttpClient.layerUndici]] as const) {
    describe(`${name}, over ${client}`, () => {
      it.effect("issues a token for client credentials, and accepts it", () =>
        Effect.gen(function*() {
          const real = yield* server
          const { get } = yield* source(real, clientAuthentication, "client_credentials")
          const token = yield* get
          assert.isTrue(yield* real.knows(Redacted.value(token.value)))
          // The server counts in whole seconds of its own.
          assert.approximately(token.expiresAt - token.requestedAt, 3_600_000, 10_000)
          assert.deepStrictEqual(real.grants(), ["client_credentials"])
        }).pipe(Effect.provide(layer)))

      it.effect("issues a token for a password, and another for the refresh token after the first has expired", () =>
        Effect.gen(function*() {
          const real = yield* server
          const { get } = yield* source(real, clientAuthentication, "password")
          const first = yield* get
          yield* TestClock.adjust("1 hour")
          const second = yield* get
          assert.isTrue(yield* real.knows(Redacted.value(second.value)))
          assert.notStrictEqual(Redacted.value(first.value), Redacted.value(second.value))
          assert.notStrictEqual(refreshTokenOf(first), refreshTokenOf(second))
          assert.deepStrictEqual(real.grants(), ["password", "refresh_token"])
        }).pipe(Effect.provide(layer)))

      it.effect("refuses a wrong secret, which is not sent again", () =>
        Effect.gen(function*() {
          const real = yield* server
          const { get } = yield* source(real, clientAuthentication, "client_credentials", { clientSecret: "wrong" })
          assert.strictEqual(yield* reason(get), "CredentialsRefused")
          assert.strictEqual(yield* reason(get), "CredentialsRefused")
          assert.strictEqual(real.grants().length, 1)
        }).pipe(Effect.provide(layer)))

      it.effect("refuses a wrong password, which is not sent again", () =>
        Effect.gen(function*() {
          const real = yield* server
          const { get } = yield* source(real, clientAuthentication, "password", { password: "wrong" })
          assert.strictEqual(yield* reason(get), "GrantRefused")
          yield* TestClock.adjust("1 day")
          assert.strictEqual(yield* reason(get), "GrantRefused")
          assert.strictEqual(real.grants().length, 1)
        }).pipe(Effect.provide(layer)))

      it.effect("refuses the right secret in the other encoding of a Basic header", () =>
        Effect.gen(function*() {
          const real = yield* server
          // A colon has no place in an id that isn't encoded.
          const clientId = real.clientId.replace(":", "")
          const { get } = yield* source(real, other, "client_credentials", { clientId })
          assert.strictEqual(yield* reason(get), "CredentialsRefused")
        }).pipe(Effect.provide(layer)))

      it.effect("receives the password within the same call when the refresh token was revoked", () =>
        Effect.gen(function*() {
          const real = yield* server
          const { get } = yield* source(real, clientAuthentication, "password")
          yield* real.revoke(refreshTokenOf(yield* get))
          yield* TestClock.adjust("1 hour")
          assert.isTrue(yield* real.knows(Redacted.value((yield* get).value)))
          assert.deepStrictEqual(real.grants(), ["password", "refresh_token", "password"])
        }).pipe(Effect.provide(layer)))

      it.effect("receives one renewal for three concurrent calls, and each refresh token once", () =>
        Effect.gen(function*() {
          const real = yield* server
          const { get, renew } = yield* source(real, clientAuthentication, "password")
          yield* get
          for (let round = 0; round < 3; round++) {
            const tokens = yield* Effect.all([renew, renew, renew], { concurrency: "unbounded" })
            assert.strictEqual(new Set(tokens.map(({ value }) => Redacted.value(value))).size, 1)
          }
          assert.deepStrictEqual(real.grants(), ["password", "refresh_token", "refresh_token", "refresh_token"])
          assert.isTrue(yield* real.knows(Redacted.value((yield* get).value)))
        }).pipe(Effect.provide(layer)))

      it.effect("receives the password when another client has used the refresh token", () =>
        Effect.gen(function*() {
          const real = yield* server
          const { get } = yield* source(real, clientAuthentication, "password")
          const token = yield* get
          const thief = (refreshToken: string) =>
            Effect.promise(() =>
              fetch(real.tokenEndpoint, {
                method: "POST",
                headers: { authorization: basic(real, clientAuthentication) },
                body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken })
              }).then((response) => response.status)
            )
          assert.strictEqual(yield* thief(refreshTokenOf(token)), 200)
          yield* TestClock.adjust("1 hour")
          assert.isTrue(yield* real.knows(Redacted.value((yield* get).value)))
          assert.deepStrictEqual(real.grants(), ["password", "refresh_token", "refresh_token", "password"])
          assert.strictEqual(yield* real.knows(Redacted.value(token.value)), !reuseEndsFamily)
        }).pipe(Effect.provide(layer)))
    })
  }
}

const basic = ({ clientId, clientSecret }: RealServer, clientAuthentication: Method): string => {
  const half = clientAuthentication === ClientAuthentication.clientSecretBasic
    ? encodeURIComponent
    : (text: string) => text
  return `Basic ${Buffer.from(`${half(clientId)}:${half(clientSecret)}`).toString("base64")}`
}
