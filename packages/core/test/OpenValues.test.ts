/*
 * Providers of shapes that core knows nothing of: each is a value made from outside of core.
 */
import { assert, describe, it } from "@effect/vitest"
import * as AccessToken from "@mintmark/core/AccessToken"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import * as TokenPool from "@mintmark/core/TokenPool"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { inspect } from "node:util"

interface Sent {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A server that keeps what it is sent, and replies with one answer after the other, then with a token. */
const recording = (answers: ReadonlyArray<() => Response> = []) => {
  const sent: Array<Sent> = []
  const rest = [...answers]
  const http = HttpClient.make((request, url) =>
    Effect.sync(() => {
      const { body, headers, method } = request
      const text = body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""
      sent.push({ method, url: url.href, headers, body: text })
      const answer = rest.shift()
      return HttpClientResponse.fromWeb(
        request,
        answer?.() ?? Response.json({ access_token: `token-${sent.length}`, token_type: "Bearer", expires_in: 60 })
      )
    })
  )
  return { http, sent }
}

const common = {
  id: "odd",
  tokenEndpoint: "https://auth.odd.test/token",
  apiUrl: "https://api.odd.test",
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials,
  reply: TokenReply.Standard
}

const client = { clientId: "id", clientSecret: Redacted.make("s3cret&=") }

/** The one token request of an account. */
const requestOf = Effect.fnUntraced(function*<E>(
  make: Effect.Effect<ProviderClient.ProviderClient<unknown, never>, E, HttpClient.HttpClient | Scope.Scope>
) {
  const { http, sent } = recording()
  const { token } = yield* Effect.provideService(make, HttpClient.HttpClient, http)
  assert.strictEqual(AccessToken.authorization(yield* token), "Bearer token-1")
  const [request] = sent
  assert(request !== undefined)
  return request
})

// Further requests of another form are in `OtherProviders.test.ts`.
describe("a provider with a request of another form", () => {
  it.effect("authenticates with headers and further secrets, one of them a multi-line key", () =>
    Effect.gen(function*() {
      const clientAuthentication = ClientAuthentication.make({
        name: "signed_key",
        needs: { apiKey: "secret", certificate: "key", note: "text?" },
        authenticate: ({ apiKey, certificate, note = "none" }) => ({
          headers: { "x-api-key": apiKey, "x-lines": String(Redacted.value(certificate).split("\n").length), note }
        })
      })
      const odd = Provider.make({ ...common, clientAuthentication })
      const sent = yield* requestOf(
        ProviderClient.make(odd, { apiKey: Redacted.make("k3y"), certificate: Redacted.make("a\nb\nc") })
      )
      assert.include(sent.headers, { "x-api-key": "k3y", "x-lines": "3", note: "none" })
    }))

  it.effect("has variable parts in the host and the path of its URLs", () =>
    Effect.gen(function*() {
      const odd = Provider.make({
        ...common,
        tokenEndpoint: "https://{server}/{tenant}/token",
        urlParts: { server: HostPart.authority, tenant: HostPart.segment },
        defaults: { tenant: "common" }
      })
      const sent = yield* requestOf(ProviderClient.make(odd, { ...client, server: "login.odd.test:8443/v2" }))
      assert.strictEqual(sent.url, "https://login.odd.test:8443/v2/common/token")
    }))

  it.effect("sends repeated parameters and secret ones", () =>
    Effect.gen(function*() {
      const odd = Provider.make({ ...common, parameters: { audience: "a" } })
      const parameters = { audience: "b", resource: ["https://a.test", "https://b.test"], key: Redacted.make("k&y") }
      const sent = yield* requestOf(ProviderClient.make(odd, { ...client, parameters }))
      const fields = new URLSearchParams(sent.body)
      assert.deepStrictEqual(fields.getAll("resource"), ["https://a.test", "https://b.test"])
      assert.deepStrictEqual([fields.getAll("audience"), fields.get("key")], [["b"], "k&y"])
    }))
})

/** A grant that numbers its attempts, as one that signs an assertion would. */
const numbering = () => {
  let attempts = 0
  return Grant.make({
    name: "numbered",
    needs: { subject: "text" },
    refusedAs: "client_credentials",
    request: ({ subject }) =>
      Effect.sync(() => ({ parameters: { grant_type: "numbered", assertion: `${subject}-${++attempts}` } }))
  })
}

describe("a grant that is an effect", () => {
  it.effect("runs anew for each attempt, so that no two carry the same assertion", () =>
    Effect.gen(function*() {
      const { http, sent } = recording([
        () => new Response(null, { status: 503 }),
        () => new Response(null, { status: 503 })
      ])
      const odd = Provider.make({ ...common, grant: numbering() })
      const { token } = yield* ProviderClient.make(odd, { ...client, subject: "s" }).pipe(
        Effect.provideService(HttpClient.HttpClient, http)
      )
      const waiting = yield* Effect.forkChild(token, { startImmediately: true })
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(waiting.pollUnsafe()?._tag, "Success")
      assert.deepStrictEqual(
        sent.map(({ body }) => new URLSearchParams(body).get("assertion")),
        ["s-1", "s-2", "s-3"]
      )
    }))

  it.effect("runs within the deadline", () =>
    Effect.gen(function*() {
      const grant = Grant.make({ ...numbering(), request: () => Effect.never })
      const { http, sent } = recording()
      const { token } = yield* ProviderClient.make(Provider.make({ ...common, grant }), {
        ...client,
        subject: "s",
        deadline: "5 seconds"
      }).pipe(Effect.provideService(HttpClient.HttpClient, http))
      const waiting = yield* Effect.forkChild(Effect.flip(token), { startImmediately: true })
      yield* TestClock.adjust("5 seconds")
      const exit = waiting.pollUnsafe()
      assert(exit?._tag === "Success")
      assert.include(exit.value.reason, { _tag: "Unavailable", kind: "timeout" })
      assert.deepStrictEqual(sent, [])
    }))

  it.effect("is one account, whatever it adds to the request: the options are its identity", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const pool = yield* TokenPool.make(Provider.make({ ...common, grant: numbering() }), {
        account: (subject: string) => ({ ...client, subject })
      }).pipe(Effect.provideService(HttpClient.HttpClient, http))
      for (const key of ["a", "b", "a", "b"]) yield* pool.get(key)
      assert.deepStrictEqual(sent.map(({ body }) => new URLSearchParams(body).get("assertion")), ["a-1", "b-2"])
    }))

