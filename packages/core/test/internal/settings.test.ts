import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import type { Configurable } from "@mintmark/core/ProviderService"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { config, settingsOf } from "../../src/internal/request/settings.ts"

const acme = Provider.make({
  id: "acme",
  tokenEndpoint: "https://{region}.acme.test/token",
  apiUrl: "https://{region}.acme.test",
  urlParts: { region: HostPart.label },
  defaults: { region: "emea" },
  names: { clientId: "accountKey", clientSecret: "apiToken" },
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
})

interface Options {
  readonly region?: string | undefined
  readonly accountKey: string
  readonly apiToken: Redacted.Redacted
  readonly scopes?: ReadonlyArray<string> | undefined
  readonly baseUrl?: string | undefined
  readonly deadline?: number | undefined
}

const read = (env: Readonly<Record<string, string>>, given?: Configurable<Options>) =>
  readFrom(ConfigProvider.fromEnv({ env }), given)

const readFrom = (provider: ConfigProvider.ConfigProvider, given?: Configurable<Options>) =>
  Effect.provideService(config<Options>(settingsOf(acme), given), ConfigProvider.ConfigProvider, provider)

describe("settings", () => {
  it("are the URL's parts, the credentials, scopes and baseUrl, each with its variable", () => {
    assert.deepStrictEqual(settingsOf(acme), [
      { name: "region", option: "region", variable: "ACME_REGION", kind: "text?" },
      { name: "clientId", option: "accountKey", variable: "ACME_ACCOUNT_KEY", kind: "text" },
      { name: "clientSecret", option: "apiToken", variable: "ACME_API_TOKEN", kind: "secret" },
      { name: "scopes", option: "scopes", variable: "ACME_SCOPES", kind: "scopes?" },
      { name: "baseUrl", option: "baseUrl", variable: "ACME_BASE_URL", kind: "text?" }
    ])
  })

  it.effect("reads the variables: secrets Redacted, scopes apart at their spaces", () =>
    Effect.gen(function*() {
      const options = yield* read({
        ACME_ACCOUNT_KEY: "key",
        ACME_API_TOKEN: "t0ken",
        ACME_SCOPES: " a  b ",
        ACME_BASE_URL: "https://proxy.example"
      })
      assert.strictEqual(options.accountKey, "key")
      assert.strictEqual(Redacted.value(options.apiToken), "t0ken")
      assert.deepStrictEqual(options.scopes, ["a", "b"])
      assert.strictEqual(options.baseUrl, "https://proxy.example")
    }))

  it.effect("omits what is not set, for the provider to check", () =>
    Effect.gen(function*() {
      const options = yield* read({ ACME_SCOPES: "" })
      assert.isUndefined(options.accountKey)
      assert.isUndefined(options.apiToken)
      assert.isUndefined(options.scopes)
    }))

  it.effect("lets a given value or config take precedence over the variable; undefined counts as missing", () =>
    Effect.gen(function*() {
      const env = { ACME_ACCOUNT_KEY: "key", OTHER_KEY: "other", ACME_API_TOKEN: "t0ken" }
      const options = yield* read(env, {
        accountKey: Config.String("OTHER_KEY"),
        apiToken: undefined,
        scopes: ["a"],
        deadline: 7
      })
      const { apiToken, ...others } = options
      assert.isUndefined(apiToken)
      assert.deepStrictEqual(others, {
        accountKey: "other",
        scopes: ["a"],
        baseUrl: undefined,
        deadline: 7,
        region: undefined
      })
    }))

  it.effect("fails with the config's own error if a config of the application is missing", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(read({}, { accountKey: Config.String("OTHER_KEY") }))
      assert.strictEqual(error._tag, "ConfigError")
      assert.include(error.message, "OTHER_KEY")
    }))

  it.effect("reads nested values by the variable's words if the ConfigProvider does", () =>
    Effect.gen(function*() {
      const nested = ConfigProvider.fromUnknown({ acme: { account: { key: "nested" } } }).pipe(
        ConfigProvider.mapInput(([name]) => String(name).toLowerCase().split("_"))
      )
      assert.strictEqual((yield* readFrom(nested)).accountKey, "nested")
      const whole = ConfigProvider.fromUnknown({ ACME_ACCOUNT_KEY: { key: "an object is no text" } })
      assert.isUndefined((yield* readFrom(whole)).accountKey)
    }))

  it.effect("fails with the error of a provider that can't be read", () =>
    Effect.gen(function*() {
      const broken = ConfigProvider.make(() =>
        Effect.fail(new ConfigProvider.SourceError({ message: "the vault is sealed" }))
      )
      const error = yield* Effect.flip(readFrom(broken))
      assert.strictEqual(error._tag, "ConfigError")
      assert.include(error.message, "the vault is sealed")
    }))
})
