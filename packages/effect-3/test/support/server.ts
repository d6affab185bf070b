import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Routee, type RouteeOptions, type TokenError } from "@mintmark/effect-3"
import * as Effect from "effect/Effect"
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

export const secret = "s3cret-of-somebody"

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
    Routee.make({ applicationId: "somebody", applicationSecret: Redacted.make(secret), ...options }),
    HttpClient.HttpClient,
    http
  )

/** Runs a test, under Effect 3's `TestClock`. */
export const run = <A, E>(test: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(test).pipe(Effect.provide(TestContext.TestContext)))

/** Waits, in real time, for what happens behind the caller's back: 2 s at most. */
export const eventually = (holds: () => boolean): Effect.Effect<void> =>
  Effect.repeat(TestServices.provideLive(Effect.sleep(2)), { until: holds, times: 1000 })

/** Turns the clock once somebody waits for it. */
export const turn = (duration: Parameters<typeof TestClock.adjust>[0]): Effect.Effect<void> =>
  Effect.zipRight(TestServices.provideLive(Effect.sleep(10)), TestClock.adjust(duration))
