/*
 * What an application gives may change afterwards, and a getter or a Proxy may return something else at each look. What
 * is used is what was there, and was checked, when a client was made.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Authorization from "@mintmark/core/Authorization"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Fetch from "@mintmark/core/Fetch"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as TokenSource from "@mintmark/core/TokenSource"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { serve } from "./support/TestServer.ts"

/** A server that keeps what it is sent; the first request to the API is refused. */
const recording = () => {
  const sent: Array<string> = []
  const http = HttpClient.make((request, url) =>
    Effect.sync(() => {
      const { body, headers, method } = request
      const text = body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""
      sent.push(JSON.stringify([method, url.href, { ...headers, b3: "", traceparent: "" }, text]))
      return HttpClientResponse.fromWeb(
        request,
        Response.json({ access_token: "token", token_type: "Bearer", expires_in: 3600, error: null })
      )
    })
  )
  return { http, sent }
}

/** All that an application and its provider can give, new for each test. */
const given = () => {
  const facts = {
    id: "acme",
    tokenEndpoint: "https://auth.acme.test/token",
    apiUrl: "https://api.acme.test",
    apiOrigins: ["https://one.acme.test"],
    clientAuthentication: { ...ClientAuthentication.clientSecretPost },
    grant: { ...Grant.clientCredentials },
    scopes: ["provider"],
    parameters: { audience: "provider", list: ["p"] },
    request: { headers: { "x-version": "1" }, fields: { scope: "scopes" } },
    errors: [{ status: 400, error: "acme", means: "grant" as const }],
    authorization: { ...Authorization.header("x-token") },
    renewOn: [401],
    doubtOn: [403],
    defaults: { clientId: "default" },
    reply: TokenReply.Standard
  }
  const options = {
    clientId: "id",
    clientSecret: Redacted.make("secret"),
    parameters: { resource: ["a", Redacted.make("b")], audience: "own" },
    apiOrigins: ["https://two.acme.test"],
    renewOn: [401],
    deadline: { seconds: 10 },
    scopes: ["x", "y"]
  }
  return { facts, options, provider: Provider.make<unknown, ClientAuthentication.ClientSecret, {}>(facts) }
}

type Given = ReturnType<typeof given>

/** Changes something in what was given; a caller without types can. */
const changes: Record<string, (given: Given) => unknown> = {
  "another client id": ({ options }) => options.clientId = "other",
  "another secret": ({ options }) => options.clientSecret = Redacted.make("other"),
  "a scope more": ({ options }) => options.scopes.push("z"),
  "no scopes": ({ options }) => options.scopes.length = 0,
  "a parameter more": ({ options }) => Object.assign(options.parameters, { extra: "1" }),
  "another parameter": ({ options }) => options.parameters.audience = "other",
  "a value more in a parameter's list": ({ options }) => options.parameters.resource.push("c"),
  "another secret in a parameter's list": ({ options }) => options.parameters.resource[1] = Redacted.make("c"),
  "a value more in the provider's own list": ({ facts }) => facts.parameters.list.push("q"),
  "another parameter of the provider": ({ provider }) => Object.assign(provider.parameters, { list: ["other"] }),
  "another scope of the provider": ({ facts, options }) => {
    options.scopes.length = 0
    facts.scopes[0] = "other"
  },
  "another header of the provider": ({ facts }) => facts.request.headers["x-version"] = "2",
  "another name of a field": ({ facts }) => facts.request.fields.scope = "other",
  "another token endpoint of the provider": ({ provider }) =>
    Object.assign(provider, { tokenEndpoint: "https://evil.test/token" }),
  "another token endpoint": ({ options }) => Object.assign(options, { tokenEndpoint: "https://evil.test/token" }),
  "another method of authentication": ({ facts }) =>
    Object.assign(facts.clientAuthentication, { authenticate: () => ({ headers: { "x-secret": "other" } }) }),
  "another grant": ({ facts }) => Object.assign(facts.grant, { request: () => ({ parameters: { grant_type: "o" } }) }),
  "another header for the token": ({ facts }) => facts.authorization.header = "x-other",
  "another origin": ({ options }) => options.apiOrigins.push("https://evil.test"),
  "another origin of the provider": ({ facts }) => facts.apiOrigins.push("https://evil.test"),
  "another API": ({ options }) => Object.assign(options, { apiUrl: "https://evil.test" })
}

/** What is sent for two sets of scopes, two requests to the API and one that must not be sent. */
const use = Effect.fnUntraced(function*(change: (given: Given) => unknown) {
  const { http, sent } = recording()
  const all = given()
  const client = yield* Effect.provideService(
    ProviderClient.make(all.provider, all.options),
    HttpClient.HttpClient,
    http
  )
  const scopes = ["view"]
  const view = client.withScopes(scopes)
  change(all)
  scopes.push("late")
  yield* client.token
  yield* (yield* view).token
  for (const url of ["/me", "https://two.acme.test/", "https://one.acme.test/"]) yield* client.http.get(url)
  const refused = yield* Effect.flip(client.http.get("https://evil.test/"))
  return [...sent, refused.message]
})

describe("what an application has passed", () => {
  for (const [what, change] of Object.entries(changes)) {
    it.effect(`changes nothing when it has ${what} later`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* use(change), yield* use(() => {}))
      }))
  }

  it.effect("is compared by the requests that it makes", () =>
    Effect.gen(function*() {
      const sent = yield* use(() => {})
      assert.lengthOf(sent, 6)
      assert.include(
        sent[0],
        "grant_type=client_credentials&client_id=id&client_secret=secret&scopes=x+y&audience=own&list=p&resource=a&resource=b"
      )
      assert.include(sent[1], "&scopes=view&")
      assert.include(sent[2], "\"x-token\":\"token\"")
      assert.include(sent[5], "evil.test must not get the token")
    }))
})

