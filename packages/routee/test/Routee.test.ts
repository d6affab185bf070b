import { assert, describe, expectTypeOf, layer } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as TokenReply from "@mintmark/core/TokenReply"
import { Routee, RouteeEmail, type RouteeOptions, RouteeReply, type RouteeScope } from "@mintmark/routee"
import { Sandbox } from "@mintmark/sandbox"
import * as Account from "@mintmark/sandbox/Account"
import * as Answer from "@mintmark/sandbox/Answer"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"

/** An application of its own at an empty sandbox, and its client. */
const open = Effect.fnUntraced(function*(applicationId: string, options: Partial<RouteeOptions> = {}) {
  const sandbox = yield* Sandbox
  yield* sandbox.clear
  yield* sandbox.behave({ routee: { expiredTokenStatus: 401 } })
  yield* sandbox.addAccount({ provider: "routee", clientId: applicationId, clientSecret: "s3cret" })
  const routee = yield* Routee.make({
    applicationId,
    applicationSecret: Redacted.make("s3cret"),
    baseUrl: sandbox.urls.routee,
    ...options
  })
  return { routee, sandbox, counts: sandbox.counts({ provider: "routee" }) }
})

describe("Routee", () => {
  layer(Layer.merge(Sandbox.layer(), FetchHttpClient.layer))((it) => {
    it.effect("sends application-id:application-secret in a Basic header, and grant_type alone in the body", () =>
      Effect.gen(function*() {
        const { routee, sandbox } = yield* open("asks")
        yield* routee.token
        const [request] = yield* sandbox.journal
        assert.strictEqual(request?.placement, "basic")
        assert.deepStrictEqual(request?.parameters, ["grant_type"])
        assert.strictEqual(request?.grant, "client_credentials")
        assert.strictEqual(request?.matched, true)
      }))

    it.effect("gets every scope of the application if none is given, otherwise those that are given", () =>
      Effect.gen(function*() {
        const { routee, sandbox } = yield* open("scopes")
        assert.isAbove((yield* routee.token).scopes.length, 10)
        const narrow = yield* routee.withScopes(["voice", "sms"])
        assert.sameMembers([...(yield* narrow.token).scopes], ["voice", "sms"])
        const scopes = (yield* sandbox.journal).map(({ scope }) => scope)
        assert.deepStrictEqual(scopes, [undefined, "sms voice"])
      }))

    it.effect("knows the documented scopes by name, and accepts any other", () =>
      Effect.gen(function*() {
        const documented = [
          "contact",
          "account",
          "report",
          "sms",
          "voice",
          "lookup",
          "number_validator",
          "2step",
          "viber",
          "sender_info",
          "virtual_number",
          "number_pool"
        ] as const
        expectTypeOf<typeof documented[number]>().toExtend<RouteeScope>()
        const { routee, sandbox } = yield* open("documented", { scopes: documented })
        assert.sameMembers([...(yield* routee.token).scopes], [...documented])
        const other = yield* routee.withScopes(["transactional_email"])
        assert.strictEqual((yield* Effect.flip(other.token)).reason._tag, "RequestRefused")
        assert.deepStrictEqual((yield* sandbox.journal).map(({ scope }) => scope), [
          documented.toSorted().join(" "),
          "transactional_email"
        ])
      }))

    it.effect("reads the application's permissions, and encodes them as a store does", () =>
      Effect.gen(function*() {
        const { routee } = yield* open("rights", { scopes: ["sms", "voice"] })
        const { reply } = yield* routee.token
        assert.deepStrictEqual(reply.permissions, ["MT_ROLE_SMS", "MT_ROLE_VOICE"])
        assert.deepStrictEqual(yield* Schema.encodeEffect(TokenReply.more(RouteeReply))(reply), {
          permissions: reply.permissions
        })
      }))

    for (const [lifetime, seconds] of [[3600, 3600], [86_400, 86_400], [631_139_040, 631_139_040]] as const) {
      it.effect(`serves a token of ${seconds} s until it expires, with one token request`, () =>
        Effect.gen(function*() {
          const { counts, routee, sandbox } = yield* open(`lives-${seconds}`)
          yield* sandbox.setLifetime({ provider: "routee" }, lifetime)
          const { expiresAt, requestedAt } = yield* routee.token
          assert.strictEqual(expiresAt - requestedAt, seconds * 1000)
          yield* TestClock.adjust(seconds * 500)
          yield* routee.token
          assert.strictEqual((yield* counts).token, 1)
          yield* TestClock.adjust(seconds * 500)
          assert.isAbove((yield* routee.token).requestedAt, requestedAt)
          assert.strictEqual((yield* counts).token, 2)
        }))
    }

    it.effect("caches an unlimited token, whose reply has no lifetime, for an hour, or for assumedLifetime", () =>
      Effect.gen(function*() {
        const { routee, sandbox } = yield* open("unlimited")
        yield* sandbox.setLifetime({ provider: "routee" }, "unlimited")
        const { expiresAt, requestedAt } = yield* routee.token
        assert.strictEqual(expiresAt - requestedAt, 3_600_000)
        const other = yield* Routee.make({
          applicationId: "unlimited",
          applicationSecret: Redacted.make("s3cret"),
          baseUrl: sandbox.urls.routee,
          assumedLifetime: "1 day"
        })
        const longer = yield* other.token
        assert.strictEqual(longer.expiresAt - longer.requestedAt, 86_400_000)
        yield* sandbox.setLifetime({ provider: "routee" }, 3600)
      }))

    it.effect("serves a token that the server returns again until it expires, without further requests", () =>
      Effect.gen(function*() {
        const { counts, routee, sandbox } = yield* open("same")
        const first = yield* routee.token
        yield* TestClock.adjust("59 minutes")
        yield* routee.token
        yield* sandbox.arrived({ provider: "routee", kind: "token" }, 2)
        const again = yield* routee.renew
        assert.strictEqual(Redacted.value(again.value), Redacted.value(first.value))
        const asked = (yield* counts).token
        yield* TestClock.adjust("30 seconds")
        for (let call = 0; call < 100; call++) yield* routee.token
        assert.strictEqual((yield* counts).token, asked)
        yield* TestClock.adjust("30 seconds")
        assert.notStrictEqual(Redacted.value((yield* routee.token).value), Redacted.value(first.value))
      }))

    it.effect("serves a token with a lifetime of 0 once, and requests another for the next call", () =>
      Effect.gen(function*() {
        const { routee, sandbox } = yield* open("zero")
        yield* sandbox.script({ provider: "routee", kind: "token" }, [Answer.token({ expires_in: 0 })])
        const { expiresAt, requestedAt } = yield* routee.token
        assert.strictEqual(expiresAt, requestedAt)
      }))

    for (const status of [401, 403] as const) {
      it.effect(`requests a new token and repeats the request when an API resource returns ${status}`, () =>
        Effect.gen(function*() {
          const { counts, routee, sandbox } = yield* open(`refused-${status}`)
          yield* sandbox.behave({ routee: { expiredTokenStatus: status } })
          assert.strictEqual((yield* routee.http.get("/accounts/me/balance")).status, 200)
          yield* sandbox.revoke({ provider: "routee", what: "access-tokens" })
          assert.strictEqual((yield* routee.http.get("/accounts/me/balance")).status, 200)
          const { api, token } = yield* counts
          assert.deepStrictEqual({ api, token }, { api: 3, token: 2 })
        }))
    }

    it.effect("requests few tokens for a 403 that means a missing permission", () =>
      Effect.gen(function*() {
        const { counts, routee } = yield* open("lacks", { scopes: ["account"] })
        for (let call = 0; call < 50; call++) assert.strictEqual((yield* routee.http.post("/sms")).status, 403)
        assert.isAtMost((yield* counts).token, 3)
      }))

    it.effect("reports wrong credentials in Spring's form, without a secret", () =>
      Effect.gen(function*() {
        const { routee } = yield* open("wrong", { applicationSecret: Redacted.make("wr0ng-s3cret") })
        const error = yield* Effect.flip(routee.token)
        assert.strictEqual(error.reason._tag, "CredentialsRefused")
        assert.match(
          error.message,
          /^routee: the credentials were refused \(status 401, Unauthorized\); check applicationId \(ROUTEE_APPLICATION_ID\) and applicationSecret \(ROUTEE_APPLICATION_SECRET\); no token/
        )
        assert.notInclude(error.message, "wr0ng")
      }))

    it.effect("uses Routee's own URLs, which the sandbox's fetch sends to the sandbox, and no other URL", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        yield* sandbox.clear
        const { clientId, clientSecret } = Account.routee
        const routee = yield* Routee.make({
          applicationId: clientId,
          applicationSecret: Redacted.make(clientSecret)
        })
        for (const url of ["/accounts/me/balance", "https://connect.routee.net/accounts/me/balance"]) {
          assert.strictEqual((yield* routee.http.get(url)).status, 200)
        }
        assert.deepStrictEqual(
          (yield* sandbox.journal).map(({ path }) => path),
          [
            "/auth.routee.net/oauth/token",
            "/connect.routee.net/accounts/me/balance",
            "/connect.routee.net/accounts/me/balance"
          ]
        )
      }).pipe(
        Effect.provide(FetchHttpClient.layer),
        (effect) => Effect.flatMap(Sandbox, ({ fetch }) => Effect.provideService(effect, FetchHttpClient.Fetch, fetch))
      ))

    it.effect("form-encodes the header if an option says so, and accepts other URLs of the endpoint and the API", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        yield* sandbox.clear
        const { clientId, clientSecret } = Account.routeeSpecial
        const routee = yield* Routee.make({
          applicationId: clientId,
          applicationSecret: Redacted.make(clientSecret),
          clientAuthentication: ClientAuthentication.clientSecretBasic,
          tokenEndpoint: sandbox.at("https://auth.routee.net/oauth/token"),
          apiUrl: sandbox.at("https://connect.routee.net")
        })
        assert.strictEqual((yield* Effect.flip(routee.token)).reason._tag, "CredentialsRefused")
        assert.strictEqual((yield* sandbox.counts({ provider: "routee" })).token, 1)
      }))

    it.effect("reads its options from the environment; given ones take precedence", () =>
      Effect.gen(function*() {
        const { sandbox } = yield* open("environment")
        const env = {
          ROUTEE_APPLICATION_ID: "environment",
          ROUTEE_APPLICATION_SECRET: "s3cret",
          ROUTEE_SCOPES: "sms  voice",
          ROUTEE_BASE_URL: sandbox.urls.routee
        }
        const token = (options?: Parameters<typeof Routee.layerConfig>[0]) =>
          Effect.flatMap(Routee, ({ token }) => token).pipe(
            Effect.provide(Routee.layerConfig(options)),
            Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
          )
        assert.sameMembers([...(yield* token()).scopes], ["sms", "voice"])
        assert.deepStrictEqual((yield* token({ scopes: ["report"] })).scopes, ["report"])
      }))

    it.effect("names the option and the variable of a missing credential, in layer and in layerConfig", () =>
      Effect.gen(function*() {
        const env = { ROUTEE_APPLICATION_ID: "", ROUTEE_APPLICATION_SECRET: "s3cret" }
        const options = { applicationId: "", applicationSecret: Redacted.make("s3cret") }
        for (const layer of [Routee.layerConfig(), Routee.layer(options)]) {
          const error = yield* Effect.scoped(Layer.build(layer)).pipe(
            Effect.provideService(
              ConfigProvider.ConfigProvider,
              ConfigProvider.fromEnv({ env, preserveEmptyStrings: true })
            ),
            Effect.flip
          )
          assert.strictEqual(error.message, "routee: applicationId (ROUTEE_APPLICATION_ID) is missing or empty")
        }
      }))
  })
})

describe("RouteeEmail", () => {
  layer(Layer.merge(Sandbox.layer(), FetchHttpClient.layer))((it) => {
    for (const clientAuthentication of [undefined, ClientAuthentication.clientSecretBasicRaw]) {
      it.effect(`sends credentials to a server of its own in ${clientAuthentication?.name ?? "the body"}`, () =>
        Effect.gen(function*() {
          const sandbox = yield* Sandbox
          yield* sandbox.clear
          const email = yield* RouteeEmail.make({
            applicationId: Account.routeeEmail.clientId,
            applicationSecret: Redacted.make(Account.routeeEmail.clientSecret),
            baseUrl: sandbox.urls["routee-email"],
            clientAuthentication
          })
          assert.strictEqual((yield* email.http.get("/accounts/me")).status, 200)
          const [request] = yield* sandbox.journal
          assert.strictEqual(request?.placement, clientAuthentication === undefined ? "body" : "basic")
          assert.isTrue(request?.path.endsWith("/oauth/access_token"))
        }))
    }
  })
})
