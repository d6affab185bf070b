import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { facts } from "./support/plainAcme.ts"
import * as Server from "./support/ScriptedServer.ts"

/*
 * What is remembered of refusals: whose memory it is, and for how long.
 */

const withPassword = Provider.make({
  ...facts,
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.password,
  renewal: Grant.refreshToken
})

const withSecret = Provider.make({
  ...facts,
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials
})

const account = { clientId: "client", clientSecret: Redacted.make("secret"), username: "user" }

const passwordClient = (
  { http }: { readonly http: HttpClient.HttpClient },
  password: Provider.Secret = Redacted.make("password")
) =>
  ProviderClient.make(withPassword, { ...account, password }).pipe(Effect.provideService(HttpClient.HttpClient, http))

const secretClient = (
  { http }: { readonly http: HttpClient.HttpClient },
  clientSecret: Provider.Secret = account.clientSecret
) =>
  ProviderClient.make(withSecret, { clientId: "client", clientSecret }).pipe(
    Effect.provideService(HttpClient.HttpClient, http)
  )

interface Client {
  readonly token: Effect.Effect<{ readonly value: Redacted.Redacted }, TokenError>
}

/** The tag of the reason why there is no token, or the token. */
const outcome = ({ token }: Client) =>
  Effect.match(token, {
    onFailure: (error) => error.reason._tag,
    onSuccess: ({ value }) => Redacted.value(value)
  })

const refused = (error: string, status = 400): Server.Answer => Server.status(status, {}, { error })

/** When requests were sent, in seconds, while a caller asks once a second. */
const requestsOver = (seconds: number, client: Client, seen: { readonly requests: number }) =>
  Effect.gen(function*() {
    const at: Array<number> = []
    for (let second = 0; second < seconds; second++) {
      const before = seen.requests
      yield* Effect.forkChild(Effect.exit(client.token), { startImmediately: true })
      if (seen.requests > before) at.push(second)
      yield* TestClock.adjust("1 second")
    }
    return at
  })

const sevenViews = <C extends Client>(
  client: { readonly withScopes: (scopes: ReadonlyArray<string>) => Effect.Effect<C, TokenError> }
) => Effect.forEach(["a", "b", "c", "d", "e", "f", "g"], (scope) => client.withScopes([scope]))

