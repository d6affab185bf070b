import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Account, Sandbox } from "../src/index.ts"
import { basic, basicOf, bearer, field, fields, post, request } from "./support/wire.ts"

const { clientId, clientSecret, password = "", username = "" } = Account.generic
const grant = "grant_type=client_credentials"
const encode = (text: string) => new URLSearchParams({ v: text }).toString().slice(2)
const encodedBasic = basic(`${encode(clientId)}:${encode(clientSecret)}`)
const inBody = `${grant}&client_id=${clientId}&client_secret=${encode(clientSecret)}`

const ask = (form: string, headers: Record<string, string> = {}) =>
  Effect.flatMap(Sandbox, ({ urls }) => post(`${urls.generic}/token`, form, headers))

describe("The generic server", () => {
  it.effect("accepts the configured placement of credentials, and no other", () =>
    Effect.gen(function*() {
      const { behave } = yield* Sandbox
      const tries = [
        ["client_secret_basic", ask(grant, encodedBasic)],
        ["client_secret_basic_raw", ask(grant, basicOf(Account.generic))],
        ["client_secret_post", ask(inBody)],
        ["none", ask(`${grant}&client_id=${clientId}`)]
      ] as const
      for (const [placement] of tries) {
        yield* behave({ generic: { placement } })
        const statuses = yield* Effect.forEach(tries, ([, attempt]) => Effect.map(attempt, (answer) => answer.status))
        const expected = tries.map(([tried]): number => tried === placement ? 200 : 401)
        assert.deepEqual<ReadonlyArray<number>>(statuses, expected, placement)
      }
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("tells its token endpoint and its method, by its issuer, in both places of metadata", () =>
    Effect.gen(function*() {
      const { behave, counts, origin, urls } = yield* Sandbox
      yield* behave({ generic: { placement: "client_secret_post" } })
      const places = [
        `${urls.generic}/.well-known/openid-configuration`,
        `${origin}/.well-known/oauth-authorization-server/generic`
      ]
      for (const place of places) {
        const answer = yield* request(place)
        assert.strictEqual(answer.status, 200)
        assert.strictEqual(field(answer, "issuer"), urls.generic)
        assert.strictEqual(field(answer, "token_endpoint"), `${urls.generic}/token`)
        assert.strictEqual(field(answer, "token_endpoint_auth_methods_supported"), "client_secret_post")
      }
      assert.deepInclude(yield* counts({ provider: "generic" }), { token: 0, api: 0, other: 2 })
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("returns no refresh token for client credentials, and narrows the scope on request", () =>
    Effect.gen(function*() {
      const all = yield* ask(grant, encodedBasic)
      assert.deepStrictEqual(fields(all), ["access_token", "token_type", "expires_in", "scope"])
      assert.strictEqual(field(all, "scope"), "read write")
      assert.strictEqual(field(yield* ask(`${grant}&scope=read`, encodedBasic), "scope"), "read")
      assert.strictEqual(field(yield* ask(`${grant}&scope=admin`, encodedBasic), "error"), "invalid_scope")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("returns a refresh token for a password, which works once", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const login = yield* ask(
        `grant_type=password&username=${encode(username)}&password=${encode(password)}`,
        encodedBasic
      )
      assert.strictEqual(login.status, 200)
      const renewal = ask(`grant_type=refresh_token&refresh_token=${field(login, "refresh_token")}`, encodedBasic)
      const renewed = yield* renewal
      assert.strictEqual(renewed.status, 200)
      const me = request(`${urls.generic}/me`, { headers: bearer(field(renewed, "access_token")) })
      assert.strictEqual(field(yield* me, "account"), clientId)
      assert.strictEqual(field(yield* renewal, "error"), "invalid_grant")
      assert.strictEqual((yield* me).status, 401)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("refuses a wrong password", () =>
    Effect.gen(function*() {
      const answer = yield* ask(`grant_type=password&username=${encode(username)}&password=wrong`, encodedBasic)
      assert.deepStrictEqual([answer.status, field(answer, "error")], [400, "invalid_grant"])
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("returns a new refresh token, the same one, or none for a renewal, as configured", () =>
    Effect.gen(function*() {
      const { behave } = yield* Sandbox
      yield* behave({ generic: { rotation: false } })
      const login = yield* ask(
        `grant_type=password&username=${encode(username)}&password=${encode(password)}`,
        encodedBasic
      )
      const first = field(login, "refresh_token")
      const renewal = ask(`grant_type=refresh_token&refresh_token=${first}`, encodedBasic)
      assert.notStrictEqual(field(yield* renewal, "refresh_token"), first)
      yield* behave({ generic: { renewedRefreshToken: "same" } })
      assert.strictEqual(field(yield* renewal, "refresh_token"), first)
      yield* behave({ generic: { renewedRefreshToken: "none" } })
      assert.notInclude(fields(yield* renewal), "refresh_token")
    }).pipe(Effect.provide(Sandbox.layer())))
})
