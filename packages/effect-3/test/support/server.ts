import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Routee, type RouteeOptions, type TokenError } from "@mintmark/effect-3"
import * as Chunk from "effect/Chunk"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import * as TestContext from "effect/TestContext"
import * as TestServices from "effect/TestServices"

/** What a server in this process answers. `count` is the number of the request to that end, from 1. */
export interface Answers {
  readonly token?: (count: number) => Effect.Effect<Response>
  readonly api?: (count: number) => Effect.Effect<Response>
}

/** A server in this process: the application's HTTP client, and what went through it. */
export interface Server {
  readonly http: HttpClient.HttpClient
  readonly tokenRequests: Array<HttpClientRequest.HttpClientRequest>
  readonly apiRequests: Array<HttpClientRequest.HttpClientRequest>
  /** How many requests were aborted. */
  readonly aborted: () => number
}

export const secret = "s3cret-of-acme-7"

export const granted = (count: number, changes: Readonly<Record<string, unknown>> = {}): Response =>
  Response.json({ access_token: `token-${count}`, token_type: "bearer", expires_in: 3600, scope: "sms", ...changes })

export const server = (
  { api = () => Effect.succeed(Response.json({})), token = (count) => Effect.succeed(granted(count)) }: Answers = {}
): Server => {
  const tokenRequests: Server["tokenRequests"] = []
  const apiRequests: Server["apiRequests"] = []
  let aborted = 0
  const http = HttpClient.make((request, url) => {
    const isForToken = url.pathname === "/oauth/token"
    const requests = isForToken ? tokenRequests : apiRequests
    const count = requests.push(request)
    return (isForToken ? token : api)(count).pipe(
      Effect.map((response) => HttpClientResponse.fromWeb(request, response)),
      Effect.onInterrupt(() => Effect.sync(() => aborted++))
    )
  })
  return { http, tokenRequests, apiRequests, aborted: () => aborted }
}

/** The service of an account at that server, until the scope ends. */
export const open = (
  { http }: Server,
  options: Partial<RouteeOptions> = {}
): Effect.Effect<Routee["Type"], TokenError, Scope.Scope> =>
  Effect.provideService(
    Routee.make({ applicationId: "acme-7", applicationSecret: Redacted.make(secret), ...options }),
    HttpClient.HttpClient,
    http
  )

/** Runs a test, under Effect 3's `TestClock`. */
export const run = <A, E>(test: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(test).pipe(Effect.provide(TestContext.TestContext)))

/** Lets real time pass. */
export const pause = (duration: Duration.DurationInput): Effect.Effect<void> =>
  TestServices.provideLive(Effect.sleep(duration))

/** Waits, in real time, for what happens behind the caller's back. */
export const eventually = (holds: () => boolean): Effect.Effect<void> =>
  Effect.repeat(pause("2 millis"), { until: holds })

/** Turns the clock once a fiber waits for it. */
export const turn = (duration: Duration.DurationInput): Effect.Effect<void> =>
  Effect.zipRight(
    Effect.repeat(Effect.zipRight(pause("2 millis"), TestClock.sleeps()), { until: Chunk.isNonEmpty }),
    TestClock.adjust(duration)
  )

/** Waits for a call to end, and turns the clock for all that it waits for. */
export const ended = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<Exit.Exit<A, E>> =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(call)
    while (fiber.unsafePoll() === null) yield* Effect.zipRight(pause("10 millis"), TestClock.adjust("1 second"))
    return yield* Fiber.await(fiber)
  })
