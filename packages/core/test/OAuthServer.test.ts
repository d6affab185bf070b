import { assert, describe, it } from "@effect/vitest"
import * as AccessToken from "@mintmark/core/AccessToken"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Discovery from "@mintmark/core/Discovery"
import * as OAuthServer from "@mintmark/core/OAuthServer"
import * as PrivateKeyJwt from "@mintmark/core/PrivateKeyJwt"
import { retrySchedule } from "@mintmark/core/TokenError"
import * as Clock from "effect/Clock"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { generateKeyPairSync } from "node:crypto"
import { Provider as OidcProvider } from "oidc-provider"
import { oidcProvider } from "./support/oidcProvider.ts"
import { serve } from "./support/RealServer.ts"

const issuer = "https://login.acme.test/tenant"
const metadata = {
  issuer,
  token_endpoint: "https://login.acme.test/tenant/token",
  token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt"],
  scopes_supported: ["read"],
  mtls_endpoint_aliases: { token_endpoint: "https://mtls.acme.test/token" }
}

/** A server of documents by URL; what it doesn't have is a 404 in HTML. */
const serving = (documents: Record<string, () => Response>) => {
  const seen: Array<string> = []
  const http = HttpClient.make((request, url) =>
    Effect.sync(() => {
      seen.push(`${request.method} ${url.href}`)
      const found = documents[url.href]
      return HttpClientResponse.fromWeb(
        request,
        found?.() ?? new Response("<h1>Not found</h1>", { status: 404, headers: { "content-type": "text/html" } })
      )
    })
  )
  return { documents, http, seen }
}

const openId = `${issuer}/.well-known/openid-configuration`
const oauth = "https://login.acme.test/.well-known/oauth-authorization-server/tenant"

const discover = (server: { readonly http: HttpClient.HttpClient }, options: Partial<Discovery.Options> = {}) =>
  Discovery.make({ id: "acme", issuer, ...options }).pipe(Effect.provideService(HttpClient.HttpClient, server.http))

const reasonOf = (server: { readonly http: HttpClient.HttpClient }, options?: Partial<Discovery.Options>) =>
  Effect.map(Effect.flip(Effect.flatten(discover(server, options))), ({ reason }) => reason)

