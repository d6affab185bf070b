import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { Account, Answer, Sandbox } from "../src/index.ts"
import { basic, basicOf, bearer, field, post, request } from "./support/wire.ts"

const grant = "grant_type=client_credentials"
const form = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString()

const routee = "https://auth.routee.net/oauth/token"
const routera = "https://api.routera.io/oauth2/token"
const voipex = "https://auth.voipex.io/token"
const v0 = "https://emea.cc.vonage.com/v0/oauth2/token"
const current = "https://emea.cc.vonage.com/Auth/connect/token"

const person = { client_id: "api", username: Account.voipex.username }
const { clientId: routeraId, clientSecret: routeraSecret } = Account.routera

interface Refusal {
  readonly of: string
  readonly url: string
  readonly form: string
  readonly headers?: Record<string, string>
  readonly status: number
  /** The whole body where a page shows it, or else the fields that a page names. */
  readonly body: string | Record<string, unknown>
}

const refusals: ReadonlyArray<Refusal> = [
  {
    of: "Routee: wrong credentials",
    url: routee,
    form: grant,
    headers: basic(`${Account.routee.clientId}:wrong`),
    status: 401,
    body:
      `{"timestamp":1472894732599,"status":401,"error":"Unauthorized","message":"Bad credentials","path":"/oauth/token"}`
  },
  {
    of: "Routee: a scope that isn't the application's",
    url: routee,
    form: `${grant}&scope=nonsense`,
    headers: basicOf(Account.routee),
    status: 400,
    body: { error: "invalid_scope", error_description: "Invalid scope" }
  },
  {
    of: "Routera: no grant_type",
    url: routera,
    form: form({ client_id: routeraId, client_secret: routeraSecret }),
    status: 400,
    body: { error: "invalid_request" }
  },
  {
    of: "Routera: a grant_type that isn't valid",
    url: routera,
    form: form({ grant_type: "password", client_id: routeraId, client_secret: routeraSecret }),
    status: 400,
    body: { error: "unsupported_grant_type" }
  },
  {
    of: "Routera: a client_secret that isn't valid",
    url: routera,
    form: form({ grant_type: "client_credentials", client_id: routeraId, client_secret: "wrong" }),
    status: 401,
    body: { error: "invalid_client" }
  },
  {
    of: "Routera: a client_id that isn't valid",
    url: routera,
    form: form({ grant_type: "client_credentials", client_id: "wrong", client_secret: routeraSecret }),
    status: 401,
    body: { error: "invalid_client" }
  },
  {
    of: "Voipex: a wrong password",
    url: voipex,
    form: form({ grant_type: "password", ...person, password: "wrong" }),
    status: 401,
    body: { error: "invalid_grant" }
  },
  {
    of: "Voipex: a refresh token that isn't valid",
    url: voipex,
    form: form({ grant_type: "refresh_token", client_id: "api", refresh_token: "unknown" }),
    status: 400,
    body: { error: "invalid_grant" }
  },
  {
    of: "Voipex: no refresh token",
    url: voipex,
    form: form({ grant_type: "refresh_token", client_id: "api" }),
    status: 400,
    body: { error: "invalid_request", error_description: "No refresh token" }
  },
  {
    of: "Voipex: a grant that the client may not use",
    url: voipex,
    form: form({ grant_type: "client_credentials", client_id: "api" }),
    status: 400,
    body: { error: "unauthorized_client" }
  },
  {
    of: "Voipex: an account that isn't set up",
    url: voipex,
    form: form({ grant_type: "password", client_id: "api", username: "new@example.com", password: "not-set-up" }),
    status: 400,
    body: { error: "invalid_grant", error_description: "Account is not fully set up" }
  },
  { of: "V0: a bad request", url: v0, form: "", status: 400, body: `{"error":"invalid_request"}` },
  {
    of: "V0: a wrong secret",
    url: v0,
    form: grant,
    headers: basic(`${Account.vonageV0.clientId}:wrong`),
    status: 401,
    body: `{"error":"invalid_client","error_description":"The client secret was incorrect."}`
  },
  {
    of: "The current system: another grant type",
    url: current,
    form: "grant_type=password",
    headers: basicOf(Account.vonage),
    status: 400,
    body: `{"error":"unsupported_grant_type","error_description":"Invalid grant_type"}`
  },
  {
    of: "The current system: no scope",
    url: current,
    form: grant,
    headers: basicOf(Account.vonage),
    status: 400,
    body: `{"error":"invalid_scope","error_description":"You must specify a scope"}`
  }
]