  for (
    const [what, request] of [
      ["fails", () => Effect.fail("k3y of the vault")],
      ["dies", () => Effect.die(new Error("k3y of the vault"))],
      ["throws", () => {
        throw new Error("k3y of the vault")
      }]
    ] as const
  ) {
    it.effect(`that ${what} is reported as credentials that can't be read, without its error`, () =>
      Effect.gen(function*() {
        const { http, sent } = recording()
        const odd = Provider.make({ ...common, grant: Grant.make({ ...numbering(), request }) })
        const made = ProviderClient.make(odd, { ...client, subject: "s" }).pipe(
          Effect.provideService(HttpClient.HttpClient, http)
        )
        const waiting = yield* Effect.forkChild(Effect.flip(Effect.flatMap(made, ({ token }) => token)), {
          startImmediately: true
        })
        yield* TestClock.adjust("10 seconds")
        const exit = waiting.pollUnsafe()
        assert(exit?._tag === "Success")
        assert.include(exit.value.reason, { _tag: "Unavailable", kind: "credentials" })
        assert.notInclude(inspect(exit.value, { depth: Infinity, showHidden: true }), "k3y")
        assert.deepStrictEqual(sent, [])
      }))
  }

  it.effect("can't set a field that the application sets, nor another origin", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const outcome = (grant: Grant.Grant<{ readonly subject: "text" }>) =>
        ProviderClient.make(Provider.make({ ...common, grant }), {
          ...client,
          subject: "s",
          parameters: { assertion: "mine" }
        }).pipe(
          Effect.flatMap(({ token }) => token),
          Effect.provideService(HttpClient.HttpClient, http),
          Effect.flip
        )
      const taken = yield* outcome(numbering())
      assert.include(taken.message, "odd: parameters must not name assertion")
      const elsewhere = yield* outcome(
        Grant.make({ ...numbering(), request: () => Effect.succeed({ url: "https://evil.test/token" }) })
      )
      assert.include(elsewhere.reason, { _tag: "Unsafe", kind: "origin" })
      assert.deepStrictEqual(sent, [])
    }))
})