describe("Discovery", () => {
  it.effect("does not accept a wrong type of an option from JavaScript: names it", () =>
    Effect.gen(function*() {
      const server = serving({ [openId]: () => Response.json(metadata) })
      const wrong = [
        ["deadline", "soon"],
        ["deadline", Infinity],
        ["timeToLive", "soon"],
        ["issuer", 7],
        ["insecure", "false"],
        ["insecure", 1]
      ] as const
      for (const [option, value] of wrong) {
        const given: object = { [option]: value }
        const reason = yield* reasonOf(server, given)
        assert.deepInclude(reason, { _tag: "InvalidOption", option })
      }
      assert.lengthOf(server.seen, 0)
    }))

  it.effect("reads OpenID Connect metadata", () =>
    Effect.gen(function*() {
      const server = serving({ [openId]: () => Response.json(metadata) })
      const found = yield* yield* discover(server)
      assert.deepStrictEqual(found, {
        issuer,
        tokenEndpoint: "https://login.acme.test/tenant/token",
        tokenEndpointAuthMethods: ["client_secret_post", "private_key_jwt"],
        scopes: ["read"],
        mtlsEndpointAliases: { tokenEndpoint: "https://mtls.acme.test/token" }
      })
      assert.deepStrictEqual(server.seen, [`GET ${openId}`])
    }))

  it.effect("takes null for a field that the server doesn't have, but for what is needed", () =>
    Effect.gen(function*() {
      const nulls = {
        token_endpoint_auth_methods_supported: null,
        token_endpoint_auth_signing_alg_values_supported: null,
        grant_types_supported: null,
        scopes_supported: null,
        mtls_endpoint_aliases: null
      }
      const server = serving({ [openId]: () => Response.json({ ...metadata, ...nulls }) })
      assert.deepStrictEqual(yield* yield* discover(server), { issuer, tokenEndpoint: metadata.token_endpoint })
      const aliases = { mtls_endpoint_aliases: { token_endpoint: null, revocation_endpoint: null } }
      server.documents[openId] = () => Response.json({ ...metadata, ...aliases })
      assert.deepStrictEqual((yield* yield* discover(server)).mtlsEndpointAliases, {})
      server.documents[openId] = () => Response.json({ ...metadata, token_endpoint: null })
      assert.strictEqual((yield* reasonOf(server))._tag, "ReplyNotUnderstood")
    }))

  it.effect("reads it again after an hour, also where the wall clock was set back in the meantime", () =>
    Effect.gen(function*() {
      const server = serving({ [openId]: () => Response.json(metadata) })
      const clock = yield* Clock.clockWith(Effect.succeed)
      let setBack = 0
      const get = yield* discover(server).pipe(
        Effect.provideService(Clock.Clock, {
          ...clock,
          currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() - setBack,
          monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
          sleep: (duration) => clock.sleep(duration)
        })
      )
      yield* get
      setBack = 2 * 3_600_000
      yield* get
      assert.lengthOf(server.seen, 1)
      yield* TestClock.adjust("61 minutes")
      yield* get
      assert.lengthOf(server.seen, 2)
    }))

  it.effect("reads RFC 8414 metadata where there is no OpenID Connect metadata", () =>
    Effect.gen(function*() {
      const server = serving({ [oauth]: () => Response.json(metadata) })
      assert.strictEqual((yield* yield* discover(server)).tokenEndpoint, metadata.token_endpoint)
      assert.deepStrictEqual(server.seen, [`GET ${openId}`, `GET ${oauth}`])
    }))

  for (
    const [what, answer] of [
      ["redirects to a page", () => Response.redirect("https://login.acme.test/sign-in", 302)],
      ["fails", () => new Response(null, { status: 500 })],
      ["has another document", () => Response.json({ error: "not_found" })],
      ["has a page", () => new Response("<h1>Welcome</h1>", { headers: { "content-type": "text/html" } })]
    ] as const
  ) {
    it.effect(`reads RFC 8414 metadata if the server ${what} at OpenID Connect's URL`, () =>
      Effect.gen(function*() {
        const server = serving({ [openId]: answer, [oauth]: () => Response.json(metadata) })
        assert.strictEqual((yield* yield* discover(server)).tokenEndpoint, metadata.token_endpoint)
        assert.deepStrictEqual(server.seen, [`GET ${openId}`, `GET ${oauth}`])
      }))
  }

  it.effect("sends one request if the server can't be reached", () =>
    Effect.gen(function*() {
      let requests = 0
      const http = HttpClient.make((request) => {
        requests++
        return Effect.fail(
          new HttpClientError.HttpClientError({
            reason: new HttpClientError.TransportError({
              request,
              cause: Object.assign(new Error(), { code: "ECONNREFUSED", syscall: "connect" })
            })
          })
        )
      })
      assert.include(yield* reasonOf({ http }), { _tag: "Unavailable", kind: "connection" })
      assert.strictEqual(requests, 1)
    }))

  it.effect("caches it for an hour, and longer while the server can't be reached", () =>
    Effect.gen(function*() {
      const server = serving({ [openId]: () => Response.json(metadata) })
      const get = yield* discover(server)
      yield* Effect.all(Array.from({ length: 100 }, () => get), { concurrency: "unbounded" })
      assert.strictEqual(server.seen.length, 1)
      yield* TestClock.adjust("61 minutes")
      server.documents[openId] = () => Response.json({ ...metadata, token_endpoint: "https://login.acme.test/new" })
      assert.strictEqual((yield* get).tokenEndpoint, "https://login.acme.test/new")
      yield* TestClock.adjust("61 minutes")
      server.documents[openId] = () => new Response(null, { status: 503 })
      assert.strictEqual((yield* get).tokenEndpoint, "https://login.acme.test/new")
    }))

  for (
    const [what, answer] of [
      ["another issuer", () => Response.json({ ...metadata, issuer: "https://evil.test" })],
      ["the issuer with a slash more", () => Response.json({ ...metadata, issuer: `${issuer}/` })],
      ["an issuer for all tenants", () => Response.json({ ...metadata, issuer: "https://login.acme.test/{tenantid}" })],
      [
        "a token endpoint without TLS",
        () => Response.json({ ...metadata, token_endpoint: "http://login.acme.test/t" })
      ],
      [
        "a token endpoint without TLS on this machine",
        () => Response.json({ ...metadata, token_endpoint: "http://127.0.0.1:8080/t" })
      ],
      ["a redirect", () => Response.redirect("https://evil.test", 302)]
    ] as const
  ) {
    it.effect(`fails with Unsafe for metadata of ${what}`, () =>
      Effect.gen(function*() {
        const server = serving({ [openId]: answer })
        const reason = yield* reasonOf(server)
        assert.strictEqual(reason._tag, "Unsafe")
        assert.notInclude(reason.message, "evil")
        assert.isFalse(server.seen.some((url) => url.includes("evil")))
      }))
  }

  for (
    const [what, answer] of [
      ["a page", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
      ["no token endpoint", () => Response.json({ issuer })],
      ["an array", () => Response.json([])],
      ["a token endpoint that is a number", () => Response.json({ ...metadata, token_endpoint: 7 })]
    ] as const
  ) {
    it.effect(`fails with ReplyNotUnderstood for ${what}`, () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* reasonOf(serving({ [openId]: answer })))._tag, "ReplyNotUnderstood")
      }))
  }

  it.effect("fails with Unavailable if the server fails", () =>
    Effect.gen(function*() {
      const server = serving({ [openId]: () => new Response(null, { status: 503 }) })
      assert.include(yield* reasonOf(server), { _tag: "Unavailable", status: 503 })
    }))

  it.effect("fails with Unsafe for a token endpoint without TLS at another origin, also where that is allowed", () =>
    Effect.gen(function*() {
      const internal = "http://login.internal"
      const at = `${internal}/.well-known/openid-configuration`
      const server = serving({
        [at]: () => Response.json({ issuer: internal, token_endpoint: "http://auth.internal/token" })
      })
      assert.strictEqual((yield* reasonOf(server, { issuer: internal, insecure: true }))._tag, "Unsafe")
      server.documents[at] = () => Response.json({ issuer: internal, token_endpoint: `${internal}/token` })
      const { tokenEndpoint } = yield* yield* discover(server, { issuer: internal, insecure: true })
      assert.strictEqual(tokenEndpoint, `${internal}/token`)
    }))

  it.effect("does not accept an invalid issuer: fails before any request", () =>
    Effect.gen(function*() {
      const server = serving({})
      for (const wrong of ["", "login.acme.test", "http://login.acme.test", `${issuer}?a`, `${issuer}#a`]) {
        assert.include(yield* reasonOf(server, { issuer: wrong }), { _tag: "InvalidOption", option: "issuer" })
      }
      assert.deepStrictEqual(server.seen, [])
    }))
})