describe("the memory of refusals", () => {
  for (
    const [name, answer] of [
      ["invalid_grant", refused("invalid_grant")],
      ["access_denied", refused("access_denied")],
      ["a 423", Server.status(423)],
      ["invalid_grant with a 401", refused("invalid_grant", 401)]
    ] as const
  ) {
    it.effect(`sends a wrong password once for seven sets of scopes, one after another or at once: ${name}`, () =>
      Effect.gen(function*() {
        for (const concurrency of [1, 7]) {
          const server = Server.make([], answer)
          const views = yield* sevenViews(yield* passwordClient(server))
          for (let day = 0; day < 40; day++) {
            const outcomes = yield* Effect.forEach(views, outcome, { concurrency })
            assert.deepStrictEqual([...new Set(outcomes)], ["GrantRefused"])
            yield* TestClock.adjust("1 day")
          }
          assert.strictEqual(server.seen.requests, 1)
        }
      }))
  }

  it.effect("sends a right password for each of seven sets of scopes, one at a time", () =>
    Effect.gen(function*() {
      const server = Server.make([], Server.after("1 seconds", Server.token()))
      const views = yield* sevenViews(yield* passwordClient(server))
      let most = 0
      const all = yield* Effect.forkChild(Effect.forEach(views, outcome, { concurrency: 7 }), {
        startImmediately: true
      })
      for (let second = 0; second < 8; second++) {
        most = Math.max(most, server.seen.inFlight)
        yield* TestClock.adjust("1 second")
      }
      assert.strictEqual(new Set(yield* Fiber.join(all)).size, 7)
      assert.deepStrictEqual([most, server.seen.requests], [1, 7])
    }))

  for (const error of ["invalid_scope", "invalid_target", "invalid_request"]) {
    it.effect(`delays no other set of scopes if a request was refused: ${error}`, () =>
      Effect.gen(function*() {
        const server = Server.make([refused(error)])
        const client = yield* secretClient(server)
        const [wrong, right] = yield* Effect.all([client.withScopes(["wrong"]), client.withScopes(["right"])])
        assert.strictEqual(yield* outcome(wrong), "RequestRefused")
        assert.strictEqual(yield* outcome(right), "token-2")
        assert.strictEqual(yield* outcome(wrong), "RequestRefused")
        assert.strictEqual(server.seen.requests, 2)
      }))
  }

  // The second password has letters of the code, for which a word of the server's is masked.
  for (const password of ["password", "valid-horse"]) {
    it.effect(`delays no other set of scopes of a password account if a scope was refused: ${password}`, () =>
      Effect.gen(function*() {
        const server = Server.make([refused("invalid_scope")])
        const client = yield* passwordClient(server, Redacted.make(password))
        const [wrong, right] = yield* Effect.all([client.withScopes(["wrong"]), client.withScopes(["right"])])
        assert.strictEqual(yield* outcome(wrong), "RequestRefused")
        assert.strictEqual(yield* outcome(right), "token-2")
      }))
  }

  it.effect("sends nothing to a server that throttles, whichever scopes are requested", () =>
    Effect.gen(function*() {
      const server = Server.make([Server.status(429, { "retry-after": "60" })])
      const views = yield* sevenViews(yield* secretClient(server))
      for (const view of views) assert.strictEqual(yield* outcome(view), "Throttled")
      assert.strictEqual(server.seen.requests, 1)
      yield* TestClock.adjust("61 seconds")
      for (const view of views) assert.include(yield* outcome(view), "token-")
    }))

  for (const [kind, error] of [["password", "invalid_grant"], ["secret", "invalid_client"]] as const) {
    it.effect(`sends each of two alternating wrong values of a ${kind} once`, () =>
      Effect.gen(function*() {
        const server = Server.make([], refused(error, 401))
        let reads = 0
        const replicas = Effect.sync(() => Redacted.make(`${kind}-${reads++ % 2}`))
        const client: Client = kind === "password"
          ? yield* passwordClient(server, replicas)
          : yield* secretClient(server, replicas)
        for (let second = 0; second < 25; second++) {
          yield* outcome(client)
          yield* TestClock.adjust("1 second")
        }
        assert.isAbove(reads, 3)
        const sent = server.seen.bodies.map((body) => body[kind === "password" ? "password" : "client_secret"])
        assert.deepStrictEqual(sent, [`${kind}-0`, `${kind}-1`])
      }))
  }

  for (
    const [name, answer, tag] of [
      ["a 429", Server.status(429, { "retry-after": "600" }), "Throttled"],
      ["invalid_client", refused("invalid_client", 401), "CredentialsRefused"],
      ["invalid_grant", refused("invalid_grant"), "GrantRefused"]
    ] as const
  ) {
    it.effect(`still remembers ${name} after the secret could not be read for a moment`, () =>
      Effect.gen(function*() {
        const server = Server.make([], answer)
        let reads = 0
        const client = yield* passwordClient(
          server,
          Effect.suspend(() => ++reads === 2 ? Effect.fail("away") : Effect.succeed(Redacted.make("password")))
        )
        const seen: Array<string> = []
        for (let second = 0; second < 25; second++) {
          seen.push(yield* outcome(client))
          yield* TestClock.adjust("1 second")
        }
        assert.deepStrictEqual(new Set(seen), new Set([tag, "Unavailable"]))
        assert.strictEqual(seen.at(-1), tag)
        assert.strictEqual(server.seen.requests, 1)
      }))
  }

  for (
    const [name, answer] of [
      ["a gateway's HTML page with 403", () => Effect.sync(() => new Response("<html>", { status: 403 }))],
      ["problem+json with 422", Server.status(422, {}, { title: "Unprocessable" })],
      ["an empty 400", () => Effect.sync(() => new Response(null, { status: 400 }))],
      ["a 200 without a token", Server.status(200, {}, { message: "ok" })],
      ["a redirect", Server.status(302, { location: "https://login.acme.test" })]
    ] as ReadonlyArray<readonly [string, Server.Answer]>
  ) {
    it.effect(`sends a password again after 30 s, 5 min, 15 min, then hourly, if the reply is unclear: ${name}`, () =>
      Effect.gen(function*() {
        const server = Server.make([], answer)
        const at = yield* requestsOver(9_000, yield* passwordClient(server), server.seen)
        assert.deepStrictEqual(at, [0, 30, 330, 1_230, 4_830, 8_430])
      }))
  }

  it.effect("is cleared by a success", () =>
    Effect.gen(function*() {
      const wrong = refused("invalid_client", 401)
      const server = Server.make([wrong, wrong, Server.token({ expires_in: 60 }), wrong])
      const client = yield* secretClient(server)
      const at = yield* requestsOver(300, client, server.seen)
      // 30 s, doubled; then, after a success, 30 s again.
      assert.deepStrictEqual(at.slice(0, 3), [0, 30, 90])
      const [, , succeeded = 0, failed = 0, next] = at
      assert.isBelow(failed - succeeded, 60)
      assert.strictEqual(next, failed + 30)
    }))

  it.effect("is cleared by `renew`, for all sets of scopes", () =>
    Effect.gen(function*() {
      const server = Server.make([refused("invalid_grant")])
      const [first, second] = yield* sevenViews(yield* passwordClient(server))
      assert(first !== undefined && second !== undefined)
      assert.strictEqual(yield* outcome(first), "GrantRefused")
      assert.strictEqual(yield* outcome(second), "GrantRefused")
      yield* first.renew
      assert.strictEqual(yield* outcome(first), "token-2")
      assert.strictEqual(yield* outcome(second), "token-3")
    }))

  for (
    const [name, answer, tag, asleep] of [
      ["a 429 with Retry-After: 1800", Server.status(429, { "retry-after": "1800" }), "Throttled", "8 hours"],
      ["a refused secret", refused("invalid_client", 401), "CredentialsRefused", "31 seconds"],
      [
        "a gateway's page",
        () => Effect.sync(() => new Response("<html>", { status: 403 })),
        "CredentialsRefused",
        "1 minute"
      ],
      ["a redirect", Server.status(302, { location: "https://login.acme.test" }), "Unsafe", "1 minute"]
    ] as ReadonlyArray<readonly [string, Server.Answer, string, Duration.Input]>
  ) {
    it.effect(`waits by the clock on which more time has passed, also after a suspension: ${name}`, () =>
      Effect.gen(function*() {
        const clock = yield* Clock.Clock
        let slept = 0
        const wall: Clock.Clock = Object.assign(Object.create(clock), {
          currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + slept,
          currentTimeMillis: Effect.map(clock.currentTimeMillis, (now) => now + slept)
        })
        const server = Server.make([answer])
        const client = yield* Effect.provideService(secretClient(server), Clock.Clock, wall)
        assert.strictEqual(yield* outcome(client), tag)
        assert.strictEqual(yield* outcome(client), tag)
        // The wall clock alone has gone on: the monotonic one of some systems stands still in that time.
        slept = Duration.toMillis(Duration.fromInputUnsafe(asleep))
        assert.strictEqual(yield* outcome(client), "token-2")
      }))
  }
})

