import { assert, describe, it } from "@effect/vitest"
import { checks, facts, marks, suite, type Turn, turned } from "@mintmark/conformance"
import * as Authorization from "@mintmark/core/Authorization"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { acme, acmeJson, acmeOwn, acmePerson, acmeProduced, acmeQuery, acmeShaped } from "./support/acme.ts"

const subjects = [acme, acmePerson, acmeJson, acmeQuery, acmeOwn, acmeProduced, acmeShaped]

for (const subject of subjects) suite(subject)

/** As the Schema of an author who lets the whole reply through. */
const showsAll = Schema.Unknown.pipe(
  Schema.decodeTo(
    Schema.declare((value): value is TokenReply.Standard => typeof value === "object"),
    {
      decode: SchemaGetter.transform((reply: unknown) => {
        const { access_token: token, ...rest } = Object(reply)
        return { ...rest, access_token: token, accessToken: Redacted.make(String(token)) }
      }),
      encode: SchemaGetter.forbiddenEncoding
    }
  )
)

const ofAcme: ReadonlyArray<Turn> = [
  {
    name: "form-encoded Basic instead of raw",
    policy: { clientAuthentication: ClientAuthentication.clientSecretBasic },
    check: "puts credentials where client_secret_basic_raw has them, byte for byte"
  },
  {
    name: "the body instead of Basic",
    policy: { clientAuthentication: ClientAuthentication.clientSecretPost },
    check: "puts credentials where client_secret_basic_raw has them, byte for byte"
  },
  {
    name: "no secret",
    policy: { clientAuthentication: ClientAuthentication.none },
    check: "is accepted by its server, with credentials of any characters"
  },
  {
    name: "one more parameter",
    policy: { parameters: { audience: "a" } },
    check: "sends the stated fields and headers, in the stated form, and nothing else"
  },
  {
    name: "no renewal on 403",
    policy: { renewOn: [401] },
    check: "gets a new token and repeats the request on a 403, once"
  },
  { name: "a certain 403", policy: { doubtOn: [] }, check: "serves a token after a 403 while no other can be got" },
  {
    name: "a doubtful 401",
    policy: { doubtOn: [401, 403] },
    check: "serves no token after a 401, even while no other can be got"
  },
  {
    name: "no renewal on 401",
    policy: { renewOn: [403] },
    check: "replaces a token that its server revoked, with one token request for all API requests"
  },
  {
    name: "refresh tokens",
    policy: { renewal: Grant.refreshToken },
    check: "sends the same credentials again, and no refresh token"
  },
  { name: "scopes required", policy: { scopesRequired: true }, check: "sends no scope where none is named" },
  { name: "scopes of its own", policy: { scopes: ["all"] }, check: "sends no scope where none is named" },
  {
    name: "no token type required",
    policy: { reply: TokenReply.make({}, { requiresTokenType: false }) },
    check: "reads the token type in any case, and accepts bearer tokens alone"
  },
  {
    name: "an assumed lifetime",
    policy: { assumedLifetime: Duration.hours(1) },
    check: "doesn't understand a reply without a lifetime"
  },
  {
    name: "another token endpoint",
    policy: { tokenEndpoint: "https://auth.acme.example/token" },
    check: "has its token endpoint at https://auth.acme.example/oauth/token, and its API at https://api.acme.example"
  },
  {
    name: "one more origin",
    policy: { apiOrigins: ["https://files.acme.example", "https://acme.example"] },
    check: "has its token endpoint at https://auth.acme.example/oauth/token, and its API at https://api.acme.example"
  },
  {
    name: "no meaning for a 418",
    policy: { errors: [] },
    check: "gives a teapot without credentials (418) the reason CredentialsRefused"
  },
  {
    name: "other names of settings",
    policy: { names: {} },
    check: "names key (ACME_KEY) where it is missing or empty, before any request"
  },
  {
    name: "a reply that loses a field",
    policy: { reply: TokenReply.Standard },
    check: "reads the documented reply: 900 s, tier"
  },
  {
    name: "a strict reply",
    policy: { reply: TokenReply.make({ tier: Schema.String }) },
    check: "loses no token for a field of the provider's own, or for one that it doesn't know"
  },
  {
    name: "a reply that shows everything",
    policy: { reply: showsAll },
    check: "reads the documented reply: 900 s, tier"
  }
]

const ofPerson: ReadonlyArray<Turn> = [
  {
    name: "the password before the refresh token",
    policy: { renewal: undefined },
    check: "renews with the newest refresh token, and sends the first grant's credentials once"
  },
  {
    name: "the password before the refresh token",
    policy: { renewal: undefined },
    check: "never has two token requests of one account in flight, and uses no refresh token twice"
  },
  {
    name: "a refused refresh token taken for a server error",
    policy: { errors: [{ error: "invalid_grant", means: "unavailable" }] },
    check: "sends the first grant once, within the same call, where the refresh token is refused"
  },
  {
    name: "a server error taken for a refused refresh token",
    policy: { errors: [{ status: 503, means: "grant" }] },
    check: "doesn't send the first grant for a server error or throttling"
  },
  {
    name: "a refused password taken for a refused request",
    policy: { errors: [{ error: "invalid_grant", means: "request" }] },
    check: "never sends a refused password again by itself"
  },
  {
    name: "refresh tokens that don't expire",
    policy: { reply: TokenReply.make({}, { refreshTokenExpiresIn: [] }) },
    check: "doesn't send a refresh token that has expired by refresh_expires_in"
  },
  {
    name: "another field with the lifetime of refresh tokens",
    policy: { reply: TokenReply.make({}, { refreshTokenExpiresIn: "expires_in" }) },
    check: "sends a refresh token that doesn't expire after ten years"
  },
  { name: "renewal on 403", policy: { renewOn: [401, 403] }, check: "takes no new token for a 403" },
  {
    name: "scopes not required",
    policy: { scopesRequired: false },
    check: "refuses to request a token without a scope, before any request"
  },
  {
    name: "another grant",
    policy: { grant: Grant.clientCredentials },
    check: "puts credentials where none has them, byte for byte"
  }
]

