import { assert, describe, expectTypeOf, it, layer } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import { resolve } from "@mintmark/core/internal/request/resolve"
import { Sandbox } from "@mintmark/sandbox"
import * as Account from "@mintmark/sandbox/Account"
import {
  VonageContactCenter,
  vonageContactCenter,
  type VonageContactCenterOptions,
  type VonageContactCenterScope,
  type VonageContactCenterScopes
} from "@mintmark/vonage-contact-center"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const { clientId, clientSecret } = Account.vonage

const open = Effect.fnUntraced(function*(options: Partial<VonageContactCenterOptions> = {}) {
  const sandbox = yield* Sandbox
  yield* sandbox.clear
  const vonage = yield* VonageContactCenter.make({
    region: "emea",
    clientId,
    clientSecret: Redacted.make(clientSecret),
    scopes: ["users:read"],
    baseUrl: sandbox.urls["vonage-contact-center"],
    ...options
  })
  return { vonage, sandbox }
})

/** What regions are made of, and what a parser of URLs may trip over. */
const pieces = Schema.Literals([
  ..."aZ0-._~@:/\\#?%&=+ \t\n\0{}[]é。／𝐚",
  "emea",
  "xn--",
  "evil.example",
  "//",
  "..",
  "%2f",
  "0x7f"
])

/** The provider with these parts in its URLs. */
const at = (parts: Readonly<Record<string, string>>) => resolve(vonageContactCenter, parts)

const version3 = HttpClientRequest.accept("application/vnd.newvoicemedia.v3+json")