describe("a refresh token", () => {
  const rotating = (number: number): Server.Answer =>
    Server.token({ refresh_token: `refresh-${number}`, expires_in: 60 })

  /** What was sent, one word for each request. */
  const sent = (server: { readonly seen: { readonly bodies: ReadonlyArray<Record<string, string>> } }) =>
    server.seen.bodies.map((body) => body["refresh_token"] ?? body["grant_type"])

  /** A client whose token has expired, with the refresh token of a first reply. */
  const expired = (answers: ReadonlyArray<Server.Answer>, otherwise?: Server.Answer) =>
    Effect.gen(function*() {
      const server = Server.make([rotating(1), ...answers], otherwise)
      const client = yield* passwordClient(server)
      yield* client.token
      yield* TestClock.adjust("61 seconds")
      return { client, server }
    })

  for (
    const [name, answer] of [
      ["invalid_grant", refused("invalid_grant")],
      ["invalid_request", refused("invalid_request")],
      ["an empty 400", () => Effect.sync(() => new Response(null, { status: 400 }))],
      ["an empty 401", () => Effect.sync(() => new Response(null, { status: 401 }))],
      ["an error of the server's own", refused("token_expired")]
    ] as ReadonlyArray<readonly [string, Server.Answer]>
  ) {
    it.effect(`that was refused is followed by the password in the same call, and never sent again: ${name}`, () =>
      Effect.gen(function*() {
        const { client, server } = yield* expired([answer])
        assert.strictEqual(yield* outcome(client), "token-3")
        yield* client.renew
        assert.deepStrictEqual(sent(server), ["password", "refresh-1", "password", "password"])
      }))
  }

  it.effect("is kept if the client was refused, and sent again after the delay", () =>
    Effect.gen(function*() {
      const { client, server } = yield* expired([refused("invalid_client", 401)])
      assert.strictEqual(yield* outcome(client), "CredentialsRefused")
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual(yield* outcome(client), "token-3")
      assert.deepStrictEqual(sent(server), ["password", "refresh-1", "refresh-1"])
    }))

  it.effect("is sent again after an unclear reply; at the second in a row with a caller waiting, the password is", () =>
    Effect.gen(function*() {
      const page: Server.Answer = () => Effect.sync(() => new Response("<html>", { status: 403 }))
      const { client, server } = yield* expired([page, page])
      assert.strictEqual(yield* outcome(client), "GrantRefused")
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(yield* outcome(client), "GrantRefused")
      assert.strictEqual(server.seen.requests, 2)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual(yield* outcome(client), "token-4")
      assert.deepStrictEqual(sent(server), ["password", "refresh-1", "refresh-1", "password"])
    }))

  for (
    const [name, answer] of [
      ["a 500", Server.status(500)],
      ["a lost reply", Server.broken("ECONNRESET")],
      ["a timeout", Server.hang],
      ["a reply that isn't understood", Server.status(200, {}, {})]
    ] as const
  ) {
    it.effect(`that may be spent is sent once more, 5 s later; after that the password is sent: ${name}`, () =>
      Effect.gen(function*() {
        const { client, server } = yield* expired([answer, answer])
        for (let second = 0; second < 90; second++) {
          yield* Effect.forkChild(outcome(client), { startImmediately: true })
          yield* TestClock.adjust("1 second")
        }
        assert.deepStrictEqual(sent(server).slice(0, 4), ["password", "refresh-1", "refresh-1", "password"])
      }))
  }

  it.effect("is not spent by a connection that was never made: it is tried again at once", () =>
    Effect.gen(function*() {
      const { client, server } = yield* expired([Server.broken("ECONNREFUSED"), Server.broken("ENOTFOUND")])
      const waiting = yield* Effect.forkChild(outcome(client), { startImmediately: true })
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* Fiber.join(waiting), "token-4")
      assert.deepStrictEqual(sent(server), ["password", "refresh-1", "refresh-1", "refresh-1"])
    }))

  it.effect("is not used by `renew` if it may be spent", () =>
    Effect.gen(function*() {
      const { client, server } = yield* expired([Server.status(500)])
      assert.strictEqual(yield* outcome(client), "Unavailable")
      yield* client.renew
      assert.deepStrictEqual(sent(server), ["password", "refresh-1", "password"])
    }))

  for (
    const [recovery, name, failing] of [
      [40, "a 503", Server.status(503)],
      [41.7, "a reset", Server.broken("ECONNRESET")],
      [43, "a refused connection", Server.broken("ECONNREFUSED")],
      [100, "a 502", Server.status(502)]
    ] as const
  ) {
    it.effect(`delays a token of a password account at most 5 s after a recovery, after ${recovery} s of ${name}`, () =>
      Effect.gen(function*() {
        let down = false
        const server = Server.make(
          [rotating(1)],
          (request, number) => (down ? failing : rotating(number))(request, number)
        )
        const client = yield* passwordClient(server)
        yield* client.token
        down = true
        yield* TestClock.adjust("61 seconds")
        const ask = Effect.gen(function*() {
          yield* Effect.forkChild(outcome(client), { startImmediately: true })
          yield* TestClock.adjust("100 millis")
        })
        for (let tenth = 0; tenth < recovery * 10; tenth++) yield* ask
        down = false
        for (let tenth = 0; tenth < 50; tenth++) yield* ask
        assert.include(yield* Effect.race(outcome(client), Effect.succeed("late")), "token-")
        const spent = sent(server).filter((word) => word === "refresh-1").length
        // A connection that was never made has spent nothing.
        if (name !== "a refused connection") assert.isAtMost(spent, 2)
      }))
  }
})

