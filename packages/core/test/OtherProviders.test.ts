/*
 * Ten providers, each of which differs from OAuth in one respect: each is a value of a few lines, from outside of core.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Authorization from "@mintmark/core/Authorization"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { readFileSync } from "node:fs"
import type { IncomingMessage } from "node:http"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { isDeepStrictEqual } from "node:util"
import { serve } from "./support/RealServer.ts"

// -- the values -------------------------------------------------------------------------------------------------------

const jsonRequest = Provider.make({
  id: "json-request",
  tokenEndpoint: "https://auth.example/token",
  apiUrl: "https://api.example",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  request: { encoding: "json" },
  reply: TokenReply.Standard
})

const getWithQuery = Provider.make({
  id: "get-with-query",
  tokenEndpoint: "https://auth.example/token?v=2",
  apiUrl: "https://api.example",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  request: { method: "GET" },
  reply: TokenReply.Standard
})

const accountCredentials = Provider.make({
  id: "account-credentials",
  tokenEndpoint: "https://auth.example/token",
  apiUrl: "https://api.example",
  clientAuthentication: ClientAuthentication.clientSecretBasic,
  grant: Grant.make({
    name: "account_credentials",
    needs: { accountId: "text" },
    refusedAs: "client_credentials",
    request: ({ accountId }) => ({ parameters: { grant_type: "account_credentials", account_id: accountId } })
  }),
  reply: TokenReply.Standard
})

const tokenInData = Provider.make({
  id: "token-in-data",
  tokenEndpoint: "https://auth.example/token",
  apiUrl: "https://api.example",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  reply: TokenReply.make({}, { accessToken: "data.token", requiresTokenType: false, expiresIn: "data.ttl" })
})

const isoDate = Provider.make({
  id: "iso-date",
  tokenEndpoint: "https://auth.example/token",
  apiUrl: "https://api.example",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  reply: TokenReply.make({}, { expiresAt: "expires_at" })
})

const milliseconds = Provider.make({
  id: "milliseconds",
  tokenEndpoint: "https://auth.example/token",
  apiUrl: "https://api.example",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  reply: TokenReply.make({}, { unit: "milliseconds" })
})

const noGrantType = Provider.make({
  id: "no-grant-type",
  tokenEndpoint: "https://auth.example/token",
  apiUrl: "https://api.example",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  request: {
    fields: { grant_type: false, client_id: "appKey", client_secret: "appSecret" },
    headers: { "x-api-version": "7" }
  },
  reply: TokenReply.Standard
})

const scopesByCommas = Provider.make({
  id: "scopes-by-commas",
  tokenEndpoint: "https://auth.example/token",
  apiUrl: "https://api.example",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  request: { scopeSeparator: "," },
  reply: TokenReply.make({}, { scopeSeparator: "," })
})

const ownHeader = Provider.make({
  id: "own-header",
  tokenEndpoint: "https://auth.example/token",
  apiUrl: "https://api.example",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard,
  authorization: Authorization.header("x-example-access-token")
})

const apiUrlFromReply = Provider.make({
  id: "api-url-from-reply",
  tokenEndpoint: "https://auth.example/token",
  apiUrl: "https://api.example",
  apiOrigins: ["https://*.api.example"],
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  reply: TokenReply.make({}, { apiUrl: "instance_url" })
})

// -- what each of them sends and is sent ------------------------------------------------------------------------------

interface Case {
  readonly what: string
  /** The client of an account, of which each request goes to `baseUrl`. */
  readonly make: (baseUrl: string) => Effect.Effect<
    ProviderClient.ProviderClient<unknown, never>,
    unknown,
    HttpClient.HttpClient | Scope.Scope
  >
  /** The token request, where it differs from the common one. */
  readonly request?: Partial<Seen>
  /** The reply, where it differs from the common one. */
  readonly reply?: () => object
  /** The request to the API, where it differs from the common one. */
  readonly api?: Partial<Seen>
  readonly scopes?: ReadonlyArray<string>
}

const client = { clientId: "id", clientSecret: Redacted.make("s3cret&=") }
const isForm = "application/x-www-form-urlencoded"
const hour = 3_600_000

