/*
 * A server that is known by its issuer, and changes while the process runs: over real HTTP, by a clock of the test's.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Grant from "@mintmark/core/Grant"
import * as OAuthServer from "@mintmark/core/OAuthServer"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { type Answer, type Received, serve } from "./support/TestServer.ts"

const discovery = "/.well-known/openid-configuration"
const json = (body: unknown, status = 200): Answer => ({ status, body: JSON.stringify(body) })
const issued: Answer = json({ access_token: "token", token_type: "Bearer", expires_in: 3600 })

/** A server whose answers a test replaces, by path; what it doesn't have is a 404. */
const server = Effect.gen(function*() {
  const answers: Record<string, (received: Received) => Answer> = {}
  const { origin, received } = yield* serve((request) =>
    answers[request.path]?.(request) ?? { status: 404, headers: { "content-type": "text/html" }, body: "<h1>No</h1>" }
  )
  const describes = (more: object): void => {
    answers[discovery] = () => json({ issuer: origin, token_endpoint: `${origin}/token`, ...more })
  }
  describes({})
  answers["/token"] = () => issued
  let seen = 0
  return {
    answers,
    describes,
    origin,
    /** The paths of the requests since the last time. */
    asked: () => {
      const paths = received.slice(seen).map(({ path }) => path)
      seen += paths.length
      return paths
    }
  }
})

const clientOf = (issuer: string, options: Partial<OAuthServer.Options> = {}) =>
  OAuthServer.make({
    issuer,
    apiUrl: "https://api.acme.test",
    clientId: "id",
    clientSecret: Redacted.make("s3cret"),
    ...options
  })

/** An origin that refuses connections. */
const closed = Effect.scoped(Effect.map(serve(() => issued), ({ origin }) => origin))