describe("renew", () => {
  for (const [lifetime, stopped] of [[2, "10 seconds"], [1, "1 seconds"], [24, "25 seconds"]] as const) {
    it.effect(`returns no token that has expired while the process was suspended, but requests another: ${lifetime} s`, () =>
      Effect.gen(function*() {
        const server = Server.make([Server.after(stopped, Server.token({ expires_in: lifetime })), Server.token()])
        const client = yield* secretClient(server)
        const waiting = yield* Effect.forkChild(outcome({ token: client.renew }), { startImmediately: true })
        yield* TestClock.adjust(stopped)
        assert.strictEqual(yield* Fiber.join(waiting), "token-2")
      }))
  }

  it.effect("requests a token itself if it joined a caller that got a remembered failure", () =>
    Effect.gen(function*() {
      let reads = 0
      const server = Server.make([refused("invalid_client", 401)])
      const client = yield* secretClient(
        server,
        Effect.suspend(() => {
          reads++
          return Effect.as(Effect.sleep("2 seconds"), account.clientSecret)
        })
      )
      const first = yield* Effect.forkChild(outcome(client), { startImmediately: true })
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* Fiber.join(first), "CredentialsRefused")
      yield* TestClock.adjust("1 second")
      const remembered = yield* Effect.forkChild(outcome(client), { startImmediately: true })
      const forced = yield* Effect.forkChild(outcome({ token: client.renew }), { startImmediately: true })
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* Fiber.join(remembered), "CredentialsRefused")
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* Fiber.join(forced), "token-2")
      assert.strictEqual(reads, 3)
    }))
})

describe("whole seconds", () => {
  it.effect("count from the second in which the request was sent, rounded down: no token is served in its last second", () =>
    Effect.gen(function*() {
      for (const at of [0, 700, 999]) {
        yield* TestClock.setTime(1_000_000 + at)
        // Renewals fail: what is served is the first token.
        const server = Server.make([Server.token({ expires_in: 2 })], Server.status(429, { "retry-after": "60" }))
        const client = yield* secretClient(server)
        assert.strictEqual((yield* client.token).expiresAt, 1_002_000)
        yield* TestClock.adjust(1_999 - at)
        assert.strictEqual(yield* outcome(client), "token-1")
        yield* TestClock.adjust(1)
        assert.strictEqual(yield* outcome(client), "Throttled")
      }
    }))
})
