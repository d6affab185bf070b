import { assert, describe, it } from "@effect/vitest"
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import * as Reply from "@mintmark/core/Reply"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"

const facts: Provider.Facts<{}> = {
  id: "acme",
  tokenEndpoint: "https://{region}.{domain}/v{version}/token",
  apiUrl: "https://{region}.api.{domain}",
  hostParts: { region: HostPart.label("emea"), version: HostPart.label("0"), domain: HostPart.name("acme.example") },
  clientAuthentication: "client_secret_basic_raw",
  grant: "client_credentials",
  assumedLifetime: "1 hour",
  parameters: { audience: "a" },
  reply: Reply.Nothing,
  settings: { region: { option: "region", variable: "ACME_REGION" } }
}

const made = (overrides?: Provider.Overrides, more: Partial<Provider.Facts<{}>> = {}) =>
  Result.getOrThrow(Provider.make({ ...facts, ...more }, overrides))

const problem = (overrides: Provider.Overrides, more: Partial<Provider.Facts<{}>> = {}) =>
  Result.getOrThrow(Result.flip(Provider.make({ ...facts, ...more }, overrides))).message

describe("Provider", () => {
  it("puts host labels and host names in the place of the braces", () => {
    assert.strictEqual(made().tokenEndpoint, "https://emea.acme.example/v0/token")
    assert.strictEqual(made().apiUrl, "https://emea.api.acme.example")
  })

  it("takes the documented defaults for what the facts leave out", () => {
    const { apiOrigins, doubtOn, insecure, refreshTokenExpiresIn, renewOn, renewsWithRefreshToken, scopes, ...rest } =
      made()
    assert.deepStrictEqual({
      apiOrigins,
      doubtOn,
      insecure,
      refreshTokenExpiresIn,
      renewOn,
      renewsWithRefreshToken,
      scopes
    }, {
      apiOrigins: [],
      doubtOn: [403],
      insecure: false,
      refreshTokenExpiresIn: undefined,
      renewOn: [401],
      renewsWithRefreshToken: false,
      scopes: []
    })
    assert.isFalse(rest.scopesRequired)
    assert.isTrue(rest.tokenTypeRequired)
    assert.isUndefined(rest.refusal({ status: 401, code: undefined, grant: "client_credentials" }))
  })

  it("is what its facts say where overrides are undefined", () => {
    const overrides = {
      baseUrl: undefined,
      tokenEndpoint: undefined,
      apiUrl: undefined,
      clientAuthentication: undefined,
      renewsWithRefreshToken: undefined,
      parameters: undefined,
      assumedLifetime: undefined,
      insecure: undefined
    }
    assert.deepStrictEqual({ ...made(overrides) }, { ...made() })
    assert.deepStrictEqual(made().assumedLifetime, Duration.hours(1))
    assert.deepStrictEqual(made().parameters, { audience: "a" })
  })

  it("is what its overrides say", () => {
    const provider = made({
      tokenEndpoint: "https://other.example/token",
      apiUrl: "https://api.other.example",
      clientAuthentication: "client_secret_post",
      renewsWithRefreshToken: true,
      parameters: {},
      assumedLifetime: "1 day"
    })
    assert.strictEqual(provider.tokenEndpoint, "https://other.example/token")
    assert.strictEqual(provider.apiUrl, "https://api.other.example")
    assert.strictEqual(provider.clientAuthentication, "client_secret_post")
    assert.isTrue(provider.renewsWithRefreshToken)
    assert.deepStrictEqual(provider.parameters, {})
    assert.deepStrictEqual(provider.assumedLifetime, Duration.days(1))
  })

  it("takes no lifetime for what isn't one, and no placement but its own four", () => {
    for (const assumedLifetime of [0, -1, NaN, Infinity, "soon" as "1 hour"]) {
      assert.strictEqual(
        problem({ assumedLifetime }),
        "acme: assumedLifetime must be a length of time, longer than nothing and not endless"
      )
    }
    assert.include(
      problem({ clientAuthentication: "basic" as "none" }),
      "clientAuthentication must be one of client_secret_basic, client_secret_basic_raw, client_secret_post, none"
    )
  })

  it("names a further parameter that has a place of its own", () => {
    for (const name of ["grant_type", "client_id", "client_secret", "username", "password", "refresh_token", "scope"]) {
      assert.include(problem({ parameters: { [name]: "x" } }), `parameters must not name ${name}`)
    }
  })

  it("is at another place, path for path, where it is given a base URL", () => {
    const { apiUrl, tokenEndpoint } = made({ baseUrl: "http://127.0.0.1:8080/acme/" })
    assert.strictEqual(tokenEndpoint, "http://127.0.0.1:8080/acme/v0/token")
    assert.strictEqual(apiUrl, "http://127.0.0.1:8080/acme")
  })

  it("takes plain http elsewhere than on loopback only where it is told to", () => {
    assert.include(problem({ baseUrl: "http://proxy.example" }), "must be https, except on loopback")
    assert.isTrue(made({ baseUrl: "http://proxy.example", insecure: true }).insecure)
  })

  it("names the setting that is wrong, as its user knows it", () => {
    const inRegion = (region: string) =>
      problem({}, { hostParts: { ...facts.hostParts, region: HostPart.label(region) } })
    assert.strictEqual(
      inRegion("x@evil.example:443/#"),
      "acme: region (ACME_REGION) must be letters, digits and hyphens, not \"x@evil.example:443/#\""
    )
    assert.strictEqual(
      inRegion(""),
      "acme: region (ACME_REGION) is missing or empty"
    )
    assert.include(
      problem({}, { hostParts: { domain: HostPart.name("evil.example/x") } }),
      "acme: domain must be a host name"
    )
    assert.include(problem({ tokenEndpoint: "ftp://acme.example" }), "acme: tokenEndpoint must be")
    assert.include(problem({ apiUrl: "https://user@acme.example" }), "acme: apiUrl must not hold")
  })
})