const account = { apiUrl: "https://api.acme.test", clientId: "id", clientSecret: Redacted.make("s3cret") }

/** What a caller without types may give. */
const untyped = (options: object): OAuthServer.Options => Object.assign({ ...account }, options)

describe("OAuthServer", () => {
  it.live("gets a token from a real server by its issuer alone, and sends it with requests", () =>
    Effect.gen(function*() {
      const real = yield* oidcProvider
      const { OAuthServer: Service } = OAuthServer
      const layer = Service.layer({
        issuer: real.tokenEndpoint.replace("/token", ""),
        apiUrl: "https://api.acme.test",
        clientId: real.clientId,
        clientSecret: Redacted.make(real.clientSecret)
      })
      const token = yield* Service.use(({ token }) => token).pipe(Effect.provide(layer))
      assert.match(AccessToken.authorization(token), /^Bearer ./)
      assert.deepStrictEqual(real.grants(), ["client_credentials"])
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  const issuing = (more: Record<string, () => Response> = {}) =>
    serving({
      [openId]: () => Response.json(metadata),
      "https://login.acme.test/tenant/token": () =>
        Response.json({ access_token: "token", token_type: "Bearer", expires_in: 60 }),
      ...more
    })

  it.effect("needs no issuer if it has the token endpoint", () =>
    Effect.gen(function*() {
      const server = issuing()
      const { token } = yield* OAuthServer.make({ ...account, tokenEndpoint: metadata.token_endpoint }).pipe(
        Effect.provideService(HttpClient.HttpClient, server.http)
      )
      yield* token
      assert.deepStrictEqual(server.seen, [`POST ${metadata.token_endpoint}`])
    }))

  it.effect("names the options to check where the client is refused, and their variables, if it has an id", () =>
    Effect.gen(function*() {
      const server = serving({
        [metadata.token_endpoint]: () => Response.json({ error: "invalid_client" }, { status: 401 })
      })
      const { token } = yield* OAuthServer.make({
        ...account,
        id: "my-server",
        tokenEndpoint: metadata.token_endpoint
      }).pipe(Effect.provideService(HttpClient.HttpClient, server.http))
      const { message } = yield* Effect.flip(token)
      assert.include(message, "; check clientId (MY_SERVER_CLIENT_ID) and clientSecret (MY_SERVER_CLIENT_SECRET);")
    }))

  it.live("gets a token for a resource, by the issuer of a real server", () =>
    Effect.gen(function*() {
      const resources: Array<string> = []
      const issuer = yield* serve((origin) =>
        new OidcProvider(origin, {
          clients: [{
            client_id: "my-client",
            client_secret: "s3cret",
            grant_types: ["client_credentials"],
            redirect_uris: [],
            response_types: []
          }],
          features: {
            clientCredentials: { enabled: true },
            devInteractions: { enabled: false },
            resourceIndicators: {
              enabled: true,
              getResourceServerInfo: (_, resource) => {
                resources.push(resource)
                return { scope: "read", audience: resource, accessTokenTTL: 120, accessTokenFormat: "opaque" as const }
              }
            }
          },
          jwks: { keys: [generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" })] }
        }).callback()
      )
      const { token } = yield* OAuthServer.make({
        issuer,
        apiUrl: "https://api.acme.test",
        clientId: "my-client",
        clientSecret: Redacted.make("s3cret"),
        scopes: ["read"],
        resource: "https://api.acme.test"
      })
      assert.deepStrictEqual((yield* token).scopes, ["read"])
      assert.include(resources, "https://api.acme.test")
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("sends audience and resources, one or several", () =>
    Effect.gen(function*() {
      const bodies: Array<string> = []
      const http = HttpClient.make((request) =>
        Effect.sync(() => {
          bodies.push(request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : "")
          return HttpClientResponse.fromWeb(
            request,
            Response.json({ access_token: "token", token_type: "Bearer", expires_in: 60 })
          )
        })
      )
      for (const resource of ["https://a.test", ["https://a.test", "https://b.test"]]) {
        const { token } = yield* OAuthServer.make({
          ...account,
          tokenEndpoint: metadata.token_endpoint,
          audience: "https://api.acme.test",
          resource
        }).pipe(Effect.provideService(HttpClient.HttpClient, http))
        yield* token
      }
      const audience = "grant_type=client_credentials&audience=https%3A%2F%2Fapi.acme.test"
      assert.deepStrictEqual(bodies, [
        `${audience}&resource=https%3A%2F%2Fa.test`,
        `${audience}&resource=https%3A%2F%2Fa.test&resource=https%3A%2F%2Fb.test`
      ])
    }))

  it.effect("authenticates with the method of an option, whatever the metadata lists", () =>
    Effect.gen(function*() {
      const server = issuing({
        [openId]: () => Response.json({ ...metadata, token_endpoint_auth_methods_supported: ["private_key_jwt"] })
      })
      const make = (options: Partial<OAuthServer.Options>) =>
        OAuthServer.make({ ...account, issuer, ...options }).pipe(
          Effect.provideService(HttpClient.HttpClient, server.http)
        )
      const { token } = yield* make({ clientAuthentication: ClientAuthentication.clientSecretPost })
      yield* token
      assert.include(
        (yield* Effect.flip(make({}))).message,
        "clientSecret (OAUTH_SERVER_CLIENT_SECRET) can't be used: the server's metadata lists no authentication method with a client secret; for private_key_jwt, set clientAuthentication: PrivateKeyJwt.make({ algorithm })"
      )
    }))

  it.effect("can be built again by a schedule if the issuer fails for a moment", () =>
    Effect.gen(function*() {
      let looks = 0
      const server = issuing({
        [openId]: () => ++looks < 3 ? new Response(null, { status: 503 }) : Response.json(metadata)
      })
      const layer = Layer.effect(
        OAuthServer.OAuthServer,
        Effect.retry(OAuthServer.make({ ...account, issuer }), retrySchedule())
      ).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, server.http)))
      const waiting = yield* Effect.forkChild(
        OAuthServer.OAuthServer.use(({ token }) => token).pipe(Effect.provide(layer)),
        { startImmediately: true }
      )
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(Redacted.value((yield* Fiber.join(waiting)).value), "token")
    }))

  it.effect("reads variables of its own: two servers, two classes", () =>
    Effect.gen(function*() {
      class Acme extends OAuthServer.Service<Acme>()("test/Acme") {}
      const server = issuing()
      const layer = Acme.layerConfig("ACME_EU").pipe(
        Layer.provide(Layer.succeed(HttpClient.HttpClient, server.http)),
        Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({
          env: {
            ACME_EU_ISSUER: issuer,
            ACME_EU_API_URL: "https://api.acme.test",
            ACME_EU_CLIENT_ID: "id",
            ACME_EU_CLIENT_SECRET: "s3cret",
            ACME_EU_SCOPES: "read"
          }
        })))
      )
      const token = yield* Acme.use(({ token }) => token).pipe(Effect.provide(layer))
      assert.deepStrictEqual(token.scopes, ["read"])
      assert.deepStrictEqual(server.seen, [`GET ${openId}`, `POST ${metadata.token_endpoint}`])
    }))

  for (
    const [what, options, message] of [
      ["neither issuer nor endpoint", {}, /acme: issuer \(ACME_ISSUER\) is missing or empty; set it, or tokenEndpoint/],
      ["no API", { issuer, apiUrl: "" }, /acme: apiUrl \(ACME_API_URL\) is missing or empty/],
      ["no secret", { issuer, clientSecret: undefined }, /clientSecret \(ACME_CLIENT_SECRET\) is missing .*none/]
    ] as const
  ) {
    it.effect(`names what is missing: ${what}`, () =>
      Effect.gen(function*() {
        const server = serving({})
        const error = yield* OAuthServer.make(untyped({ id: "acme", ...options })).pipe(
          Effect.provideService(HttpClient.HttpClient, server.http),
          Effect.flip
        )
        assert.match(error.message, message)
        assert.deepStrictEqual(server.seen, [])
      }))
  }

  it.effect("has no options where an application gives no object, from JavaScript: names what is missing", () =>
    Effect.gen(function*() {
      for (const given of [null, undefined, 5, "options"]) {
        const made: ReturnType<typeof OAuthServer.make> = Reflect.apply(OAuthServer.make, undefined, [given])
        const error = yield* Effect.flip(Effect.provideService(made, HttpClient.HttpClient, serving({}).http))
        assert.strictEqual(error.message, "oauth-server: apiUrl (OAUTH_SERVER_API_URL) is missing or empty")
      }
    }))

  it.effect("refuses parameters that are no record, before a token request", () =>
    Effect.gen(function*() {
      const server = issuing()
      const given: ReadonlyArray<unknown> = [
        "audience=a",
        [["audience", "a"]],
        new Map([["audience", "a"]]),
        new URLSearchParams({ audience: "a" })
      ]
      for (const parameters of given) {
        const error = yield* OAuthServer.make(untyped({ tokenEndpoint: metadata.token_endpoint, parameters })).pipe(
          Effect.provideService(HttpClient.HttpClient, server.http),
          Effect.flip
        )
        assert.include(error.message, "oauth-server: parameters must be a plain object")
      }
      assert.lengthOf(server.seen, 0)
    }))

  it.effect("names the variable of each option that can't be used", () =>
    Effect.gen(function*() {
      const server = serving({})
      const wrong = [
        [{ tokenEndpoint: "http://auth.acme.test" }, "tokenEndpoint (ACME_TOKEN_ENDPOINT) must"],
        [{ tokenEndpoint: metadata.token_endpoint, apiUrl: "acme" }, "apiUrl (ACME_API_URL) must"],
        [{ issuer: "acme" }, "issuer (ACME_ISSUER) must"],
        [{ issuer, clientId: "" }, "clientId (ACME_CLIENT_ID) is missing or empty"],
        [{ issuer, clientAuthentication: "private_key_jwt" }, "clientAuthentication must be a value"]
      ] as const
      for (const [options, words] of wrong) {
        const error = yield* OAuthServer.make(untyped({ id: "acme", ...options })).pipe(
          Effect.provideService(HttpClient.HttpClient, server.http),
          Effect.flip
        )
        assert.include(error.message, `acme: ${words}`)
      }
      assert.lengthOf(server.seen, 0)
    }))

  describe("with a key instead of a secret", () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
    const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString()
    const clientAuthentication = PrivateKeyJwt.make({ algorithm: "ES256" })

    /** A real server that knows the public key, and takes its issuer as audience. */
    const real = serve((origin) =>
      new OidcProvider(origin, {
        clients: [{
          client_id: "my-client",
          token_endpoint_auth_method: "private_key_jwt",
          token_endpoint_auth_signing_alg: "ES256",
          jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "key-1" }] },
          grant_types: ["client_credentials"],
          redirect_uris: [],
          response_types: []
        }],
        features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
        jwks: { keys: [generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" })] }
      }).callback()
    )

    it.live("gets a token of a real server by its issuer", () =>
      Effect.gen(function*() {
        const issuer = yield* real
        for (const assertionAudience of [undefined, issuer, `${issuer}/token`]) {
          const { token } = yield* OAuthServer.make({
            issuer,
            apiUrl: "https://api.acme.test",
            clientId: "my-client",
            privateKey: Redacted.make(pem),
            keyId: "key-1",
            assertionAudience,
            clientAuthentication
          })
          assert.match(AccessToken.authorization(yield* token), /^Bearer ./)
        }
      }).pipe(Effect.provide(FetchHttpClient.layer)))

    it.live("reads the key from its variable", () =>
      Effect.gen(function*() {
        const issuer = yield* real
        const env = {
          ACME_ISSUER: issuer,
          ACME_API_URL: "https://api.acme.test",
          ACME_CLIENT_ID: "my-client",
          ACME_PRIVATE_KEY: pem.replaceAll("\n", "\\n"),
          ACME_KEY_ID: "key-1"
        }
        const layer = OAuthServer.OAuthServer.layerConfig("ACME", { clientAuthentication }).pipe(
          Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env })))
        )
        const token = yield* OAuthServer.OAuthServer.use(({ token }) => token).pipe(Effect.provide(layer))
        assert.match(AccessToken.authorization(token), /^Bearer ./)
      }).pipe(Effect.provide(FetchHttpClient.layer)))

    it.effect("says which option the key is missing in, before any request", () =>
      Effect.gen(function*() {
        const server = serving({})
        const layer = OAuthServer.OAuthServer.layerConfig("ACME", { clientAuthentication, issuer, apiUrl: issuer })
          .pipe(
            Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env: { ACME_CLIENT_SECRET: "s3cret" } }))),
            Layer.provide(Layer.succeed(HttpClient.HttpClient, server.http))
          )
        const error = yield* Effect.flip(OAuthServer.OAuthServer.use(({ token }) => token).pipe(Effect.provide(layer)))
        assert.include(
          error.message,
          "acme: clientId (ACME_CLIENT_ID) is missing or empty, and so is privateKey (ACME_PRIVATE_KEY)"
        )
        assert.lengthOf(server.seen, 0)
      }))

    it.effect("sends the API that the token is for as a parameter, and not as the audience of the assertion", () =>
      Effect.gen(function*() {
        const bodies: Array<URLSearchParams> = []
        const http = HttpClient.make((request) =>
          Effect.sync(() => {
            bodies.push(
              new URLSearchParams(request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : "")
            )
            return HttpClientResponse.fromWeb(
              request,
              Response.json({ access_token: "token", token_type: "Bearer", expires_in: 60 })
            )
          })
        )
        const { token } = yield* OAuthServer.make({
          tokenEndpoint: metadata.token_endpoint,
          apiUrl: account.apiUrl,
          clientId: "my-client",
          privateKey: Redacted.make(pem),
          audience: "https://api.acme.test",
          clientAuthentication
        }).pipe(Effect.provideService(HttpClient.HttpClient, http))
        yield* token
        assert.strictEqual(bodies[0]?.get("audience"), "https://api.acme.test")
        const [, claims = ""] = bodies[0]?.get("client_assertion")?.split(".") ?? []
        assert.strictEqual(JSON.parse(Buffer.from(claims, "base64url").toString()).aud, metadata.token_endpoint)
      }))
  })

  it.effect("is a public client if an option says so", () =>
    Effect.gen(function*() {
      const server = issuing()
      const { token } = yield* OAuthServer.make({
        apiUrl: account.apiUrl,
        clientId: account.clientId,
        clientAuthentication: ClientAuthentication.none,
        tokenEndpoint: metadata.token_endpoint
      }).pipe(Effect.provideService(HttpClient.HttpClient, server.http))
      yield* token
      assert.strictEqual(server.seen.length, 1)
    }))
})