describe("a grant that produces the token itself", () => {
  let produced = 0
  const grant = Grant.produce({
    name: "self_signed",
    needs: { issuer: "text", privateKey: "key" },
    refusedAs: "client_credentials",
    produce: ({ issuer }) =>
      Effect.map(Clock.currentTimeMillis, (now) => ({
        access_token: `${issuer}-${now}-${++produced}`,
        token_type: "Bearer",
        expires_in: 60
      }))
  })
  const odd = Provider.make({ ...common, clientAuthentication: ClientAuthentication.none, grant })
  const account = { clientId: "id", issuer: "i", privateKey: Redacted.make("line\nline") }

  it.effect("is cached, renewed and attached like any other, without a token request", () =>
    Effect.gen(function*() {
      const { http, sent } = recording()
      const client = yield* ProviderClient.make(odd, account).pipe(Effect.provideService(HttpClient.HttpClient, http))
      const first = yield* client.token
      assert.strictEqual(yield* client.token, first)
      yield* TestClock.adjust("61 seconds")
      const second = yield* client.token
      assert.notStrictEqual(Redacted.value(second.value), Redacted.value(first.value))
      yield* client.http.get("/me")
      assert.deepStrictEqual(
        sent.map(({ headers, url }) => [url, headers["authorization"]]),
        [["https://api.odd.test/me", AccessToken.authorization(second)]]
      )
    }))
})

describe("a refresh token that was obtained elsewhere", () => {
  const stored = Provider.make({ ...common, grant: Grant.refreshToken, renewal: Grant.refreshToken })

  /** A server that rotates its refresh tokens, each of which is good for one use. */
  const rotating = (first: string) => {
    const spent: Array<string | null> = []
    let current = first
    const http = HttpClient.make((request) =>
      Effect.sync(() => {
        const text = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
        const token = new URLSearchParams(text).get("refresh_token")
        spent.push(token)
        if (token !== current) {
          return HttpClientResponse.fromWeb(request, Response.json({ error: "invalid_grant" }, { status: 400 }))
        }
        current = `refresh-${spent.length}`
        return HttpClientResponse.fromWeb(
          request,
          Response.json({
            access_token: `token-${spent.length}`,
            token_type: "Bearer",
            expires_in: 60,
            refresh_token: current
          })
        )
      })
    )
    return { http, spent }
  }

  it.effect("gets the first token; the newest refresh token gets the next ones", () =>
    Effect.gen(function*() {
      const { http, spent } = rotating("stored")
      const { token } = yield* ProviderClient.make(stored, { ...client, refreshToken: Redacted.make("stored") }).pipe(
        Effect.provideService(HttpClient.HttpClient, http)
      )
      for (let count = 1; count <= 3; count++) {
        assert.strictEqual(AccessToken.authorization(yield* token), `Bearer token-${count}`)
        yield* TestClock.adjust("61 seconds")
      }
      assert.deepStrictEqual(spent, ["stored", "refresh-1", "refresh-2"])
    }))

  it.effect("is never sent again by itself after the server has refused it", () =>
    Effect.gen(function*() {
      const { http, spent } = rotating("another")
      const { token } = yield* ProviderClient.make(stored, { ...client, refreshToken: Redacted.make("stored") }).pipe(
        Effect.provideService(HttpClient.HttpClient, http)
      )
      for (let hour = 0; hour < 24; hour++) {
        assert.include((yield* Effect.flip(token)).reason, { _tag: "GrantRefused", grant: "refresh_token" })
        yield* TestClock.adjust("1 hour")
      }
      assert.deepStrictEqual(spent, ["stored"])
    }))

  it.effect("is replaced by a newer one that the application reads", () =>
    Effect.gen(function*() {
      let current = "stored"
      const { http, spent } = rotating("new")
      const { token } = yield* ProviderClient.make(stored, {
        ...client,
        refreshToken: Effect.sync(() => Redacted.make(current))
      }).pipe(Effect.provideService(HttpClient.HttpClient, http))
      assert.strictEqual((yield* Effect.flip(token)).reason._tag, "GrantRefused")
      current = "new"
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(AccessToken.authorization(yield* token), "Bearer token-2")
      assert.deepStrictEqual(spent, ["stored", "new"])
    }))
})

