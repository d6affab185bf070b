import { assert } from "@effect/vitest"
import * as AccessToken from "@mintmark/core/AccessToken"
import type { TokenError } from "@mintmark/core/TokenError"
import * as Sandbox from "@mintmark/sandbox/Sandbox"
import * as Array from "effect/Array"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import type { Fault, Origins, Variant } from "./Fault.ts"
import { accountOf, accounts, type Grant, source as sourceOf } from "./generic.ts"
import { type Connect, type Transport, transports } from "./Transports.ts"
import type { Witness } from "./Witness.ts"

/** What came of one call for a token. */
export interface Ending {
  readonly exit: Exit.Exit<AccessToken.AccessToken, TokenError>
  /** How often the client sent, or tried to. */
  readonly attempts: number
  /** How many requests the server saw. */
  readonly requests: number
}

/** The outcome with the client's credentials, and with a refresh token while the old token was still valid. */
export interface Outcome {
  readonly first: Ending
  readonly renewal: Ending | undefined
}

const concurrently = { concurrency: "unbounded" } as const

/** Runs one variant of a fault through some transports at once, and lets the witness see all that can be seen of it. */
export const run = Effect.fnUntraced(function*(
  fault: Fault,
  { trouble }: Variant,
  names: ReadonlyArray<Transport>,
  origins: Origins,
  witness: Witness
): Effect.fn.Return<ReadonlyArray<Outcome>, never, Sandbox.Sandbox | Scope.Scope> {
  // No test waits for a deadline that a clock can be turned to.
  const testClock = fault.hangs === true ? yield* TestClock.make() : undefined
  const clock = testClock ?? (yield* Clock.clockWith(Effect.succeed))

  const outlast = Effect.fnUntraced(function*<A>(
    calls: Effect.Effect<A, never, Sandbox.Sandbox | Scope.Scope>,
    sandbox: Sandbox.Sandbox["Service"],
    arrivals: number
  ) {
    if (testClock === undefined) return yield* calls
    const waiting = yield* Effect.forkChild(calls)
    yield* sandbox.arrived({ kind: "token" }, arrivals)
    // For what the server says before it falls silent.
    yield* Effect.sleep("100 millis")
    yield* testClock.adjust("30 seconds")
    return yield* Fiber.join(waiting)
  })

  const subject = (transport: Transport) => {
    const counted = { attempts: 0 }
    const source = (endpoint: string, grant: Grant, connect?: Connect) =>
      Effect.gen(function*() {
        const client = Context.get(yield* Layer.build(transports[transport](connect)), HttpClient.HttpClient)
        const http = HttpClient.tapRequest(client, () => Effect.sync(() => counted.attempts++))
        const made = yield* sourceOf(endpoint, transport, grant).pipe(
          Effect.provideService(HttpClient.HttpClient, http),
          Effect.provideService(Clock.Clock, clock),
          Effect.orDie
        )
        yield* witness.watch(made)
        return made
      }).pipe(
        // Retries wait for nothing.
        Effect.provideService(Random.Random, { nextDoubleUnsafe: () => 0, nextIntUnsafe: () => 0 })
      )
    const end = Effect.fnUntraced(function*(
      call: Effect.Effect<AccessToken.AccessToken, TokenError>,
      sandbox: Sandbox.Sandbox["Service"]
    ) {
      const seen = Effect.map(sandbox.counts({ account: accountOf(transport).clientId }), ({ token }) => token)
      counted.attempts = 0
      const before = yield* seen
      const exit = yield* Effect.exit(Effect.provideService(call, Clock.Clock, clock))
      yield* witness.see(exit)
      return { exit, attempts: counted.attempts, requests: (yield* seen) - before }
    })
    const first = Effect.fnUntraced(
      function*(endpoint: string, sandbox: Sandbox.Sandbox["Service"], connect?: Connect) {
        return yield* end((yield* source(endpoint, "client_credentials", connect)).get, sandbox)
      }
    )
    const prepare = Effect.fnUntraced(function*(endpoint: string) {
      const renewing = yield* source(endpoint, "password")
      const held = yield* Effect.orDie(Effect.provideService(renewing.get, Clock.Clock, clock))
      return { renewing, held }
    })
    const renewal = Effect.fnUntraced(function*(
      { held, renewing }: Effect.Success<ReturnType<typeof prepare>>,
      sandbox: Sandbox.Sandbox["Service"]
    ) {
      const ending = yield* end(renewing.renew, sandbox)
      if (Exit.isFailure(ending.exit)) {
        // While a token is valid, a failing renewal affects no caller.
        assert.isTrue(
          AccessToken.isSame(yield* Effect.orDie(Effect.provideService(renewing.get, Clock.Clock, clock)), held)
        )
      }
      return ending
    })
    return { first, prepare, renewal }
  }

  switch (trouble.at) {
    case "answer": {
      const sandbox = yield* Sandbox.Sandbox
      const endpoint = `${sandbox.urls.generic}/token`
      const subjects = names.map(subject)
      const breakIt = sandbox.script({ kind: "token" }, [trouble.answer(origins)], { repeat: "always" })
      yield* breakIt
      const firsts = yield* outlast(
        Effect.forEach(subjects, ({ first }) => first(endpoint, sandbox), concurrently),
        sandbox,
        names.length
      )
      yield* sandbox.clear
      const prepared = yield* Effect.forEach(
        subjects,
        ({ prepare, renewal }) => Effect.map(prepare(endpoint), (held) => renewal(held, sandbox)),
        concurrently
      )
      yield* breakIt
      const renewals = yield* outlast(Effect.all(prepared, concurrently), sandbox, 2 * names.length)
      yield* sandbox.clear
      return Array.zipWith(firsts, renewals, (first, renewal) => ({ first, renewal }))
    }
    case "connection":
      return yield* Effect.forEach(
        names.map(subject),
        Effect.fnUntraced(function*({ first, prepare, renewal }) {
          const scope = yield* Scope.make()
          const sandbox = yield* Effect.orDie(Scope.provide(Sandbox.make({ accounts }), scope))
          const endpoint = `${sandbox.urls.generic}/token`
          if (trouble.kind === "plain") {
            const ending = yield* first(endpoint.replace(/^http:/, "https:"), sandbox)
            yield* Scope.close(scope, Exit.void)
            return onlyFirst(ending)
          }
          const prepared = yield* prepare(endpoint)
          yield* Scope.close(scope, Exit.void)
          return trouble.kind === "refused"
            ? { first: yield* first(endpoint, sandbox), renewal: yield* renewal(prepared, sandbox) }
            : { first: yield* first("https://auth.gone.test/token", sandbox, nowhere), renewal: undefined }
        }),
        concurrently
      )
    case "certificate": {
      const sandbox = yield* Effect.orDie(Sandbox.make({ tls: trouble.kind, accounts }))
      const trusts = trouble.kind !== "self-signed" && sandbox.certificate !== undefined
      const connect = trusts ? { ca: sandbox.certificate } : {}
      return yield* Effect.forEach(
        names.map(subject),
        ({ first }) => Effect.map(first(`${sandbox.urls.generic}/token`, sandbox, connect), onlyFirst),
        concurrently
      )
    }
  }
})

const onlyFirst = (first: Ending): Outcome => ({ first, renewal: undefined })

const nowhere: Connect = {
  lookup: (_host, _options, callback) => callback(Object.assign(new Error("not found"), { code: "ENOTFOUND" }), "", 4)
}
