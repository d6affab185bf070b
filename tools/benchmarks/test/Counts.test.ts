import { assert, describe, it } from "@effect/vitest"
import { Routee } from "@mintmark/routee/Routee"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Redacted from "effect/Redacted"

/*
 * What costs time, counted: fibers, timers and token requests are the same on every machine.
 */

/** A server that counts, and an account at it; `revoke` makes its API refuse every token that it has issued. */
const account = Effect.gen(function*() {
  const seen = { tokenRequests: 0, apiRequests: 0 }
  let oldestValid = 1
  const respond = (token: string | undefined): Response => {
    if (token === undefined) {
      seen.tokenRequests++
      const body = { access_token: `token-${seen.tokenRequests}`, token_type: "Bearer", expires_in: 3_600 }
      return Response.json(body)
    }
    seen.apiRequests++
    const isValid = Number(token.split("-")[1]) >= oldestValid
    const body = JSON.stringify({ balance: "12.50" })
    return new Response(body, { status: isValid ? 200 : 401, headers: { "content-length": String(body.length) } })
  }
  const http = HttpClient.make((request) =>
    Effect.promise(async () =>
      HttpClientResponse.fromWeb(
        request,
        respond(request.method === "GET" ? request.headers["authorization"] : undefined)
      )
    )
  )
  const routee = yield* Routee.make({ applicationId: "id", applicationSecret: Redacted.make("secret") }).pipe(
    Effect.provideService(HttpClient.HttpClient, http)
  )
  yield* routee.token
  const revoke = Effect.sync(() => {
    oldestValid = seen.tokenRequests + 1
  })
  return { http, revoke, routee, seen }
})

/** A clock that counts how often a fiber sleeps by it, which is a timer each time. */
const watched = Effect.map(Clock.clockWith(Effect.succeed), (clock) => {
  const seen = { sleeps: 0 }
  const sleep: Clock.Clock["sleep"] = (duration) =>
    Effect.andThen(Effect.sync(() => seen.sleeps++), clock.sleep(duration))
  return { seen, clock: Object.assign(Object.create(clock), { sleep }) }
})

const nextFiber = (): number => Effect.runFork(Effect.void).id

/** How many fibers are forked while an effect runs, and how often one of them sleeps. */
const counted = Effect.fnUntraced(function*<A, E>(use: (given: Effect.Success<typeof account>) => Effect.Effect<A, E>) {
  const { clock, seen } = yield* watched
  return yield* Effect.gen(function*() {
    const given = yield* account
    const [sleeps, requests, fiber] = [seen.sleeps, given.seen.tokenRequests, nextFiber()]
    yield* use(given)
    return {
      fibers: nextFiber() - fiber - 1,
      timers: seen.sleeps - sleeps,
      tokenRequests: given.seen.tokenRequests - requests
    }
  }).pipe(Effect.provideService(Clock.Clock, clock))
})

const callers = 100

const atOnce = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.all(Array.from({ length: callers }, () => effect), { concurrency: "unbounded" })

const balance = (routee: Routee["Service"]) =>
  Effect.flatMap(routee.http.get("/accounts/me/balance"), ({ text }) => text)

/** The same request through the same client, without a token. */
const bare = (http: HttpClient.HttpClient) =>
  Effect.flatMap(
    http.get("https://connect.routee.net/accounts/me/balance", { headers: { authorization: "token-1" } }),
    ({ text }) => text
  )

describe("the fibers, timers and token requests", () => {
  it.effect("of a cached token: none", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* counted(({ routee }) => routee.token), { fibers: 0, timers: 0, tokenRequests: 0 })
    }))

  it.effect("of a token request: one fiber for all waiting callers, one for the request, and one for the deadline's timer", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* counted(({ routee }) => routee.renew), { fibers: 3, timers: 1, tokenRequests: 1 })
    }))

  it.effect("of callers that wait for one token request: only their own", () =>
    Effect.gen(function*() {
      const { fibers, ...rest } = yield* counted(({ routee }) => atOnce(routee.renew))
      assert.deepStrictEqual(rest, { timers: 1, tokenRequests: 1 })
      assert.strictEqual(fibers, callers + 3)
    }))

  it.effect("of an API request: those of the same request without a token", () =>
    Effect.gen(function*() {
      const without = yield* counted(({ http }) => bare(http))
      assert.deepStrictEqual(yield* counted(({ routee }) => balance(routee)), without)
      assert.deepStrictEqual(without, { ...without, timers: 0, tokenRequests: 0 })
    }))

  it.effect("of requests that the API refuses: those of two requests each, and three with one timer to read the refusal", () =>
    Effect.gen(function*() {
      const twice = yield* counted(({ http }) => atOnce(Effect.andThen(bare(http), bare(http))))
      const refused = yield* counted(({ revoke, routee }) => Effect.andThen(revoke, atOnce(balance(routee))))
      assert.isAtMost(refused.fibers, twice.fibers + callers * 3 + 3)
      assert.isAtMost(refused.timers, callers + 1)
      assert.strictEqual(refused.tokenRequests, 1)
    }))
})