describe("VonageContactCenter", () => {
  layer(Layer.merge(Sandbox.layer(), FetchHttpClient.layer))((it) => {
    for (
      const [clientAuthentication, placement] of [
        [undefined, "body"],
        [ClientAuthentication.clientSecretBasicRaw, "basic"],
        [ClientAuthentication.clientSecretBasic, "basic"]
      ] as const
    ) {
      it.effect(`sends ${clientAuthentication?.name ?? "client_id and client_secret in the body"}, and a scope`, () =>
        Effect.gen(function*() {
          const { sandbox, vonage } = yield* open({ clientAuthentication, scopes: ["users:read", "stats"] })
          const { expiresAt, requestedAt } = yield* vonage.token
          assert.strictEqual(expiresAt - requestedAt, 7_200_000)
          const [request] = yield* sandbox.journal
          assert.strictEqual(request?.placement, placement)
          assert.strictEqual(request?.scope, "stats users:read")
          assert.strictEqual(request?.matched, true)
        }))
    }

    it.effect("knows the documented scopes by name, and accepts any other", () =>
      Effect.gen(function*() {
        const documented = [
          "agents-availability:read",
          "users:read",
          "users:write",
          "interactions:write",
          "interaction-content:read",
          "interaction-content:delete",
          "stats",
          "globalpci",
          "admin:read",
          "admin:write",
          "self:read",
          "self:write"
        ] as const
        expectTypeOf<typeof documented[number]>().toExtend<VonageContactCenterScope>()
        const { vonage } = yield* open({ scopes: documented })
        assert.sameMembers([...(yield* vonage.token).scopes], [...documented])
        const other = yield* vonage.withScopes(["another"])
        assert.strictEqual((yield* Effect.flip(other.token)).reason._tag, "RequestRefused")
      }))

    it.effect("has one token for each set of scopes, and sets no Accept header", () =>
      Effect.gen(function*() {
        const { sandbox, vonage } = yield* open()
        const stats = yield* vonage.withScopes(["stats"])
        for (let call = 0; call < 3; call++) {
          const users = yield* vonage.http.execute(HttpClientRequest.get("/useradmin/users").pipe(version3))
          const figures = yield* stats.http.execute(HttpClientRequest.get("/stats").pipe(version3))
          assert.deepStrictEqual([users.status, figures.status], [200, 200])
        }
        const { api, token } = yield* sandbox.counts()
        assert.deepStrictEqual({ api, token }, { api: 6, token: 2 })
        const accepts = (yield* sandbox.journal).filter(({ kind }) => kind === "api").map(({ accept }) => accept)
        assert.deepStrictEqual(new Set(accepts), new Set(["application/vnd.newvoicemedia.v3+json"]))
      }))

    it.effect("requests no new token for a 403, which means a missing permission", () =>
      Effect.gen(function*() {
        const { sandbox, vonage } = yield* open({ scopes: ["stats"] })
        const users = yield* vonage.http.execute(HttpClientRequest.get("/useradmin/users").pipe(version3))
        assert.strictEqual(users.status, 403)
        const { api, token } = yield* sandbox.counts()
        assert.deepStrictEqual({ api, token }, { api: 1, token: 1 })
      }))

    it.effect("does not accept an empty list of scopes that the types allow: fails before any request", () =>
      Effect.gen(function*() {
        const { sandbox, vonage } = yield* open()
        const untyped: ReadonlyArray<string> = []
        for (const scopes of [untyped as VonageContactCenterScopes, undefined as unknown]) {
          const error = yield* Effect.flip(open({ scopes: scopes as VonageContactCenterScopes }))
          assert.strictEqual(
            error.message,
            "vonage-contact-center: scopes (VONAGE_CONTACT_CENTER_SCOPES) must name at least one scope"
          )
        }
        assert.strictEqual(
          (yield* Effect.flip(vonage.withScopes(untyped as VonageContactCenterScopes))).reason._tag,
          "InvalidOption"
        )
        assert.strictEqual((yield* sandbox.counts()).token, 0)
      }))

    it.effect("reads its options from the environment, and names the missing one", () =>
      Effect.gen(function*() {
        const { sandbox } = yield* open()
        const env = {
          VONAGE_CONTACT_CENTER_REGION: "emea",
          VONAGE_CONTACT_CENTER_CLIENT_ID: clientId,
          VONAGE_CONTACT_CENTER_CLIENT_SECRET: clientSecret,
          VONAGE_CONTACT_CENTER_SCOPES: "users:read stats",
          VONAGE_CONTACT_CENTER_BASE_URL: sandbox.urls["vonage-contact-center"]
        }
        const tokenWith = (variables: Readonly<Record<string, string>>) =>
          Effect.flatMap(VonageContactCenter, ({ token }) => token).pipe(
            Effect.provide(VonageContactCenter.layerConfig()),
            Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env: variables }))
          )
        assert.sameMembers([...(yield* tokenWith(env)).scopes], ["users:read", "stats"])
        for (const name of ["REGION", "CLIENT_ID", "CLIENT_SECRET", "SCOPES"]) {
          const variable = `VONAGE_CONTACT_CENTER_${name}`
          const error = yield* Effect.flip(tokenWith({ ...env, [variable]: "" }))
          assert.include(error.message, `(${variable}) `)
        }
        assert.strictEqual((yield* sandbox.counts()).token, 1)
      }))
  })

  it.prop("does not accept a region that changes the host", [Schema.Array(pieces)], ([chosen]) => {
    const region = chosen.join("")
    const provider = at({ region })
    if (Result.isFailure(provider)) {
      assert.strictEqual(provider.failure.reason._tag, "InvalidOption")
    } else {
      assert.strictEqual(new URL(provider.success.tokenEndpoint).hostname, `${region.toLowerCase()}.cc.vonage.com`)
      assert.strictEqual(new URL(provider.success.apiUrl).hostname, `${region.toLowerCase()}.api.cc.vonage.com`)
    }
  }, { arbitrary: { seed: "mintmark" } })

  it("doesn't compile without a scope", () => {
    expectTypeOf<["users:read"]>().toExtend<VonageContactCenterScopes>()
    expectTypeOf<[]>().not.toExtend<VonageContactCenterScopes>()
    expectTypeOf<{ region: "emea"; clientId: string; clientSecret: Redacted.Redacted; scopes: [] }>()
      .not.toExtend<VonageContactCenterOptions>()
    expectTypeOf<[]>().not.toExtend<Parameters<VonageContactCenter["Service"]["withScopes"]>[0]>()
  })

  it("puts the region and the domain into its URLs", () => {
    for (const region of ["emea", "nam", "apac", "some-other-1"]) {
      const provider = Result.getOrThrow(at({ region }))
      assert.strictEqual(provider.tokenEndpoint, `https://${region}.cc.vonage.com/Auth/connect/token`)
      assert.strictEqual(provider.apiUrl, `https://${region}.api.cc.vonage.com`)
    }
    const older = Result.getOrThrow(at({ region: "emea", domain: "newvoicemedia.com" }))
    assert.strictEqual(older.tokenEndpoint, "https://emea.newvoicemedia.com/Auth/connect/token")
    assert.strictEqual(older.apiUrl, "https://emea.api.newvoicemedia.com")
  })

  it("does not accept a region or a domain that is more than that", () => {
    for (
      const region of [
        "x@evil.example:443/#",
        "evil.example/",
        "evil.example#",
        "a.b",
        "-a",
        "a_b",
        " emea",
        "emea\n",
        "{region}",
        "é",
        "x".repeat(64),
        ""
      ]
    ) {
      const { message, reason } = Result.getOrThrow(Result.flip(at({ region })))
      assert.strictEqual(reason._tag, "InvalidOption")
      assert.include(message, "region (VONAGE_CONTACT_CENTER_REGION) ")
      if (region !== "") assert.include(message, JSON.stringify(region))
    }
    for (const domain of ["evil.example/#", "a..b", "user@evil.example", "evil.example:8443", ""]) {
      const { message } = Result.getOrThrow(Result.flip(at({ region: "emea", domain })))
      assert.include(message, "domain (VONAGE_CONTACT_CENTER_DOMAIN) ")
    }
  })
})
