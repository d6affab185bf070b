import { assert, describe, it } from "@effect/vitest"
import { rotating } from "@mintmark/core/test/support/rotatingServer"
import * as TokenSource from "@mintmark/core/TokenSource"
import { TokenStore } from "@mintmark/core/TokenStore"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as SharedStore from "../src/internal/SharedStore.ts"
import * as ModelRecords from "./support/modelRecords.ts"

/*
 * Random schedules of processes whose only credential is one refresh token, which the server replaces at each use: callers
 * with different scopes, rejections, forced renewals, processes that end or vanish between two requests, replies that are
 * errors or come late, and a database whose replies are lost. A failing seed is printed.
 */
const seeds = Array.from({ length: 500 }, (_, index) => index + 1)

const provider = rotating({ tokenEndpoint: "https://auth.acme.test/token" })

/** Lets everything happen that needs no time. */
const settle = Effect.promise(async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
})

const run = Effect.gen(function*() {
  const pick = <A>(choices: ReadonlyArray<A>) =>
    Effect.flatMap(
      Random.nextIntBetween(0, choices.length - 1),
      (index) => Effect.fromNullishOr(choices[index]).pipe(Effect.orDie)
    )

  const database = ModelRecords.make()
  const lifetime = yield* pick([30, 3_600])
  let mode: "well" | "error" | "slow" = "well"
  let fault: ModelRecords.Fault = "none"
  let newest = 0
  const replaced: Array<string> = []

  const start = Effect.fnUntraced(function*(scope: string) {
    let alive = true
    let inFlight = 0
    const own = yield* Scope.make()
    const answer = Effect.fnUntraced(function*(form: URLSearchParams) {
      const refreshToken = form.get("refresh_token") ?? ""
      if (mode === "error") return new Response(null, { status: 503 })
      if (refreshToken !== `r${newest}`) {
        replaced.push(refreshToken)
        return Response.json({ error: "invalid_grant" }, { status: 400 })
      }
      const number = ++newest
      if (mode === "slow") yield* Effect.sleep("12 seconds")
      return Response.json({
        access_token: `access-${number}`,
        refresh_token: `r${number}`,
        token_type: "Bearer",
        expires_in: lifetime
      })
    })
    const http = HttpClient.make((request) =>
      Effect.suspend(() => {
        inFlight++
        const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
        return answer(new URLSearchParams(body))
      }).pipe(
        Effect.map((response) => HttpClientResponse.fromWeb(request, response)),
        Effect.ensuring(Effect.sync(() => inFlight--))
      )
    )
    const store = SharedStore.make(database.connect(() => fault, () => alive), ModelRecords.cipher, {
      prefix: "",
      lease: Duration.seconds(5),
      refreshTokens: true,
      longestFailure: Duration.infinity
    })
    const source = yield* TokenSource.make(provider, {
      clientId: "client",
      refreshToken: Redacted.make("r0"),
      scopes: [scope]
    }).pipe(
      Effect.provideService(TokenStore, store),
      Effect.provideService(HttpClient.HttpClient, http),
      Effect.provideService(Scope.Scope, own)
    )
    return {
      source,
      isIdle: () => inFlight === 0,
      vanish: Effect.sync(() => {
        alive = false
      }),
      close: Effect.forkDetach(Scope.close(own, Exit.void))
    }
  })

  const scopes = ["a", "a", "b", "c"]
  const processes = yield* Effect.forEach(scopes, start)
  const ended: typeof processes = []
  const call = ({ source }: (typeof processes)[number], does: "get" | "renew") =>
    Effect.forkChild(Effect.exit(source[does]))

  for (let step = 0; step < 60; step++) {
    const chosen = yield* pick(processes)
    switch (yield* Random.nextIntBetween(0, 10)) {
      case 0:
      case 1:
      case 2:
        yield* call(chosen, "get")
        break
      case 3:
        yield* call(chosen, "renew")
        break
      case 4: {
        const token = chosen.source.peek()
        if (token !== undefined) yield* chosen.source.reject(token)
        break
      }
      case 5:
        mode = yield* pick(["well", "well", "error", "slow"] as const)
        break
      case 6:
        fault = yield* pick<ModelRecords.Fault>(["none", "none", "reply lost"])
        break
      case 7:
        if (chosen.isIdle()) {
          yield* pick([chosen.vanish, chosen.close]).pipe(Effect.flatten)
          ended.push(...processes.splice(processes.indexOf(chosen), 1))
          processes.push(yield* start(yield* pick(scopes)))
        }
        break
      default:
        yield* settle
        yield* TestClock.adjust(yield* pick([10, 100, 1_000, 6_000, 40_000]))
    }
    yield* settle
  }

  mode = "well"
  fault = "none"
  for (let second = 0; second < 70; second++) {
    yield* TestClock.adjust("1 second")
    yield* settle
  }
  const last = yield* Effect.forEach(processes, (process) => call(process, "renew"))
  for (let second = 0; second < 40; second++) {
    yield* TestClock.adjust("1 second")
    yield* settle
  }
  const unserved = last.filter((fiber) => {
    const exit = fiber.pollUnsafe()
    return exit === undefined || Exit.isFailure(exit) || Exit.isFailure(exit.value)
  })
  for (const { close } of [...processes, ...ended]) yield* close
  assert.deepStrictEqual(replaced, [])
  assert.strictEqual(unserved.length, 0, "a caller was not served after everything was well again")
  return newest
})

describe("processes whose only credential is a refresh token", () => {
  it.effect(`never send one that was replaced (${seeds.length} schedules)`, () =>
    Effect.gen(function*() {
      let used = 0
      for (const seed of seeds) {
        used += yield* Effect.provide(run, TestClock.layer()).pipe(
          Random.withSeed(seed),
          Effect.catchCause((cause) => Effect.die(new Error(`seed ${seed}`, { cause })))
        )
      }
      assert.isAbove(used, seeds.length * 5)
    }), 600_000)
})
