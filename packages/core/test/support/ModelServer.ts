import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import type { Numbers } from "./Numbers.ts"

/** What the server knows of a token that it issued. Its time is its own: it never jumps. */
export interface Issued {
  readonly value: string
  readonly issuedAt: number
  readonly expiresAt: number
  revoked: boolean
  /** How often, and when last, it was issued. */
  handedOutAt: number
}

/** How the server is run in one schedule. */
export interface Habits {
  /** Lifetimes that it gives, in seconds. */
  readonly lifetimes: ReadonlyArray<number>
  /** Whether it hands a token that still lives out again, with the life that is left. */
  readonly handsOutAgain: boolean
  /** Whether it gives refresh tokens, each good for one use. */
  readonly rotates: boolean
  /** How many of its answers fail, from 0 to 1. */
  readonly failing: number
}

/**
 * By how much the clocks of a process are off the test clock, in milliseconds. A wall clock that is set back changes
 * `wall` alone; a machine that sleeps, `wall` and `passed`; a process that is suspended, all of them.
 */
export interface Offsets {
  wall: number
  monotonic: number
  /** The time that has really passed, by which the server goes. */
  passed: number
}

/** What a server, or a gateway before it, says of a refresh token that is over. */
const dresses: ReadonlyArray<() => Response> = [
  () => Response.json({ error: "invalid_grant" }, { status: 400 }),
  () => Response.json({ error: "invalid_request" }, { status: 400 }),
  () => Response.json({ error: "unauthorized_client" }, { status: 401 }),
  () => Response.json({ error: "token_expired", message: "over" }, { status: 403 }),
  () => new Response("error=invalid_grant", { status: 400 }),
  () => new Response(null, { status: 400 }),
  () => new Response(null, { status: 401 })
]

/** An authorization server in memory that takes its time, fails at random, and keeps the books. */
export const make = (numbers: Numbers, habits: Habits, offsets: Offsets) => {
  const tokens = new Map<string, Issued>()
  const refreshTokens = new Map<string, { uses: number; alive: boolean; lostAt: number | undefined }>()
  const books = {
    requests: 0,
    passwords: 0,
    inFlight: 0,
    mostInFlight: 0,
    /** Refresh tokens that were sent again although they were answered, or too soon after their answer was lost. */
    spentTwice: 0,
    /** Passwords that were sent again too soon after an unclear reply, with no `renew` in between. */
    hasty: 0,
    unclearAt: -Infinity,
    forcedAt: -Infinity,
    healthy: false
  }

  const time = Effect.map(
    Clock.monotonicTimeNanos,
    (nanos) => Number(nanos) / 1e6 + offsets.passed - offsets.monotonic
  )

  const issue = (now: number): Record<string, unknown> => {
    const living = [...tokens.values()].findLast((token) => !token.revoked && now < token.expiresAt)
    const token = habits.handsOutAgain && living !== undefined ? living : {
      value: `token-${tokens.size + 1}`,
      issuedAt: now,
      expiresAt: now + numbers.pick(habits.lifetimes) * 1000,
      revoked: false,
      handedOutAt: now
    }
    token.handedOutAt = now
    tokens.set(token.value, token)
    const reply = {
      access_token: token.value,
      token_type: "Bearer",
      expires_in: Math.floor((token.expiresAt - now) / 1000)
    }
    if (!habits.rotates) return reply
    const refreshToken = `refresh-${refreshTokens.size + 1}`
    refreshTokens.set(refreshToken, { uses: 0, alive: true, lostAt: undefined })
    return { ...reply, refresh_token: refreshToken }
  }

  const renew = (value: string, now: number): Response => {
    const known = refreshTokens.get(value)
    if (known === undefined) return numbers.pick(dresses)()
    if (known.uses > 0 && (known.lostAt === undefined || now - known.lostAt < 4_000)) books.spentTwice++
    known.uses++
    if (!known.alive) return numbers.pick(dresses)()
    known.alive = false
    return Response.json(issue(now))
  }

  const http = HttpClient.make((request) =>
    Effect.gen(function*() {
      books.requests++
      books.inFlight++
      books.mostInFlight = Math.max(books.mostInFlight, books.inFlight)
      const body = new URLSearchParams(
        request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      )
      const sent = body.get("refresh_token")
      // A server that takes longer than its tokens live gives none that can be used.
      yield* Effect.sleep(numbers.integer(0, books.healthy ? 400 : 3_000))
      const ails = !books.healthy && numbers.next() < habits.failing
      const ailment = numbers.pick(
        ["refused", "reset", "hang", "500", "503 later", "429", "429 later", "html", "gateway"] as const
      )
      if (ails && ailment === "refused") return yield* transportError(request, "ECONNREFUSED")
      const now = yield* time
      if (sent === null && now - books.unclearAt < 29_000 && books.forcedAt <= books.unclearAt) books.hasty++
      // A page of a gateway: the server hasn't seen the request.
      if (ails && ailment === "gateway") {
        if (sent === null) books.unclearAt = now
        return respond(request, new Response("<html>", { status: 403, headers: { "content-type": "text/html" } }))
      }
      if (ails && ailment.startsWith("429")) {
        return respond(
          request,
          new Response("", { status: 429, headers: ailment === "429" ? {} : { "retry-after": "20" } })
        )
      }
      const answer = sent === null ? Response.json(issue(now)) : renew(sent, now)
      if (sent === null) books.passwords++
      if (!ails) return respond(request, answer)
      // The server did its part, and its answer is lost on the way.
      if (sent !== null) {
        const spent = refreshTokens.get(sent)
        if (spent !== undefined) spent.lostAt = now
      }
      switch (ailment) {
        case "reset":
          return yield* transportError(request, "ECONNRESET")
        case "hang":
          return yield* Effect.never
        case "500":
          return respond(request, new Response("oh", { status: 500 }))
        case "503 later":
          return respond(request, new Response("", { status: 503, headers: { "retry-after": "7" } }))
        default:
          if (sent === null) books.unclearAt = now
          return respond(request, new Response("<html>", { status: 200 }))
      }
    }).pipe(Effect.ensuring(Effect.sync(() => books.inFlight--)))
  )

  return { http, tokens, refreshTokens, books, time }
}

const respond = HttpClientResponse.fromWeb

const transportError = (request: Parameters<typeof respond>[0], code: string) =>
  Effect.fail(
    new HttpClientError.HttpClientError({
      reason: new HttpClientError.TransportError({ request, cause: Object.assign(new Error(code), { code }) })
    })
  )