/** Returns one value at the first look, and another one at each later look. */
const turning = <A>(first: A, later: A) => {
  let looks = 0
  return () => looks++ === 0 ? first : later
}

/** A caller without types may give anything. */
const withParameters = <O extends {}>(options: O, parameters: unknown): O =>
  Object.assign({ ...options }, { parameters })

describe("what an application passes is read once:", () => {
  const evil = "https://evil.test/token"

  it.effect("a getter whose host, secret or list changes is not read again", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const endpoint = turning("https://auth.acme.test/token", evil)
      const api = turning("https://api.acme.test", "http://evil.test")
      const secret = turning(Redacted.make("secret"), Redacted.make("other"))
      const resource = turning(["a"], ["b"])
      const statuses = turning([401], [200])
      const options = {
        clientId: "id",
        get clientSecret() {
          return secret()
        },
        get tokenEndpoint() {
          return endpoint()
        },
        get apiUrl() {
          return api()
        },
        get renewOn() {
          return statuses()
        },
        parameters: {
          get resource() {
            return resource()
          }
        }
      }
      const source = yield* Effect.provideService(
        TokenSource.make(given().provider, options),
        HttpClient.HttpClient,
        http
      )
      yield* source.get
      yield* source.renew
      for (const request of sent) {
        assert.include(request, "https://auth.acme.test/token")
        assert.include(request, "client_secret=secret")
        assert.include(request, "&resource=a")
      }
    }))

  it.effect("a Proxy of a list is copied before it is checked", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      let isChecked = false
      const scopes = new Proxy(["x"], {
        get: (target, name) => {
          if (name !== "0") return Reflect.get(target, name)
          const value = isChecked ? "x\r\nevil: 1" : "x"
          isChecked = true
          return value
        }
      })
      const client = yield* Effect.provideService(
        ProviderClient.make(given().provider, { ...given().options, scopes }),
        HttpClient.HttpClient,
        http
      )
      yield* client.token
      assert.include(sent[0], "scopes=x&")
    }))

  it.effect("a duration is read when the client is made, whatever kind of value it is", () =>
    Effect.gen(function*() {
      for (const deadline of [{ seconds: 10 }, Duration.seconds(10), "10 seconds" as const]) {
        const { options, provider } = given()
        const { http } = recording()
        const all = { ...options, deadline }
        const source = yield* Effect.provideService(TokenSource.make(provider, all), HttpClient.HttpClient, http)
        if (typeof deadline === "object" && "seconds" in deadline) Object.assign(deadline, { seconds: -1 })
        yield* source.get
      }
    }))

  it.effect("what is not a record of parameters is refused, and not ignored", () =>
    Effect.gen(function*() {
      const { options, provider } = given()
      for (
        const parameters of [
          new Map([["audience", "a"]]),
          new URLSearchParams("audience=a"),
          ["audience"],
          new Date(0),
          Duration.seconds(1),
          "audience=a",
          7
        ]
      ) {
        const error = yield* Effect.flip(Effect.provideService(
          ProviderClient.make(provider, withParameters(options, parameters)),
          HttpClient.HttpClient,
          recording().http
        ))
        assert.include(error.message, "parameters must be a plain object", String(parameters))
      }
      for (const value of [new Map(), new Date(0), { a: "b" }, [["a"], [7]], null, Duration.seconds(1)]) {
        const error = yield* Effect.flip(Effect.provideService(
          ProviderClient.make(provider, withParameters(options, { value })),
          HttpClient.HttpClient,
          recording().http
        ))
        assert.include(error.message, "parameters must contain strings", String(value))
      }
    }))
})

describe("Fetch", () => {
  class Acme extends Context.Service<Acme, ProviderClient.ProviderClient<unknown>>()("test/Acme") {}

  it.live("sends the headers of the time of the call, also after a wait for a token, and in a repeated request", () =>
    Effect.gen(function*() {
      let refusals = 0
      let tokens = 0
      const server = yield* serve(({ path }) =>
        path === "/token"
          ? { body: JSON.stringify({ access_token: `token-${++tokens}`, token_type: "Bearer", expires_in: 3600 }) }
          : { status: refusals++ === 0 ? 401 : 200 }
      )
      const provider = Provider.make<unknown, ClientAuthentication.ClientSecret, {}>({
        ...given().facts,
        tokenEndpoint: `${server.origin}/token`,
        apiUrl: server.origin
      })
      const { clientId, clientSecret } = given().options
      const layer = Layer.effect(Acme, ProviderClient.make(provider, { clientId, clientSecret }))
      const headers: ReadonlyArray<Record<string, string> | Headers | Array<[string, string]>> = [
        { "x-mine": "1" },
        new Headers({ "x-mine": "1" }),
        [["x-mine", "1"]]
      ]
      for (const each of headers) {
        refusals = 0
        const { close, fetch } = Fetch.make(layer, Acme)
        const init = { method: "GET", headers: each }
        const response = fetch("/me", init)
        init.method = "DELETE"
        if (each instanceof Headers) each.set("x-mine", "2")
        else if (Array.isArray(each)) each[0] = ["x-mine", "2"]
        else each["x-mine"] = "2"
        yield* Effect.promise(() => response)
        yield* Effect.promise(close)
      }
      const requests = server.received.filter(({ path }) => path === "/me")
      assert.lengthOf(requests, 6)
      for (const { headers, method } of requests) {
        assert.strictEqual(method, "GET")
        assert.strictEqual(headers["x-mine"], "1")
      }
    }))
})
