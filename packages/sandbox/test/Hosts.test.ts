import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Account, hosts, Sandbox } from "../src/index.ts"
import { basicOf, bearer, field, post, request } from "./support/wire.ts"

const grant = "grant_type=client_credentials"
const encode = encodeURIComponent

interface Documented {
  readonly token: string
  readonly form: string
  readonly headers?: Record<string, string>
  readonly api: ReadonlyArray<readonly [method: string, url: string, headers?: Record<string, string>]>
}

const versioned = { accept: "application/vnd.newvoicemedia.v2+json" }

const vonageAt = (domain: string, region: string): ReadonlyArray<Documented> => [
  {
    token: `https://${region}.${domain}/v0/oauth2/token`,
    form: grant,
    headers: basicOf(Account.vonageV0),
    api: [["POST", `https://${region}.${domain}/v0/a1b2c3d4e5/calls/`, { accept: "application/json;version=6" }]]
  },
  {
    token: `https://${region}.${domain}/Auth/connect/token`,
    form: `${grant}&scope=users:read`,
    headers: basicOf(Account.vonage),
    api: [["GET", `https://${region}.api.${domain}/useradmin/users`, versioned]]
  }
]

const documented: ReadonlyArray<Documented> = [
  {
    token: "https://auth.routee.net/oauth/token",
    form: grant,
    headers: basicOf(Account.routee),
    api: [["GET", "https://connect.routee.net/accounts/me/balance"], ["POST", "https://connect.routee.net/sms"]]
  },
  {
    token: "https://emailapi.routee.net/oauth/access_token",
    form: grant,
    headers: basicOf(Account.routeeEmail),
    api: [["POST", "https://emailapi.routee.net/transactional-email"]]
  },
  {
    token: "https://api.routera.io/oauth2/token",
    form: grant,
    headers: basicOf(Account.routera),
    api: [["GET", "https://api.routera.io/me"]]
  },
  {
    token: "https://auth.voipex.io/token",
    form: `grant_type=password&client_id=api&username=${encode(Account.voipex.username)}&password=${
      encode(Account.voipex.password)
    }`,
    api: [
      ["GET", "https://ipbxapi.voipex.io/me"],
      ["POST", "https://sms-api.voipex.io/sms"],
      ["GET", "https://restapi.ipex.cz/me"]
    ]
  },
  ...vonageAt("cc.vonage.com", "emea"),
  ...vonageAt("cc.vonage.com", "nam"),
  ...vonageAt("newvoicemedia.com", "apac")
]

/** The URL with another provider's host instead of its own. */
const elsewhere = (url: string) => {
  const { hostname, pathname } = new URL(url)
  return `https://${hostname.endsWith("routee.net") ? "auth.voipex.io" : "auth.routee.net"}${pathname}`
}