describe("A refusal that a provider documents", () => {
  for (const { body, form, headers, of, status, url } of refusals) {
    it.effect(of, () =>
      Effect.gen(function*() {
        const { at } = yield* Sandbox
        yield* TestClock.setTime(1472894732599)
        const answer = yield* post(at(url), form, headers)
        assert.strictEqual(answer.status, status)
        if (typeof body === "string") assert.strictEqual(answer.text, body)
        else assert.deepInclude(JSON.parse(answer.text), body)
      }).pipe(Effect.provide(Sandbox.layer({
        accounts: [{ provider: "voipex", username: "new@example.com", password: "not-set-up", setUp: false }]
      }))))
  }

  it.effect("The current system: 5xx with a status line's words instead of a code", () =>
    Effect.gen(function*() {
      const { at, script } = yield* Sandbox
      yield* script({ provider: "vonage-contact-center", kind: "token" }, [Answer.status(500), Answer.status(503)])
      for (const status of [500, 503]) {
        const answer = yield* post(at(current), grant, basicOf(Account.vonage))
        assert.strictEqual(answer.status, status)
        assert.strictEqual(
          answer.text,
          `{"error":"Internal Server Error","error_description":"An internal server error occurred"}`
        )
      }
    }).pipe(Effect.provide(Sandbox.layer())))
})

describe("An API's refusal of an expired token", () => {
  it.effect("is 401 or 403 at Routee and at Routee Email v1, as configured", () =>
    Effect.gen(function*() {
      const { at, behave } = yield* Sandbox
      const servers = [
        ["routee", routee, "https://connect.routee.net/accounts/me/balance", Account.routee],
        [
          "routee-email",
          "https://emailapi.routee.net/oauth/access_token",
          "https://emailapi.routee.net/accounts/me",
          Account.routeeEmail
        ]
      ] as const
      for (const [provider, token, api, account] of servers) {
        const issued = field(yield* post(at(token), grant, basicOf(account)), "access_token")
        const call = request(at(api), { headers: bearer(issued) })
        assert.strictEqual((yield* call).status, 200)
        yield* TestClock.adjust("3601 seconds")
        assert.strictEqual((yield* call).status, 401)
        yield* behave({ [provider]: { expiredTokenStatus: 403 } })
        assert.strictEqual((yield* call).status, 403)
      }
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("is 401 at the others, with a message at the current Vonage system, where a missing permission is 403", () =>
    Effect.gen(function*() {
      const { at, revoke } = yield* Sandbox
      const accept = { accept: "application/vnd.newvoicemedia.v2+json" }
      const stats = field(yield* post(at(current), `${grant}&scope=stats`, basicOf(Account.vonage)), "access_token")
      const users = request(at("https://emea.api.cc.vonage.com/useradmin/users"), {
        headers: { ...bearer(stats), ...accept }
      })
      assert.strictEqual((yield* users).status, 403)
      yield* revoke()
      const refused = yield* users
      assert.deepStrictEqual(
        [refused.status, refused.text],
        [401, `{"message":"Authorization has been denied for this request."}`]
      )
      for (
        const url of [
          "https://api.routera.io/me",
          "https://sms-api.voipex.io/me",
          "https://nam.cc.vonage.com/v0/a/calls/"
        ]
      ) {
        assert.strictEqual((yield* request(at(url), { headers: bearer(stats) })).status, 401, url)
      }
    }).pipe(Effect.provide(Sandbox.layer())))
})
