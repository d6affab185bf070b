import { assert, describe, layer } from "@effect/vitest"
import * as TokenReply from "@mintmark/core/TokenReply"
import { Sandbox } from "@mintmark/sandbox"
import type { UserAccount } from "@mintmark/sandbox/Account"
import * as Answer from "@mintmark/sandbox/Answer"
import { Voipex, type VoipexOptions, VoipexReply } from "@mintmark/voipex"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { inspect } from "node:util"

const password = "correct horse +battery& stäple"

/** An account of its own at an empty sandbox, and its client. */
const open = Effect.fnUntraced(function*(
  username: string,
  { account = {}, ...options }: Partial<VoipexOptions> & { readonly account?: Partial<UserAccount> } = {}
) {
  const sandbox = yield* Sandbox
  yield* sandbox.clear
  yield* sandbox.behave({
    voipex: { refusedPasswordStatus: 401, rotation: true, lockout: true, notBefore: 0, refreshLifetime: 7200 }
  })
  yield* sandbox.addAccount({ provider: "voipex", username, password, ...account })
  const voipex = yield* Voipex.make({
    username,
    password: Redacted.make(password),
    baseUrl: sandbox.urls.voipex,
    ...options
  })
  const grants = Effect.map(
    sandbox.journal,
    (entries) => entries.filter(({ kind }) => kind === "token").map(({ grant }) => grant)
  )
  return { voipex, sandbox, grants }
})

const expire = TestClock.adjust("3001 seconds")

