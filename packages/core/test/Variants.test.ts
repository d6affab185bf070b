/*
 * What tells apart grants and methods of one name: accounts share a token only where all of it is equal.
 */
import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as JwtBearer from "@mintmark/core/JwtBearer"
import * as PrivateKeyJwt from "@mintmark/core/PrivateKeyJwt"
import type { Provider } from "@mintmark/core/Provider"
import * as TokenExchange from "@mintmark/core/TokenExchange"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as TokenRequest from "../src/internal/request/TokenRequest.ts"
import { acme, clientCredentials } from "./support/acme.ts"

const identityOf = (facts: Partial<Provider>): string =>
  Redacted.value(TokenRequest.identity(acme(facts), clientCredentials()))

const ofGrant = <N extends ClientAuthentication.Needs>(grant: Grant.Grant<N>): string => identityOf({ grant })
const ofMethod = <N extends ClientAuthentication.Needs>(
  clientAuthentication: ClientAuthentication.ClientAuthentication<N>
): string => identityOf({ clientAuthentication })

const jwt = { algorithm: "ES256", audience: "a", lifetime: "1 minute", claims: { role: "admin" } } as const

/** Changes of the options of whatever signs a JWT. */
const ofJwt = [
  jwt,
  { ...jwt, algorithm: "RS256" },
  { ...jwt, audience: "b" },
  { ...jwt, lifetime: Duration.minutes(2) },
  { ...jwt, claims: { role: "read" } },
  { ...jwt, claims: { role: "admin", tenants: ["a", "b"] } },
  { ...jwt, claims: { role: "admin", tenants: ["a,b"] } },
  { ...jwt, claims: { role: Redacted.make("one") } },
  { ...jwt, claims: { role: Redacted.make("another") } }
] as const

/** Each function of core that makes a grant or a method, with options of which no two are alike. */
const made: Readonly<Record<string, ReadonlyArray<() => string>>> = {
  "JwtBearer.make": [...ofJwt, { ...jwt, scopeClaim: true }].map((options) => () => ofGrant(JwtBearer.make(options))),
  "JwtBearer.selfSigned": [...ofJwt, { ...jwt, issuerClaim: "sub" }].map((options) => () =>
    ofGrant(JwtBearer.selfSigned(options))
  ),
  "PrivateKeyJwt.make": ofJwt.map((options) => () => ofMethod(PrivateKeyJwt.make(options))),
  "PrivateKeyJwt.bearer": ofJwt.map((options) => () => ofMethod(PrivateKeyJwt.bearer(options))),
  "TokenExchange.make": [
    {},
    { subjectTokenType: "urn:a" },
    { actorTokenType: "urn:a" },
    { requestedTokenType: "urn:a" },
    { requestedTokenType: "urn:b" }
  ].map((options) => () => ofGrant(TokenExchange.make(options))),
  "Grant.make": ["a", "b"].map((variant) => () => ofGrant(Grant.make({ ...Grant.clientCredentials, variant }))),
  "Grant.produce": ["a", "b"].map((variant) => () =>
    ofGrant(
      Grant.produce({
        name: "own",
        needs: {},
        refusedAs: "client_credentials",
        variant,
        produce: () => Effect.succeed({ access_token: variant })
      })
    )
  ),
  "ClientAuthentication.make": ["a", "b"].map((variant) => () =>
    ofMethod(ClientAuthentication.make({ ...ClientAuthentication.none, variant }))
  )
}

describe("The identity of an account", () => {
  const exported = Object.entries({ ClientAuthentication, Grant, JwtBearer, PrivateKeyJwt, TokenExchange }).flatMap((
    [module, values]
  ) => Object.entries(values).map(([name, value]) => [`${module}.${name}`, value] as const))

  it("is tried with each function of core that makes a grant or a method", () => {
    const functions = exported.flatMap(([name, value]) => typeof value === "function" ? [name] : [])
    const others = ["PrivateKeyJwt.fromCryptoKey"]
    assert.deepStrictEqual(Object.keys(made).toSorted(), functions.filter((name) => !others.includes(name)).toSorted())
  })

  for (const [name, variants] of Object.entries(made)) {
    it(`differs with the options of ${name}, and is the same with equal ones`, () => {
      const identities = variants.map((identity) => identity())
      assert.strictEqual(new Set(identities).size, variants.length)
      assert.deepStrictEqual(variants.map((identity) => identity()), identities)
    })
  }

  it("differs with each grant and method that is a value", () => {
    const identities = exported.flatMap(([, value]) =>
      typeof value === "function"
        ? []
        : [identityOf("request" in value ? { grant: value } : { clientAuthentication: value })]
    )
    assert.isAbove(identities.length, 8)
    // Core's defaults are named once as a grant, and once as a method.
    assert.strictEqual(new Set(identities).size, identities.length - 1)
  })

  it("differs with the headers of the request", () => {
    const headers = [undefined, {}, { "x-tenant": "a" }, { "x-tenant": "b" }, { "x-tenant": "a", "x-more": "b" }]
    const identities = headers.map((headers) => identityOf({ request: { headers } }))
    assert.strictEqual(new Set(identities).size, headers.length)
  })
})