const cases: ReadonlyArray<Case> = [
  {
    what: "gets its token request as JSON",
    make: (baseUrl) => ProviderClient.make(jsonRequest, { ...client, baseUrl, parameters: { resource: ["a", "b"] } }),
    request: {
      type: "application/json",
      body: JSON.stringify({
        grant_type: "client_credentials",
        client_id: "id",
        client_secret: "s3cret&=",
        resource: ["a", "b"]
      })
    }
  },
  {
    what: "gets its token request as a GET with a query",
    make: (baseUrl) => ProviderClient.make(getWithQuery, { ...client, baseUrl }),
    request: {
      method: "GET",
      url: "/auth.example/token?v=2&grant_type=client_credentials&client_id=id&client_secret=s3cret%26%3D",
      type: undefined,
      body: ""
    }
  },
  {
    what: "has a grant of its own, with an account id",
    make: (baseUrl) => ProviderClient.make(accountCredentials, { ...client, baseUrl, accountId: "a1" }),
    request: {
      authorization: `Basic ${Buffer.from("id:s3cret%26%3D").toString("base64")}`,
      body: "grant_type=account_credentials&account_id=a1"
    }
  },
  {
    what: "has its token at data.token",
    make: (baseUrl) => ProviderClient.make(tokenInData, { ...client, baseUrl }),
    reply: () => ({ data: { token: "t0ken", ttl: 3_600 } })
  },
  {
    what: "says the end of a token as an ISO date",
    make: (baseUrl) => ProviderClient.make(isoDate, { ...client, baseUrl }),
    reply: () => ({
      access_token: "t0ken",
      token_type: "Bearer",
      expires_at: new Date(Date.now() + hour).toISOString()
    })
  },
  {
    what: "counts a lifetime in milliseconds",
    make: (baseUrl) => ProviderClient.make(milliseconds, { ...client, baseUrl }),
    reply: () => ({ access_token: "t0ken", token_type: "Bearer", expires_in: hour })
  },
  {
    what: "takes no grant_type, and names of its own for the other fields",
    make: (baseUrl) => ProviderClient.make(noGrantType, { ...client, baseUrl }),
    request: { version: "7", body: "appKey=id&appSecret=s3cret%26%3D" }
  },
  {
    what: "joins scopes by commas",
    make: (baseUrl) => ProviderClient.make(scopesByCommas, { ...client, baseUrl, scopes: ["b", "a"] }),
    request: { body: "grant_type=client_credentials&client_id=id&client_secret=s3cret%26%3D&scope=a%2Cb" },
    reply: () => ({ access_token: "t0ken", token_type: "Bearer", expires_in: 3_600, scope: "a,b" }),
    scopes: ["a", "b"]
  },
  {
    what: "takes the token in a header of its own",
    make: (baseUrl) => ProviderClient.make(ownHeader, { ...client, baseUrl }),
    api: { authorization: undefined, token: "t0ken" }
  },
  {
    what: "says the URL of the API in the reply",
    make: (baseUrl) => ProviderClient.make(apiUrlFromReply, { ...client, baseUrl }),
    reply: () => ({
      access_token: "t0ken",
      token_type: "Bearer",
      expires_in: 3_600,
      instance_url: "https://eu7.api.example"
    }),
    api: { url: "/eu7.api.example/me" }
  }
]

/** What a server sees of a request. */
interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly type: string | undefined
  readonly authorization: string | undefined
  readonly token: string | string[] | undefined
  readonly version: string | string[] | undefined
  readonly body: string
}

const seenOf = async (request: IncomingMessage): Promise<Seen> => ({
  method: request.method,
  url: request.url,
  type: request.headers["content-type"],
  authorization: request.headers.authorization,
  token: request.headers["x-example-access-token"],
  version: request.headers["x-api-version"],
  body: await text(request)
})

const ofToken: Seen = {
  method: "POST",
  url: "/auth.example/token",
  type: isForm,
  authorization: undefined,
  token: undefined,
  version: undefined,
  body: "grant_type=client_credentials&client_id=id&client_secret=s3cret%26%3D"
}

const ofApi: Seen = {
  method: "GET",
  url: "/api.example/me",
  type: undefined,
  authorization: "Bearer t0ken",
  token: undefined,
  version: undefined,
  body: ""
}

const commonReply = () => ({ access_token: "t0ken", token_type: "Bearer", expires_in: 3_600 })

describe("A provider that", () => {
  for (const { api, make, reply = commonReply, request, scopes = [], what } of cases) {
    it.live(what, () =>
      Effect.gen(function*() {
        const expected = [{ ...ofToken, ...request }, { ...ofApi, ...api }]
        const seen: Array<Seen> = []
        // The server accepts nothing but what is expected.
        const origin = yield* serve(() => async (incoming, response) => {
          const index = seen.push(await seenOf(incoming)) - 1
          const isExpected = isDeepStrictEqual(seen[index], expected[index])
          response.writeHead(isExpected ? 200 : 400, { "content-type": "application/json" })
          response.end(JSON.stringify(isExpected && index === 0 ? reply() : {}))
        })
        const { http, token } = yield* make(`${origin}/{host}`)
        const got = yield* Effect.exit(token)
        assert.deepStrictEqual(seen, expected.slice(0, 1))
        assert(got._tag === "Success")
        assert.deepStrictEqual(got.value.scopes, scopes)
        const lifetime = got.value.expiresAt - got.value.requestedAt
        assert.isTrue(Math.abs(lifetime - hour) <= 2_000, `a lifetime of ${lifetime} ms`)
        const { status } = yield* http.get("/me")
        assert.deepStrictEqual(seen, expected)
        assert.strictEqual(status, 200)
      }).pipe(Effect.provide(NodeHttpClient.layerUndici)))
  }
})

describe("A value", () => {
  it("needs at most fifteen lines", () => {
    const source = readFileSync(fileURLToPath(import.meta.url), "utf8")
    const values = [...source.matchAll(/^const \w+ = Provider\.make\(\{\n.*?^\}\)$/gms)].map(([value]) => value)
    assert.strictEqual(values.length, cases.length)
    assert.strictEqual(values.length, 10)
    for (const value of values) assert.isAtMost(value.split("\n").length, 15, value)
  })
})