describe("Voipex", () => {
  layer(Layer.merge(Sandbox.layer(), FetchHttpClient.layer))((it) => {
    it.effect("sends username and password as the public client api in the body, and reads the whole reply", () =>
      Effect.gen(function*() {
        const { sandbox, voipex } = yield* open("reply@example.com")
        const token = yield* voipex.token
        const [request] = yield* sandbox.journal
        assert.deepStrictEqual(request?.parameters, ["grant_type", "client_id", "username", "password"])
        assert.strictEqual(request?.placement, "none")
        assert.strictEqual(request?.matched, true)
        assert.strictEqual(token.expiresAt - token.requestedAt, 3_000_000)
        assert.strictEqual((token.refreshToken?.expiresAt ?? 0) - token.requestedAt, 7_200_000)
        assert.sameMembers([...token.scopes], ["profile", "email"])
        assert.strictEqual(token.reply.notBeforePolicy, 0)
        assert.match(token.reply.sessionState ?? "", /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
        assert.isUndefined(token.reply.idToken)
      }))

    it.effect("reads the id token of the scope openid as Redacted, and in a store's encoding", () =>
      Effect.gen(function*() {
        const { voipex } = yield* open("openid@example.com", { scopes: ["openid", "profile"] })
        const { reply, scopes } = yield* voipex.token
        assert.include(scopes, "openid")
        const idToken = Redacted.value(reply.idToken ?? Redacted.make(""))
        assert.match(idToken, /^ey/)
        assert.notInclude(`${inspect(reply, { depth: 9 })}${JSON.stringify(reply)}`, idToken)
        const stored = JSON.stringify(yield* Schema.encodeEffect(TokenReply.more(VoipexReply))(reply))
        const again = yield* Schema.decodeUnknownEffect(TokenReply.more(VoipexReply))(JSON.parse(stored))
        assert.strictEqual(Redacted.value(again.idToken ?? Redacted.make("")), idToken)
        assert.strictEqual(again.sessionState, reply.sessionState)
      }))

    it.effect("starts one session, and renews in it for a day, each refresh token used once", () =>
      Effect.gen(function*() {
        const { grants, sandbox, voipex } = yield* open("day@example.com")
        for (let life = 0; life < 28; life++) {
          yield* Effect.all(Effect.replicate(voipex.http.get("/me"), 10), { concurrency: "unbounded" })
          yield* expire
        }
        assert.deepStrictEqual(yield* grants, ["password", ...Array.from({ length: 27 }, () => "refresh_token")])
        const used = (yield* sandbox.refreshTokens).filter(({ account }) => account === "day@example.com")
        assert.lengthOf(used, 28)
        assert.deepStrictEqual(used.filter(({ uses }) => uses > 1), [])
        assert.strictEqual((yield* sandbox.counts({ provider: "voipex" })).concurrentTokenRequests, 1)
      }))

    it.effect("sends the password once, within the same call, after the session was ended", () =>
      Effect.gen(function*() {
        const { grants, sandbox, voipex } = yield* open("ended@example.com")
        yield* voipex.token
        yield* sandbox.revoke({ provider: "voipex", account: "ended@example.com", what: "sessions" })
        yield* expire
        const tokens = yield* Effect.all(Effect.replicate(voipex.token, 50), { concurrency: "unbounded" })
        assert.lengthOf(new Set(tokens), 1)
        assert.deepStrictEqual(yield* grants, ["password", "refresh_token", "password"])
        assert.strictEqual((yield* sandbox.counts({ provider: "voipex" })).concurrentTokenRequests, 1)
      }))

    for (const status of [400, 401] as const) {
      it.effect(`never sends a password again that was refused with ${status}, and never locks the account`, () =>
        Effect.gen(function*() {
          const { grants, sandbox, voipex } = yield* open(`wrong-${status}@example.com`, {
            password: Redacted.make("mistyped")
          })
          yield* sandbox.behave({ voipex: { refusedPasswordStatus: status } })
          for (let call = 0; call < 100; call++) {
            const { message, reason } = yield* Effect.flip(voipex.token)
            assert.strictEqual(reason._tag, "GrantRefused")
            assert.match(message, /; check username \(VOIPEX_USERNAME\) and password \(VOIPEX_PASSWORD\)$/)
            if (call % 10 === 0) yield* TestClock.adjust("1 hour")
          }
          assert.deepStrictEqual(yield* grants, ["password"])
          const right = yield* Voipex.make({
            username: `wrong-${status}@example.com`,
            password: Redacted.make(password),
            baseUrl: sandbox.urls.voipex
          })
          yield* right.token
        }))
    }

    it.effect("sends a password that was changed meanwhile once, after the last refresh token, and not again", () =>
      Effect.gen(function*() {
        const username = "changed@example.com"
        const { grants, sandbox, voipex } = yield* open(username)
        yield* voipex.token
        yield* sandbox.addAccount({ provider: "voipex", username, password: "another" })
        yield* expire
        yield* voipex.token
        yield* sandbox.revoke({ provider: "voipex", account: username, what: "refresh-tokens" })
        yield* expire
        for (let call = 0; call < 20; call++) {
          assert.strictEqual((yield* Effect.flip(voipex.token)).reason._tag, "GrantRefused")
        }
        assert.deepStrictEqual(yield* grants, ["password", "refresh_token", "refresh_token", "password"])
      }))

    it.effect("`renew` sends a refused password again", () =>
      Effect.gen(function*() {
        const { grants, voipex } = yield* open("told@example.com", { password: Redacted.make("mistyped") })
        yield* Effect.flip(voipex.token)
        yield* Effect.flip(voipex.token)
        yield* TestClock.adjust("2 seconds")
        yield* Effect.flip(voipex.renew)
        assert.deepStrictEqual(yield* grants, ["password", "password"])
      }))

    it.effect("treats an account that is not fully set up as a refused grant, and does not retry", () =>
      Effect.gen(function*() {
        const { grants, voipex } = yield* open("new@example.com", { account: { setUp: false } })
        for (let call = 0; call < 10; call++) {
          assert.strictEqual((yield* Effect.flip(voipex.token)).reason._tag, "GrantRefused")
        }
        assert.deepStrictEqual(yield* grants, ["password"])
      }))

    it.effect("sends the refresh token once more after a server error, and then the password", () =>
      Effect.gen(function*() {
        const { grants, sandbox, voipex } = yield* open("trouble@example.com")
        yield* voipex.token
        yield* expire
        for (const answer of [Answer.status(500), Answer.reset("before-headers")]) {
          yield* sandbox.script({ provider: "voipex", kind: "token" }, [answer])
          assert.strictEqual((yield* Effect.flip(voipex.token)).reason._tag, "Unavailable")
          yield* TestClock.adjust("1 minute")
        }
        yield* voipex.token
        assert.deepStrictEqual(yield* grants, ["password", "refresh_token", "refresh_token", "password"])
      }))

    it.effect("sends no password when a renewal takes too long", () =>
      Effect.gen(function*() {
        const { grants, sandbox, voipex } = yield* open("slow@example.com")
        yield* voipex.token
        yield* expire
        yield* sandbox.script({ provider: "voipex", kind: "token" }, [Answer.hang("before-headers")])
        const call = yield* Effect.forkChild(Effect.flip(voipex.token))
        yield* sandbox.arrived({ provider: "voipex", kind: "token" }, 2)
        yield* TestClock.adjust("30 seconds")
        const { reason } = yield* Fiber.join(call)
        assert.match(reason.message, /^the authorization server did not reply in time \(http:/)
        assert.deepStrictEqual(yield* grants, ["password", "refresh_token"])
      }))

    it.effect("doesn't send a refresh token that has expired by refresh_expires_in", () =>
      Effect.gen(function*() {
        const { grants, voipex } = yield* open("over@example.com")
        yield* voipex.token
        yield* TestClock.adjust("7200 seconds")
        yield* voipex.token
        assert.deepStrictEqual(yield* grants, ["password", "password"])
      }))

    it.effect("treats a refresh_expires_in of 0 as a refresh token that does not expire", () =>
      Effect.gen(function*() {
        const { grants, voipex } = yield* open("offline@example.com", { account: { refreshLifetime: "unlimited" } })
        assert.isUndefined((yield* voipex.token).refreshToken?.expiresAt)
        yield* TestClock.adjust("365 days")
        yield* voipex.token
        assert.deepStrictEqual(yield* grants, ["password", "refresh_token"])
      }))

    it.effect("sends the password again if the reply had no refresh token", () =>
      Effect.gen(function*() {
        const { grants, sandbox, voipex } = yield* open("without@example.com")
        yield* sandbox.script({ provider: "voipex", kind: "token" }, [
          Answer.token({ refresh_token: undefined, refresh_expires_in: undefined })
        ])
        assert.isUndefined((yield* voipex.token).refreshToken)
        yield* expire
        yield* voipex.token
        assert.deepStrictEqual(yield* grants, ["password", "password"])
      }))

    it.effect("sends the password each time if the option renewal is false", () =>
      Effect.gen(function*() {
        const { grants, voipex } = yield* open("alone@example.com", { renewal: false })
        yield* voipex.token
        yield* expire
        yield* voipex.token
        assert.deepStrictEqual(yield* grants, ["password", "password"])
      }))

    it.effect("keeps its refresh token if the reply has none", () =>
      Effect.gen(function*() {
        const { grants, sandbox, voipex } = yield* open("keeps@example.com")
        yield* sandbox.behave({ voipex: { rotation: false } })
        yield* voipex.token
        yield* expire
        yield* sandbox.script({ provider: "voipex", kind: "token" }, [
          Answer.token({ refresh_token: undefined, refresh_expires_in: undefined })
        ])
        yield* voipex.token
        yield* expire
        yield* voipex.token
        assert.deepStrictEqual(yield* grants, ["password", "refresh_token", "refresh_token"])
      }))

    it.effect("gets a new token when a not-before-policy refuses the old one", () =>
      Effect.gen(function*() {
        const { sandbox, voipex } = yield* open("policy@example.com")
        yield* voipex.token
        yield* TestClock.adjust("60 seconds")
        const notBefore = Math.floor((yield* voipex.token).requestedAt / 1000) + 60
        yield* sandbox.behave({ voipex: { notBefore } })
        assert.strictEqual((yield* voipex.http.get("/me")).status, 200)
        assert.strictEqual((yield* voipex.token).reply.notBeforePolicy, notBefore)
      }))

    it.effect("sends the client id of the option", () =>
      Effect.gen(function*() {
        const { voipex } = yield* open("client@example.com", { clientId: "another" })
        const { reason } = yield* Effect.flip(voipex.token)
        assert.strictEqual(reason._tag, "CredentialsRefused")
      }))

    it.effect("follows no redirect with the password", () =>
      Effect.gen(function*() {
        const { sandbox, voipex } = yield* open("redirect@example.com")
        yield* sandbox.script({ provider: "voipex", kind: "token" }, [
          Answer.redirect(307, `${sandbox.origin}/elsewhere`)
        ])
        assert.strictEqual((yield* Effect.flip(voipex.token)).reason._tag, "Unsafe")
        assert.strictEqual((yield* sandbox.counts()).other, 0)
      }))

    it.effect("reads its options from the environment", () =>
      Effect.gen(function*() {
        const { sandbox } = yield* open("environment@example.com")
        const env = {
          VOIPEX_USERNAME: "environment@example.com",
          VOIPEX_PASSWORD: password,
          VOIPEX_SCOPES: "openid profile",
          VOIPEX_BASE_URL: sandbox.urls.voipex
        }
        const { scopes } = yield* Effect.flatMap(Voipex, ({ token }) => token).pipe(
          Effect.provide(Voipex.layerConfig()),
          Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
        )
        assert.include(scopes, "openid")
      }))

    it.effect("names the option and the variable of a missing password, in layer and in layerConfig", () =>
      Effect.gen(function*() {
        const env = { VOIPEX_USERNAME: "alice@example.com" }
        const options = { username: "alice@example.com", password: Redacted.make("") }
        for (const layer of [Voipex.layerConfig(), Voipex.layer(options)]) {
          const error = yield* Effect.scoped(Layer.build(layer)).pipe(
            Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env })),
            Effect.flip
          )
          assert.strictEqual(error.message, "voipex: password (VOIPEX_PASSWORD) is missing or empty")
        }
      }))
  })
})