describe("A provider's host", () => {
  it.effect("serves the documented token URL and API URLs, each at its own address", () =>
    Effect.gen(function*() {
      const { at, journal } = yield* Sandbox
      for (const { api, form, headers = {}, token } of documented) {
        const reply = yield* post(at(token), form, headers)
        assert.strictEqual(reply.status, 200, token)
        const authorization = bearer(field(reply, "access_token"))
        for (const [method, url, extra = {}] of api) {
          const answer = yield* request(at(url), { method, headers: { ...authorization, ...extra } })
          assert.include([200, 201], answer.status, url)
        }
      }
      assert.deepStrictEqual((yield* journal).filter(({ kind }) => kind === "other"), [])
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("has no route of another host, and names the right one", () =>
    Effect.gen(function*() {
      const { at } = yield* Sandbox
      for (const { api, form, headers = {}, token } of documented) {
        const authorization = bearer(field(yield* post(at(token), form, headers), "access_token"))
        assert.strictEqual((yield* post(at(elsewhere(token)), form, headers)).status, 404, token)
        for (const [method, url, extra = {}] of api) {
          const init = { method, headers: { ...authorization, ...extra } }
          assert.strictEqual((yield* request(at(elsewhere(url)), init)).status, 404, url)
        }
      }
      const wrong = yield* post(at("https://connect.routee.net/oauth/token"), grant, basicOf(Account.routee))
      assert.strictEqual(wrong.status, 404)
      assert.strictEqual(
        field(wrong, "message"),
        "There is no /oauth/token at connect.routee.net: it is at auth.routee.net."
      )
      const v0 = yield* request(at("https://emea.api.cc.vonage.com/v0/a1b2c3d4e5/calls/"), { method: "POST" })
      assert.strictEqual(v0.status, 404)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("must be one that a provider documents, and a wrong method is reported", () =>
    Effect.gen(function*() {
      const { origin } = yield* Sandbox
      const unknown = yield* post(`${origin}/auth.routee.com/oauth/token`, grant, basicOf(Account.routee))
      assert.strictEqual(unknown.status, 404)
      assert.match(
        field(unknown, "message"),
        /^The sandbox has no host auth\.routee\.com\. Its hosts: auth\.routee\.net/
      )
      for (
        const path of ["/a.b.cc.vonage.com/v0/oauth2/token", "/.cc.vonage.com/v0/oauth2/token", "/cc.vonage.com/v0"]
      ) {
        assert.strictEqual((yield* post(origin + path, grant)).status, 404, path)
      }
      const method = yield* post(`${origin}/connect.routee.net/accounts/me/balance`, "")
      assert.strictEqual(method.status, 404)
      assert.include(field(method, "message"), "takes GET, and this is POST")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("of V0's API accepts only V0's tokens, and that of the current system only its own", () =>
    Effect.gen(function*() {
      const { at } = yield* Sandbox
      const v0 = field(
        yield* post(at("https://emea.cc.vonage.com/v0/oauth2/token"), grant, basicOf(Account.vonageV0)),
        "access_token"
      )
      const users = yield* request(at("https://emea.api.cc.vonage.com/useradmin/users"), {
        headers: { ...bearer(v0), ...versioned }
      })
      assert.strictEqual(users.status, 401)
      const current = field(
        yield* post(
          at("https://emea.cc.vonage.com/Auth/connect/token"),
          `${grant}&scope=stats`,
          basicOf(Account.vonage)
        ),
        "access_token"
      )
      const calls = yield* request(at("https://emea.cc.vonage.com/v0/k/calls/"), {
        method: "POST",
        headers: bearer(current)
      })
      assert.strictEqual(calls.status, 401)
    }).pipe(Effect.provide(Sandbox.layer())))
})

describe("The sandbox's fetch", () => {
  it.effect("accepts the providers' documented URLs, as text, URL or Request", () =>
    Effect.gen(function*() {
      const { fetch, journal } = yield* Sandbox
      const init = { method: "POST", body: new URLSearchParams(grant), headers: basicOf(Account.routee) }
      const url = "https://auth.routee.net/oauth/token"
      for (const input of [url, new URL(url), new Request(url, init)]) {
        const response = yield* Effect.promise(() => fetch(input, input instanceof Request ? undefined : init))
        assert.strictEqual(response.status, 200)
        yield* Effect.promise(() => response.text())
      }
      assert.deepStrictEqual(
        (yield* journal).map(({ path }) => path),
        [1, 2, 3].map(() => "/auth.routee.net/oauth/token")
      )
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("does not accept other hosts, plain http, other ports, and redirects that would be followed", () =>
    Effect.gen(function*() {
      const { at, counts, fetch, script } = yield* Sandbox
      const failure = (url: string, init?: RequestInit) =>
        Effect.promise(() => fetch(url, init).then(() => "no failure", (error: unknown) => String(error)))
      for (
        const url of [
          "https://auth.routee.com/oauth/token",
          "https://auth.routee.net.evil.example/oauth/token",
          "https://a.b.cc.vonage.com/v0/oauth2/token",
          "https://me:secret@auth.routee.net/oauth/token",
          "http://auth.routee.net/oauth/token",
          "https://auth.routee.net:8443/oauth/token",
          "https://generic/token"
        ]
      ) {
        const told = yield* failure(url)
        assert.match(told, /^TypeError: The sandbox doesn't take https?:\/\//, url)
        assert.notInclude(told, "secret")
        assert.throws(() => at(url), TypeError)
      }
      assert.deepInclude(yield* counts(), { token: 0, api: 0, other: 0 })
      const redirect = {
        _tag: "Status",
        status: 307,
        body: "",
        headers: [["location", "https://example.com/"]]
      } as const
      yield* script({}, [redirect, redirect])
      assert.match(yield* failure("https://auth.routee.net/oauth/token"), /doesn't follow redirects/)
      assert.strictEqual(
        yield* failure("https://auth.routee.net/oauth/token", { redirect: "manual" }),
        "no failure"
      )
    }).pipe(Effect.provide(Sandbox.layer())))

  it("knows every host that a provider documents", () => {
    const named = documented.flatMap(({ api, token }) => [token, ...api.map(([, url]) => url)]).map((url) =>
      new URL(url).hostname.replace(/^(?:emea|nam|apac)\./, "{region}.")
    )
    const { generic: _, ...companies } = hosts
    assert.includeMembers(named, [...new Set(Object.values(companies).flat())])
  })
})
