import { assert, describe, it, layer } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import { resolve } from "@mintmark/core/internal/request/resolve"
import { Sandbox } from "@mintmark/sandbox"
import * as Account from "@mintmark/sandbox/Account"
import {
  VonageContactCenterV0,
  vonageContactCenterV0,
  type VonageContactCenterV0Options
} from "@mintmark/vonage-contact-center"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

const { clientId, clientSecret } = Account.vonageV0

const open = Effect.fnUntraced(function*(options: Partial<VonageContactCenterV0Options> = {}) {
  const sandbox = yield* Sandbox
  yield* sandbox.clear
  const vonage = yield* VonageContactCenterV0.make({
    region: "emea",
    accountKey: clientId,
    apiToken: Redacted.make(clientSecret),
    baseUrl: sandbox.urls["vonage-contact-center-v0"],
    ...options
  })
  return { vonage, sandbox }
})

/** The provider with these parts in its URLs. */
const at = (parts: Readonly<Record<string, string>>) => resolve(vonageContactCenterV0, parts)

describe("VonageContactCenterV0", () => {
  layer(Layer.merge(Sandbox.layer(), FetchHttpClient.layer))((it) => {
    it.effect("sends account-key:api-token in a Basic header, and grant_type alone in the body", () =>
      Effect.gen(function*() {
        const { sandbox, vonage } = yield* open()
        yield* vonage.token
        const [request] = yield* sandbox.journal
        assert.strictEqual(request?.placement, "basic")
        assert.deepStrictEqual(request?.parameters, ["grant_type"])
        assert.strictEqual(request?.matched, true)
      }))

    it.effect("sends client_id and client_secret in the body instead", () =>
      Effect.gen(function*() {
        const { sandbox, vonage } = yield* open({
          accountKey: Account.vonageV0Other.clientId,
          apiToken: Redacted.make(Account.vonageV0Other.clientSecret),
          clientAuthentication: ClientAuthentication.clientSecretPost
        })
        yield* vonage.token
        const [request] = yield* sandbox.journal
        assert.strictEqual(request?.placement, "body")
        assert.deepStrictEqual(request?.parameters, ["grant_type", "client_id", "client_secret"])
        assert.strictEqual(request?.matched, true)
      }))

    it.effect("uses expires_in: 300 s here, an hour in Vonage's text", () =>
      Effect.gen(function*() {
        const { sandbox, vonage } = yield* open()
        const { expiresAt, requestedAt } = yield* vonage.token
        assert.strictEqual(expiresAt - requestedAt, 300_000)
        yield* sandbox.setLifetime({ provider: "vonage-contact-center-v0" }, 3600)
        const longer = yield* vonage.renew
        assert.strictEqual(longer.expiresAt - longer.requestedAt, 3_600_000)
      }))

    it.effect("calls the API at the token endpoint's host, and sets no Accept header", () =>
      Effect.gen(function*() {
        const { sandbox, vonage } = yield* open()
        const accept = "application/json;version=6"
        const call = HttpClientRequest.post("/v0/a1b2c3d4e5/calls/").pipe(HttpClientRequest.accept(accept))
        assert.strictEqual((yield* vonage.http.execute(call)).status, 201)
        const [token, api] = yield* sandbox.journal
        assert.deepStrictEqual([token?.host, api?.host], ["emea.cc.vonage.com", "emea.cc.vonage.com"])
        assert.strictEqual(api?.accept, accept)
      }))

    it.effect("shows Vonage's description of a wrong secret", () =>
      Effect.gen(function*() {
        const { vonage } = yield* open({ apiToken: Redacted.make("wrong") })
        const { message, reason } = yield* Effect.flip(vonage.token)
        assert.strictEqual(reason._tag, "CredentialsRefused")
        assert.match(
          message,
          /incorrect; check accountKey \(VONAGE_CONTACT_CENTER_V0_ACCOUNT_KEY\) and apiToken \(VONAGE_CONTACT_CENTER_V0_API_TOKEN\);/
        )
        assert.propertyVal(reason, "description", "The client secret was incorrect.")
      }))

    it.effect("reads its options from the environment", () =>
      Effect.gen(function*() {
        const { sandbox } = yield* open()
        const env = {
          VONAGE_CONTACT_CENTER_V0_REGION: "emea",
          VONAGE_CONTACT_CENTER_V0_ACCOUNT_KEY: clientId,
          VONAGE_CONTACT_CENTER_V0_API_TOKEN: clientSecret,
          VONAGE_CONTACT_CENTER_V0_VERSION: "0",
          VONAGE_CONTACT_CENTER_V0_BASE_URL: sandbox.urls["vonage-contact-center-v0"]
        }
        yield* Effect.flatMap(VonageContactCenterV0, ({ token }) => token).pipe(
          Effect.provide(VonageContactCenterV0.layerConfig()),
          Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
        )
        assert.strictEqual((yield* sandbox.counts()).token, 1)
      }))
  })

  it("puts region, domain and version into its URLs", () => {
    const provider = Result.getOrThrow(
      at({ region: "nam", domain: "newvoicemedia.com", version: "2" })
    )
    assert.strictEqual(provider.tokenEndpoint, "https://nam.newvoicemedia.com/v2/oauth2/token")
    assert.strictEqual(provider.apiUrl, "https://nam.newvoicemedia.com")
  })

  it("does not accept a version that is more than one segment of the path", () => {
    const provider = at({ region: "nam", version: "0/../../x" })
    assert.include(String(Result.merge(provider)), "version (VONAGE_CONTACT_CENTER_V0_VERSION)")
  })
})