describe("code of an application", () => {
  const methodOf = (authenticate: unknown) => {
    const method: object = { name: "own", needs: { clientId: "text", clientSecret: "secret" }, authenticate }
    return { clientAuthentication: method }
  }
  const grantOf = (request: unknown) => {
    const grant: object = { name: "own", needs: {}, refusedAs: "client_credentials", request }
    return { grant }
  }

  /** What an account fails with whose provider has these facts, and how many requests were sent. */
  const failureOf = Effect.fnUntraced(function*(facts: object, answers: ReadonlyArray<() => Response> = []) {
    const { http, sent } = recording(answers)
    const odd = Provider.make(Object.assign({ ...common }, facts))
    const error = yield* Effect.flip(
      Effect.flatMap(ProviderClient.make(odd, client), ({ token }) => token).pipe(
        Effect.provideService(HttpClient.HttpClient, http)
      )
    )
    assert.notInclude(inspect(error, { depth: 9 }), "s3cret")
    return { message: error.message, reason: error.reason, sent: sent.length }
  })

  const secret = Redacted.make("s3cret")
  const wrong: ReadonlyArray<readonly [what: string, additions: unknown, name: string]> = [
    ["nothing", undefined, "it"],
    ["null", null, "it"],
    ["a text", "client_id=id", "it"],
    ["a promise", Promise.resolve({ parameters: { a: "b" } }), "it"],
    ["Headers", new Headers({ a: "b" }), "it"],
    ["a list", [], "it"],
    ["another field", { header: { authorization: "s3cret" } }, "header"],
    ["a number as parameter", { parameters: { n: 5 } }, "n"],
    ["undefined as parameter", { parameters: { n: undefined } }, "n"],
    ["an object in a list", { parameters: { n: ["a", {}] } }, "n"],
    ["a number as header", { headers: { "x-n": 5 } }, "x-n"],
    [
      "a header with a character that HTTP can't carry",
      { headers: { "x-key": Redacted.make("s3cret\u20AC") } },
      "x-key"
    ],
    ["a header with a zero-width space", { headers: { "x-key": Redacted.make("s3cret\u200B") } }, "x-key"],
    ["a header with a line break", { headers: { "x-key": Redacted.make("s3cret\n") } }, "x-key"],
    ["a header whose name has a space", { headers: { "a b": "c" } }, "the name of a header"],
    ["a header that the request itself has", { headers: { "Transfer-Encoding": "chunked" } }, "Transfer-Encoding"],
    ["a secret that was put into a text", { headers: { authorization: `Bearer ${secret}` } }, "authorization"],
    ["a labeled secret in a text", { parameters: { key: `${Redacted.make("s3cret", { label: "key" })}` } }, "key"],
    ["a number as URL", { url: 5 }, "url"]
  ]
  for (const [what, additions, name] of wrong) {
    it.effect(`is refused that adds ${what} to a request, before any is sent`, () =>
      Effect.gen(function*() {
        for (const returned of [additions, Effect.succeed(additions)]) {
          for (
            const [option, facts] of [
              ["clientAuthentication", methodOf(() => returned)],
              ["grant", grantOf(() => returned)]
            ] as const
          ) {
            const { message, reason, sent } = yield* failureOf(facts)
            assert.include(reason, { _tag: "InvalidOption", option })
            assert.include(
              message,
              `${option} must return headers, parameters or url that can be sent, and ${name} can't`
            )
            assert.strictEqual(sent, 0)
          }
        }
      }))
  }

  it.effect("is refused that adds a header to all requests which can't be sent", () =>
    Effect.gen(function*() {
      for (const headers of [{ "x-key": "\u20AC" }, { "content-length": "1" }, { "": "a" }]) {
        const { reason, sent } = yield* failureOf({ request: { headers } })
        assert.include(reason, { _tag: "InvalidOption", option: "request" })
        assert.strictEqual(sent, 0)
      }
    }))

  it.effect("is refused that adds a parameter which the client authentication method adds", () =>
    Effect.gen(function*() {
      const { message, sent } = yield* failureOf(
        grantOf(() => ({ parameters: { grant_type: "own", client_id: "another" } }))
      )
      assert.include(message, "grant must not name client_id")
      assert.strictEqual(sent, 0)
    }))

  it.effect("that fails while it looks at credentials is named, and not quoted", () =>
    Effect.gen(function*() {
      const validates = [
        () => {
          throw new Error("s3cret")
        },
        () => Effect.die("s3cret"),
        () => Effect.fail("s3cret")
      ]
      for (const validate of validates) {
        const { clientAuthentication } = methodOf(() => ({}))
        const { reason, sent } = yield* failureOf({ clientAuthentication: { ...clientAuthentication, validate } })
        assert.include(reason, { _tag: "InvalidOption", option: "clientAuthentication" })
        assert.strictEqual(sent, 0)
      }
    }))

  it.effect("that throws after a refusal doesn't have a password sent again", () =>
    Effect.gen(function*() {
      const refused = () => Response.json({ error: "invalid_grant" }, { status: 400 })
      const hint = () => {
        throw new Error("s3cret")
      }
      const { http, sent } = recording(Array.from({ length: 10 }, () => refused))
      const clientAuthentication = { ...ClientAuthentication.clientSecretPost, hint }
      const odd = Provider.make({ ...common, clientAuthentication, grant: Grant.password })
      const { token } = yield* ProviderClient.make(odd, {
        ...client,
        username: "user",
        password: Redacted.make("passw0rd")
      }).pipe(Effect.provideService(HttpClient.HttpClient, http))
      for (let second = 0; second < 10; second++) {
        const error = yield* Effect.flip(token)
        assert.include(error.reason, { _tag: "GrantRefused", hint: undefined })
        assert.notInclude(inspect(error, { depth: 9 }), "s3cret")
        yield* TestClock.adjust("1 second")
      }
      assert.strictEqual(sent.length, 1)
    }))

  it.effect("that throws where a reply is looked at again doesn't keep a token from being renewed", () =>
    Effect.gen(function*() {
      const reply = TokenReply.from(
        Schema.Struct({ access_token: Schema.String }),
        { more: Schema.Unknown },
        ({ access_token }) => ({
          accessToken: Redacted.make(access_token),
          expiresIn: 60,
          more: Object.defineProperty({}, "lazy", {
            enumerable: true,
            get: () => {
              throw new Error("s3cret")
            }
          })
        })
      )
      const { http } = recording()
      const { renew } = yield* ProviderClient.make(Provider.make({ ...common, reply }), client).pipe(
        Effect.provideService(HttpClient.HttpClient, http)
      )
      const tokens = [yield* renew, yield* renew, yield* renew]
      assert.deepStrictEqual(tokens.map(({ value }) => Redacted.value(value)), ["token-1", "token-2", "token-3"])
    }))

  it.effect("that produces a token as a secret has it sent as a text", () =>
    Effect.gen(function*() {
      const grant = Grant.produce({
        name: "own",
        needs: {},
        refusedAs: "client_credentials",
        produce: () => Effect.succeed({ access_token: Redacted.make("t0ken"), token_type: "Bearer", expires_in: 60 })
      })
      const { http } = recording()
      const { token } = yield* ProviderClient.make(Provider.make({ ...common, grant }), client).pipe(
        Effect.provideService(HttpClient.HttpClient, http)
      )
      assert.strictEqual(AccessToken.authorization(yield* token), "Bearer t0ken")
    }))
})