describe("A server that is known by its issuer", () => {
  it.effect("is followed to another token endpoint where its metadata is older than an hour", () =>
    Effect.gen(function*() {
      const { answers, asked, describes, origin } = yield* server
      const { renew } = yield* clientOf(origin)
      describes({ token_endpoint: `${origin}/new` })
      answers["/new"] = () => issued
      yield* TestClock.adjust("59 minutes")
      yield* renew
      assert.deepStrictEqual(asked(), [discovery, "/token"])
      yield* TestClock.adjust("2 minutes")
      yield* Effect.all(Array.from({ length: 1_000 }, () => renew), { concurrency: "unbounded" })
      assert.deepStrictEqual(asked(), [discovery, "/new"])
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("is followed to another host, by one look of many clients of an account", () =>
    Effect.gen(function*() {
      const { asked, describes, origin } = yield* server
      const { withScopes } = yield* clientOf(origin)
      const clients = yield* Effect.forEach(Array.from({ length: 20 }, (_, at) => `scope-${at}`), (scope) =>
        withScopes([scope]))
      const other = yield* serve(() =>
        issued
      )
      describes({ token_endpoint: `${other.origin}/token` })
      yield* TestClock.adjust("61 minutes")
      yield* Effect.all(clients.map(({ token }) => token), { concurrency: "unbounded" })
      assert.deepStrictEqual(asked(), [discovery, discovery])
      assert.lengthOf(other.received, clients.length)
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  for (
    const [what, before] of [
      ["is gone", () => ({ status: 410, body: "" })],
      ["is not found", () => ({ status: 404, headers: { "content-type": "text/html" }, body: "<h1>Not found</h1>" })],
      ["is not found, as an API says it", () => json({ error: "not_found" }, 404)],
      ["takes no POST any more", () => json({ error: "method_not_allowed" }, 405)],
      ["is a page now", () => ({ headers: { "content-type": "text/html" }, body: "<h1>We have moved</h1>" })],
      ["redirects", () => ({ status: 308, headers: { location: "/new" } })],
      ["knows no client any more", () => json({ error: "invalid_client" }, 401)]
    ] as const satisfies ReadonlyArray<readonly [string, () => Answer]>
  ) {
    it.effect(`is followed at once where its token endpoint ${what}`, () =>
      Effect.gen(function*() {
        const { answers, asked, describes, origin } = yield* server
        const { token } = yield* clientOf(origin)
        yield* TestClock.adjust("2 minutes")
        describes({ token_endpoint: `${origin}/new` })
        answers["/token"] = before
        answers["/new"] = () => issued
        assert.strictEqual(Redacted.value((yield* token).value), "token")
        assert.deepStrictEqual(asked(), [discovery, "/token", discovery, "/new"])
      }).pipe(Effect.provide(FetchHttpClient.layer)))
  }

  it.effect("is followed at once where its token endpoint can't be reached", () =>
    Effect.gen(function*() {
      const { asked, describes, origin } = yield* server
      describes({ token_endpoint: `${yield* closed}/token` })
      const { token } = yield* clientOf(origin)
      yield* TestClock.adjust("2 minutes")
      describes({})
      yield* token
      assert.deepStrictEqual(asked(), [discovery, discovery, "/token"])
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("is followed at once to the method that it takes now", () =>
    Effect.gen(function*() {
      const { answers, asked, describes, origin } = yield* server
      const { token } = yield* clientOf(origin)
      yield* TestClock.adjust("2 minutes")
      describes({ token_endpoint_auth_methods_supported: ["client_secret_post"] })
      answers["/token"] = ({ body }) =>
        body.includes("client_secret=s3cret") ? issued : json({ error: "invalid_client" }, 401)
      yield* token
      assert.deepStrictEqual(asked(), [discovery, "/token", discovery, "/token"])
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  for (
    const [what, change] of [
      ["fails", ({ answers }) => {
        answers[discovery] = () => json({}, 503)
      }],
      ["has none", ({ answers }) => {
        delete answers[discovery]
      }],
      [
        "names another issuer",
        ({ describes, origin }) => describes({ issuer: `${origin}/other`, token_endpoint: `${origin}/evil` })
      ],
      [
        "names an endpoint without TLS at another origin",
        ({ describes }) => describes({ token_endpoint: "http://auth.acme.test/evil" })
      ],
      ["lists no method with a secret", ({ describes, origin }) =>
        describes({
          token_endpoint: `${origin}/evil`,
          token_endpoint_auth_methods_supported: ["private_key_jwt"]
        })]
    ] as const satisfies ReadonlyArray<readonly [string, (made: Effect.Success<typeof server>) => void]>
  ) {
    it.effect(`stays as it was where its metadata ${what}, which is not read again for an hour`, () =>
      Effect.gen(function*() {
        const made = yield* server
        const { renew } = yield* clientOf(made.origin)
        made.asked()
        change(made)
        yield* TestClock.adjust("61 minutes")
        yield* renew
        const [first, ...more] = made.asked()
        assert.strictEqual(first, discovery)
        assert.strictEqual(more.at(-1), "/token")
        assert.notInclude(more, "/evil")
        yield* TestClock.adjust("59 minutes")
        yield* renew
        assert.deepStrictEqual(made.asked(), ["/token"])
      }).pipe(Effect.provide(FetchHttpClient.layer)))
  }

  it.effect("is looked at once in a minute at most, while its token endpoint is gone", () =>
    Effect.gen(function*() {
      const { answers, asked, origin } = yield* server
      const { renew } = yield* clientOf(origin)
      answers["/token"] = () => ({ status: 410 })
      for (const seconds of [30, 31, 30, 31]) {
        yield* TestClock.adjust(Duration.seconds(seconds))
        assert.strictEqual((yield* Effect.flip(renew)).reason._tag, "RequestRefused")
      }
      assert.deepStrictEqual(asked(), [discovery, "/token", "/token", discovery, "/token", "/token", discovery])
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  for (
    const [what, answer] of [
      ["has too many requests", () => json({}, 429)],
      ["refuses a scope", () => json({ error: "invalid_scope" }, 400)]
    ] as const satisfies ReadonlyArray<readonly [string, () => Answer]>
  ) {
    it.effect(`is not looked at where it ${what}`, () =>
      Effect.gen(function*() {
        const { answers, asked, origin } = yield* server
        const { token } = yield* clientOf(origin)
        yield* TestClock.adjust("2 minutes")
        answers["/token"] = answer
        yield* Effect.flip(token)
        assert.deepStrictEqual(asked(), [discovery, "/token"])
      }).pipe(Effect.provide(FetchHttpClient.layer)))
  }

  it.effect("gets a refresh token once, also where the reply to it is unclear and the endpoint another one", () =>
    Effect.gen(function*() {
      const { answers, describes, origin } = yield* server
      const bodies: Array<string> = []
      answers["/token"] = () =>
        json({ access_token: "token", token_type: "Bearer", expires_in: 60, refresh_token: "r3fresh" })
      answers["/new"] = ({ body }) => {
        bodies.push(body)
        return issued
      }
      const { token } = yield* clientOf(origin, { renewal: Grant.refreshToken })
      yield* token
      yield* TestClock.adjust("2 minutes")
      describes({ token_endpoint: `${origin}/new` })
      answers["/token"] = ({ body }) => {
        bodies.push(body)
        return { body: "<h1>We have moved</h1>" }
      }
      yield* Effect.exit(token)
      assert.lengthOf(bodies.filter((body) => body.includes("r3fresh")), 1)
    }).pipe(Effect.provide(FetchHttpClient.layer)))

  it.effect("gives its token in time where its metadata never arrives", () =>
    Effect.gen(function*() {
      let looks = 0
      const issuer = "https://login.acme.test"
      const http = HttpClient.make((request) =>
        request.method === "GET" && ++looks > 1
          ? Effect.never
          : Effect.succeed(HttpClientResponse.fromWeb(
            request,
            request.method === "GET"
              ? Response.json({ issuer, token_endpoint: `${issuer}/token` })
              : Response.json({ access_token: "token", token_type: "Bearer", expires_in: 3600 })
          ))
      )
      const { token } = yield* Effect.provideService(
        clientOf(issuer, { deadline: "8 seconds" }),
        HttpClient.HttpClient,
        http
      )
      yield* TestClock.adjust("61 minutes")
      const waiting = yield* Effect.forkChild(token, { startImmediately: true })
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(Redacted.value((yield* Fiber.join(waiting)).value), "token")
      assert.strictEqual(looks, 2)
    }))
})
