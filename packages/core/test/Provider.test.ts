import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { inspect } from "node:util"
import { resolve } from "../src/internal/request/resolve.ts"

const acme = Provider.make({
  id: "acme-cloud",
  tokenEndpoint: "https://{region}.{domain}/v{version}/token",
  apiUrl: "https://{region}.api.{domain}",
  apiOrigins: ["https://{region}.files.{domain}"],
  urlParts: { region: HostPart.label, version: HostPart.segment, domain: HostPart.name },
  defaults: { version: "0", domain: "acme.example", clientId: "public" },
  names: { clientId: "accountKey", region: "site" },
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  assumedLifetime: "1 hour",
  parameters: { audience: "a" },
  reply: TokenReply.Standard
})

type Options = ProviderClient.Options & { readonly site?: string; readonly domain?: string }

const made = (options: Options = {}) => Result.getOrThrow(resolve(acme, { site: "emea", ...options }))

const problem = (options: Options) =>
  Result.getOrThrow(Result.flip(resolve(acme, { site: "emea", ...options }))).message

describe("Provider", () => {
  it("is plain data", () => {
    const { clientAuthentication: _, grant: __, reply: ___, ...rest } = acme
    assert.deepStrictEqual(structuredClone(rest), rest)
  })

  it("has the documented defaults", () => {
    const { errors, renewal, renewOn, doubtOn, request, scopes, scopesRequired } = acme
    assert.deepStrictEqual(
      { errors, renewal, renewOn, doubtOn, request, scopes, scopesRequired },
      {
        errors: [],
        renewal: undefined,
        renewOn: [401],
        doubtOn: [403],
        request: {},
        scopes: [],
        scopesRequired: false
      }
    )
  })

  it("fills the braces of host and path with the parts, or their defaults", () => {
    assert.strictEqual(made().tokenEndpoint, "https://emea.acme.example/v0/token")
    assert.strictEqual(made({ domain: "other.example" }).apiUrl, "https://emea.api.other.example")
    assert.deepStrictEqual(made().apiOrigins, ["https://emea.files.acme.example"])
  })

  it("ignores options that are undefined", () => {
    const options = {
      baseUrl: undefined,
      tokenEndpoint: undefined,
      apiUrl: undefined,
      clientAuthentication: undefined,
      renewal: undefined,
      parameters: undefined,
      assumedLifetime: undefined,
      insecure: undefined
    }
    assert.deepStrictEqual(made(options), made())
    assert.strictEqual(made().assumedLifetime, 3_600_000)
  })

  it("takes the overrides of an application", () => {
    const provider = made({
      tokenEndpoint: "https://other.example/token",
      apiUrl: "https://api.other.example",
      clientAuthentication: ClientAuthentication.clientSecretBasic,
      renewal: Grant.refreshToken,
      assumedLifetime: "1 day"
    })
    assert.strictEqual(provider.tokenEndpoint, "https://other.example/token")
    assert.strictEqual(provider.apiUrl, "https://api.other.example")
    assert.deepStrictEqual(provider.clientAuthentication, ClientAuthentication.clientSecretBasic)
    assert.deepStrictEqual(provider.renewal, Grant.refreshToken)
    assert.strictEqual(provider.assumedLifetime, 86_400_000)
    assert.isUndefined(
      Result.getOrThrow(resolve({ ...made(), urlParts: {}, renewal: Grant.refreshToken }, { renewal: false })).renewal
    )
  })

  it("merges parameters over the provider's, one by one", () => {
    const secret = Redacted.make("s3cret")
    assert.deepStrictEqual(made({ parameters: { resource: ["a", "b"], key: secret } }).parameters, {
      audience: "a",
      resource: ["a", "b"],
      key: secret
    })
    assert.deepStrictEqual(made({ parameters: { audience: "b" } }).parameters, { audience: "b" })
  })

  it("does not accept an invalid lifetime", () => {
    for (const assumedLifetime of [0, -1, NaN, Infinity, "soon" as "1 hour"]) {
      assert.include(problem({ assumedLifetime }), "acme-cloud: assumedLifetime must be ")
    }
  })

  it("fails for a parameter that the request itself contains, by its name", () => {
    for (const name of ["grant_type", "client_id", "client_secret", "username", "password", "refresh_token", "scope"]) {
      assert.include(problem({ parameters: { [name]: "x" } }), `parameters must not name ${name}`)
    }
  })

  it("does not accept an authentication method that needs other credentials, and names what is missing", () => {
    const apiKey = ClientAuthentication.make({
      name: "api_key",
      needs: { apiKey: "secret" },
      authenticate: ({ apiKey }) => ({ headers: { "x-api-key": apiKey } })
    })
    assert.include(problem({ clientAuthentication: apiKey }), "clientAuthentication needs apiKey")
  })

  it("moves to another base URL, path by path, and host by host if that has {host}", () => {
    const { apiUrl, tokenEndpoint } = made({ baseUrl: "http://127.0.0.1:8080/acme/" })
    assert.strictEqual(tokenEndpoint, "http://127.0.0.1:8080/acme/v0/token")
    assert.strictEqual(apiUrl, "http://127.0.0.1:8080/acme")
    const byHost = made({ baseUrl: "http://127.0.0.1:8080/{host}" })
    assert.strictEqual(byHost.tokenEndpoint, "http://127.0.0.1:8080/emea.acme.example/v0/token")
    assert.strictEqual(byHost.apiUrl, "http://127.0.0.1:8080/emea.api.acme.example")
  })

  it("accepts plain http outside of loopback only if an option allows it", () => {
    assert.include(problem({ baseUrl: "http://proxy.example" }), "must be https, except on loopback")
    assert.strictEqual(made({ baseUrl: "http://proxy.example", insecure: true }).apiUrl, "http://proxy.example")
  })

  it("names the invalid option and its variable as the provider does", () => {
    assert.strictEqual(
      problem({ site: "x@evil.example:443/#" }),
      "acme-cloud: site (ACME_CLOUD_SITE) must be letters, digits and hyphens, not \"x@evil.example:443/#\""
    )
    assert.strictEqual(problem({ site: "" }), "acme-cloud: site (ACME_CLOUD_SITE) is missing or empty")
    assert.include(problem({ domain: "evil.example/x" }), "acme-cloud: domain (ACME_CLOUD_DOMAIN) must be a host name")
    assert.include(problem({ tokenEndpoint: "ftp://acme.example" }), "acme-cloud: tokenEndpoint must be")
    assert.include(problem({ apiUrl: "https://user@acme.example" }), "acme-cloud: apiUrl must not hold")
    assert.include(problem({ baseUrl: "nowhere" }), "acme-cloud: baseUrl (ACME_CLOUD_BASE_URL) must be an absolute")
  })

  it("does not accept an empty text where a default would stand, nor a URL of a wrong type below a base URL", () => {
    assert.include(problem({ domain: "" }), "domain (ACME_CLOUD_DOMAIN) is missing or empty")
    const given: object = { baseUrl: "https://proxy.example", apiUrl: 7 }
    assert.strictEqual(problem(given), "acme-cloud: apiUrl must be a string, not number")
  })

  it("does not accept what a provider's value itself can't have", () => {
    const wrong: Record<string, Partial<Provider.Provider>> = {
      scopes: { scopes: ["a b"] },
      apiOrigins: { apiOrigins: ["https://{region}.acme.example/path"] },
      renewOn: { renewOn: [200] },
      authorization: { authorization: { header: "host", scheme: undefined } }
    }
    for (const [option, facts] of Object.entries(wrong)) {
      const options: Options = { site: "emea" }
      const { reason } = Result.getOrThrow(Result.flip(resolve({ ...acme, ...facts }, options)))
      assert.include(reason, { _tag: "InvalidOption", option })
    }
  })

  for (
    const [option, value] of Object.entries({
      site: 7,
      domain: Buffer.from("acme.example"),
      baseUrl: new URL("https://acme.example"),
      tokenEndpoint: 7,
      apiUrl: {},
      clientAuthentication: "client_secret_post",
      parameters: { n: 7 },
      assumedLifetime: {}
    })
  ) {
    it(`does not accept a wrong type of ${option} from JavaScript: names it, shows no value`, () => {
      const error = Result.getOrThrow(
        Result.flip(resolve(acme, Object.assign({ insecure: false }, { site: "emea", [option]: value })))
      )
      assert(error.reason._tag === "InvalidOption")
      assert.strictEqual(error.reason.option, option)
      assert.notInclude(inspect(error), "acme.example")
    })
  }

  it("does not accept a fact or an option that is none, from JavaScript: names it", () => {
    const wrong: ReadonlyArray<readonly [option: string, facts: object, options: object]> = [
      ["grant", { grant: "client_credentials" }, {}],
      ["grant", { grant: null }, {}],
      ["renewal", {}, { renewal: true }],
      ["renewal", {}, { renewal: "refresh_token" }],
      ["renewal", { renewal: { refreshToken: true } }, {}],
      ["request", { request: { encoding: "JSON" } }, {}],
      ["request", { request: { method: "post" } }, {}],
      ["id", { id: 5 }, {}],
      ["id", { id: undefined }, {}],
      ["id", { id: null }, {}],
      ["id", { id: "a\nb" }, {}],
      ["tokenEndpoint", { tokenEndpoint: 5 }, {}],
      ["apiUrl", { apiUrl: undefined }, {}],
      ["apiOrigins", { apiOrigins: 5 }, {}],
      ["apiOrigins", { apiOrigins: { host: "a.example" } }, {}],
      ["apiOrigins", { apiOrigins: "a.example" }, {}],
      ["authorization", { authorization: {} }, {}],
      ["authorization", { authorization: { header: 5 } }, {}],
      ["authorization", { authorization: "Bearer" }, {}],
      ["insecure", {}, { insecure: "false" }],
      ["insecure", {}, { insecure: 1 }]
    ]
    for (const [option, facts, options] of wrong) {
      const { reason } = Result.getOrThrow(
        Result.flip(
          resolve(Object.assign({ ...acme }, facts), Object.assign({ insecure: false, site: "emea" }, options))
        )
      )
      assert.include(reason, { _tag: "InvalidOption", option })
    }
  })

  it("names nothing else than credentials and parts", () => {
    const known = {
      id: "acme",
      tokenEndpoint: "https://a.example",
      apiUrl: "https://b.example",
      clientAuthentication: ClientAuthentication.clientSecretPost,
      grant: Grant.clientCredentials,
      reply: TokenReply.Standard
    }
    // @ts-expect-error: no credential and no part is called so
    const named = Provider.make({ ...known, names: { clientid: "key" } })
    // @ts-expect-error: likewise
    const defaulted = Provider.make({ ...known, defaults: { clientId: "public", version: "0" } })
    // @ts-expect-error: every reply would be such a failure
    assert.lengthOf(Provider.make({ ...known, errors: [{ means: "request" }] }).errors, 1)
    assert.deepStrictEqual([named.names, defaulted.defaults], [{ clientid: "key" }, {
      clientId: "public",
      version: "0"
    }])
  })

  it("has the default of a fact that is undefined, or null from JavaScript", () => {
    const { clientAuthentication, grant, reply } = acme
    const facts = { id: "acme", tokenEndpoint: "https://a.example", apiUrl: "https://b.example" }
    const known = { ...facts, clientAuthentication, grant, reply }
    const optional = Object.keys(Provider.make(known)).filter((name) => !Object.hasOwn(known, name))
    assert.isAbove(optional.length, 10)
    for (const nothing of [undefined, null]) {
      const given: object = Object.fromEntries(optional.map((name) => [name, nothing]))
      assert.deepStrictEqual(Provider.make({ ...known, ...given }), Provider.make(known))
    }
  })

  it("has a pattern match the whole of a part, whatever its anchors and flags are", () => {
    const part = (pattern: unknown, site: string) => {
      const urlParts: object = {
        ...acme.urlParts,
        region: pattern === undefined ? undefined : { pattern, description: "a region" }
      }
      return resolve(Object.assign({ ...acme }, { urlParts }), Object.assign({ insecure: false }, { site }))
    }
    for (const pattern of [/eu\d?/, /^eu/, /eu\d?$/m, /e|eu1/g, /eu1/y, /EU1/i]) {
      for (let again = 0; again < 2; again++) assert.isTrue(Result.isSuccess(part(/eu\d?/g, "eu1")))
      for (const site of ["127.0.0.1:4000/eu1/?", "eu1\nevil.example", "eu1.evil.example/"]) {
        assert.include(Result.getOrThrow(Result.flip(part(pattern, site))).message, "must be a region")
      }
    }
    for (const pattern of [undefined, "eu1", null]) {
      assert.include(
        Result.getOrThrow(Result.flip(part(pattern, "eu1"))).message,
        "site (ACME_CLOUD_SITE) has no check"
      )
    }
  })

  it("does not accept a list within a list as a parameter", () => {
    const given: object = { parameters: { n: [["a", "b"]] } }
    assert.include(problem(given), "parameters must contain strings")
  })
})