const form = "sends the stated fields and headers, in the stated form, and nothing else"

const ofJson: ReadonlyArray<Turn> = [
  { name: "a form", policy: { request: { ...acmeJson.provider.request, encoding: "form" } }, check: form },
  { name: "a query", policy: { request: { ...acmeJson.provider.request, encoding: "query" } }, check: form },
  { name: "OAuth's names of fields", policy: { request: { ...acmeJson.provider.request, fields: {} } }, check: form },
  { name: "no header", policy: { request: { ...acmeJson.provider.request, headers: {} } }, check: form },
  { name: "no parameters", policy: { parameters: {} }, check: form },
  {
    name: "no scopes of its own",
    policy: { scopes: [] },
    check: "requests read and write where no scope is named"
  },
  { name: "one value of two", policy: { parameters: { ...acmeJson.provider.parameters, resource: "a" } }, check: form },
  {
    name: "spaces between scopes",
    policy: { request: { ...acmeJson.provider.request, scopeSeparator: " " } },
    check: "requests scopes as the pages separate them, each once, and has a token for each set"
  }
]

const ofQuery: ReadonlyArray<Turn> = [
  { name: "a POST", policy: { request: { ...acmeQuery.provider.request, method: "POST" } }, check: form },
  {
    name: "another name of the refresh token",
    policy: { request: { method: "GET" } },
    check: "renews with the newest refresh token, and sends the first grant's credentials once"
  },
  {
    name: "a required token type",
    policy: { reply: TokenReply.Standard },
    check: "reads the token type in any case, and accepts bearer tokens alone"
  }
]

const ofOwn: ReadonlyArray<Turn> = [
  {
    name: "another header",
    policy: {
      clientAuthentication: ClientAuthentication.make({
        name: "api_key",
        needs: { apiKey: "key" },
        authenticate: () => ({ headers: { "x-key": "" } })
      })
    },
    check: "puts credentials where an API key in a header of its own has them, byte for byte"
  },
  {
    name: "another grant_type",
    policy: {
      grant: Grant.make({
        name: "account_credentials",
        needs: { accountId: "text" },
        refusedAs: "password",
        request: ({ accountId }) => ({ parameters: { grant_type: "account", account_id: accountId } })
      })
    },
    check: form
  },
  {
    name: "refusals remembered like client credentials",
    policy: { grant: { ...acmeOwn.provider.grant, refusedAs: "client_credentials" } },
    check: "never sends a refused password again by itself"
  }
]

const ofProduced: ReadonlyArray<Turn> = [
  {
    name: "a token that stays the same",
    policy: {
      grant: Grant.produce({
        name: "signed",
        needs: {},
        refusedAs: "client_credentials",
        produce: () => Effect.succeed({ access_token: "same", token_type: "Bearer", expires_in: 900 })
      })
    },
    check: "has one token for many callers, and another when it has expired"
  },
  {
    name: "a token request",
    policy: { grant: Grant.clientCredentials },
    check: "makes the token itself, for 900 s, and sends no token request"
  }
]

const ofShaped: ReadonlyArray<Turn> = [
  {
    name: "OAuth's reply",
    policy: { reply: acme.provider.reply },
    check: "reads the documented reply: 900 s, tier"
  },
  {
    name: "a bearer token",
    policy: { authorization: Authorization.bearer },
    check: "sends API requests with the token, and changes no header of the caller"
  },
  {
    name: "no URL of the API in the reply",
    policy: {
      reply: TokenReply.make({}, {
        accessToken: "data.token",
        requiresTokenType: false,
        expiresIn: "data.validFor",
        unit: "milliseconds"
      })
    },
    check: "sends API requests to the URL in the reply's base"
  }
]

turned(acme, ofAcme)
turned(acmePerson, ofPerson)
turned(acmeJson, ofJson)
turned(acmeQuery, ofQuery)
turned(acmeOwn, ofOwn)
turned(acmeProduced, ofProduced)
turned(acmeShaped, ofShaped)

facts(acme, [
  {
    what: "token endpoint",
    says: "`https://auth.acme.example/oauth/token`",
    mark: "doc",
    held: { topic: "urls", stated: { tokenEndpoint: "https://auth.acme.example/token" } }
  },
  { what: "the same", says: "with a test of its own", mark: "seen", held: { test: "a test of the subject's own" } },
  { what: "color", says: "blue", mark: "likely" }
], `it("a test of the subject's own")`)

marks("| fact | how | mark |\n|---|---|---|\n| color | blue | likely |\n| | and green | doc |\n", [
  { what: "color", says: "blue", mark: "likely" },
  { what: "", says: "and green", mark: "doc" }
])

describe("the checks", () => {
  it("have different names", () => {
    for (const subject of subjects) {
      const names = checks(subject).map(({ name }) => name)
      assert.lengthOf(new Set(names), names.length)
    }
  })
})
