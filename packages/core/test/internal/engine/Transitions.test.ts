import { assert, describe, it } from "@effect/vitest"
import type { AccessToken } from "@mintmark/core/AccessToken"
import * as TokenError from "@mintmark/core/TokenError"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Clocks from "../../../src/internal/engine/Clocks.ts"
import type { Event, Next } from "../../../src/internal/engine/Events.ts"
import * as State from "../../../src/internal/engine/State.ts"
import { transition } from "../../../src/internal/engine/Transitions.ts"
import { written } from "../../support/written.ts"

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const now = Clocks.compare(Clocks.never, 1_000_000, 0)
const later = (millis: number) => Clocks.compare(now, now.wall + millis, millis)

const token = (value: string, requestedAt: number, expiresAt: number, refresh?: string): AccessToken => ({
  value: Redacted.make(value),
  requestedAt,
  expiresAt,
  scopes: [],
  refreshToken: refresh === undefined ? undefined : { value: Redacted.make(refresh), expiresAt: undefined },
  reply: undefined
})

const cached = token("cached", now.wall - 100_000, now.wall + 500_000)
const other = token("other", now.wall, now.wall + 600_000)
const error = new TokenError.TokenError({
  provider: "acme",
  reason: new TokenError.Unavailable({ kind: "status", status: 503 })
})
const inFlight: State.InFlight = { reason: "first" }
const lostRequest: State.InFlight = { reason: "expiring" }

type Tested = State.State<unknown>

const withToken = (expiringAt: number, expiresAt: number): Tested => ({
  ...State.empty,
  cached: Exit.succeed(cached),
  expiringAt,
  expiresAt
})
const none: Tested = State.empty
const fresh = withToken(now.steady + 400_000, now.steady + 500_000)
const expiring = withToken(now.steady - 1, now.steady + 100_000)
const expired = withToken(now.steady - 100_000, now.steady - 1)
const rejected = withToken(-Infinity, -Infinity)

const refusal = { error, until: now.steady + 5_000 }
const failure: State.Failure = {
  exit: Exit.fail(error),
  refusal,
  count: 1,
  until: now.steady + 5_000,
  warnings: 0,
  warnedAt: -Infinity,
  since: now.steady - 1_000
}
const memory = (change: Partial<State.Memory>): State.Memory => ({ ...State.memoryOf(State.empty), ...change })

const requested = (state: Tested): Tested => ({ ...state, inFlight })
const failed = (state: Tested): Tested => ({ ...state, memory: memory({ failure }) })

const phase = (state: Tested, at: Clocks.Now): string =>
  state.cached === undefined
    ? "no token"
    : state.expiresAt === -Infinity
    ? "rejected"
    : at.steady < state.expiringAt
    ? "fresh"
    : at.steady < state.expiresAt
    ? "expiring"
    : "expired"

const nameOf = (state: Tested): string =>
  [
    phase(state, now),
    ...(state.inFlight === undefined ? [] : ["request in flight"]),
    ...(State.failureAt(state, now) === undefined ? [] : ["failure remembered"])
  ].join(", ")

const states = [none, fresh, expiring, expired, rejected]
  .flatMap((state) => [state, requested(state), failed(state)])
  // A fresh token ends the memory of failures, and what is fresh is renewed by `renew` alone.
  .filter((state) => !(phase(state, now) === "fresh" && state.memory !== undefined))

const done = ([, actions]: Next<unknown>): string =>
  actions.map((action) => {
    switch (action._tag) {
      case "Return":
        return Exit.isSuccess(action.exit) ? "return the token" : "return the failure"
      case "Start":
        return `request a token (\`${action.inFlight.reason}\`)`
      case "Wait":
        return "wait for the request"
      case "Replace":
        return "get another token"
      case "RejectInStore":
        return "tell the shared store"
      case "Finish":
        return `give those who wait ${Exit.isSuccess(action.exit) ? "the token" : "the failure"}`
      case "Warn":
        return "log a warning"
      case "Recovered":
        return "log the recovery"
    }
  }).join("; ") || "nothing"

const table = (heading: string, about: string, event: (state: Tested) => Event<unknown>, of = states): string =>
  [
    `### ${heading}`,
    "",
    about,
    "",
    "| state | next state | what is done |",
    "|---|---|---|",
    ...of.map((state) => {
      const next = transition(state, event(state))
      const changed = nameOf(next[0]) === nameOf(state) ? "the same" : nameOf(next[0])
      return `| ${nameOf(state)} | ${changed} | ${done(next)} |`
    })
  ].join("\n")

const obtained = (
  of: State.InFlight,
  token: AccessToken
): Extract<Event<unknown>, { _tag: "Obtained" }> => ({
  _tag: "Obtained",
  inFlight: of,
  token,
  shared: false,
  identity: undefined,
  started: now,
  jitter: 0,
  now
})

const ended = (change: Partial<Extract<Event<unknown>, { _tag: "Failed" }>> = {}): Event<unknown> => ({
  _tag: "Failed",
  inFlight,
  requested: true,
  rereads: false,
  refreshToken: "kept",
  refusal,
  now,
  ...change
})

const running = [none, fresh, expiring, expired, rejected].map(requested)

const tables = [
  table("A caller needs a token", "`get`, where the token is not simply fresh.", () => ({ _tag: "Needed", now })),
  table("A caller needs a new token", "`renew`.", () => ({ _tag: "Forced" })),
  table(
    "An API refused the token itself",
    "`reject(token)`, for a token that is the current one.",
    () => ({ _tag: "Rejected", token: cached, certain: true, heldBack: false, now })
  ),
  table(
    "An API refused a request, possibly for another reason",
    "`reject(token, { status: 403 })`, for a token that is the current one.",
    () => ({ _tag: "Rejected", token: cached, certain: false, heldBack: false, now })
  ),
  table("A token request returned a token", "", () => obtained(inFlight, other), running),
  table("A token request failed", "", () => ended(), running),
  table(
    "A token request will never return",
    "Its scope has closed, or the Worker's request that it ran in has ended.",
    () => ({ _tag: "Lost", inFlight, refreshTokenSent: false, now }),
    running
  ),
  table(
    "A late result of a request that was taken for lost",
    "It is used if it is newer than the cached token, and changes nothing of the request in flight.",
    () => obtained(lostRequest, other),
    running
  )
].join("\n\n").replaceAll("\n\n\n\n", "\n\n")

// The picture of the same: the phases of a token, what a caller gets in each, and what leads from one to another.
const phases = [none, fresh, expiring, expired, rejected]
const nodeOf = (state: Tested, at = now): string => phase(state, at).replace(" ", "_")

const received = (state: Tested): string => {
  const [, actions] = transition(state, { _tag: "Needed", now })
  const isReturned = actions.some(({ _tag }) => _tag === "Return")
  const isRequested = actions.some(({ _tag }) => _tag === "Start")
  return isReturned
    ? `callers get the token${isRequested ? ",<br>one token request renews it" : ""}`
    : "callers wait for<br>one token request"
}

const timeOf = (state: Tested): Clocks.Now => later((state === fresh ? state.expiringAt : state.expiresAt) - now.steady)
const byToken = (state: Tested): Tested => transition(requested(state), obtained(inFlight, other))[0]
const byRejection = (state: Tested): Tested =>
  transition(state, { _tag: "Rejected", token: cached, certain: true, heldBack: false, now })[0]

const arrows = [
  ...phases.map((state) => [nodeOf(state), nodeOf(byToken(state)), "new token"]),
  ...[fresh, expiring].map((state) => [nodeOf(state), nodeOf(state, timeOf(state)), "time passes"]),
  ...phases.map((state) => [nodeOf(state), nodeOf(byRejection(state)), "an API refuses it"])
].filter(([from, to]) => from !== to)

const picture = [
  "```mermaid",
  "flowchart LR",
  ...phases.map((state) => `  ${nodeOf(state)}["<b>${phase(state, now)}</b><br>${received(state)}"]`),
  ...arrows.map(([from, to, why]) => `  ${from} -->|${why}| ${to}`),
  "```"
].join("\n")

describe("Transitions", () => {
  it.each([
    ["tables", "transitions", tables],
    ["picture", "life of a token", picture]
  ])("are the %s of docs/architecture.md", (_, name, text) => {
    const { found, made } = written("docs/architecture.md", `${name}: written by Transitions.test.ts`, text)
    assert.strictEqual(found, made, "write it with MINTMARK_WRITE=1")
  })

  it("are applied in one place, and nothing else writes the state of an account", () => {
    const source = path("../../../src")
    const writers = readdirSync(source, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .filter((file) =>
        /\b(MutableRef|Ref)\.(?!make|get|Ref\b)\w+\(|\.ref\.current\s*=|\btransition\(/.test(
          readFileSync(join(source, file), "utf8").replaceAll(/export const transition = .*/g, "")
        )
      )
    assert.deepStrictEqual(writers, [join("internal", "engine", "Account.ts")])
  })

  it("return the same state object if nothing changes", () => {
    for (const state of [fresh, requested(expiring), failed(expired)]) {
      assert.strictEqual(transition(state, { _tag: "Needed", now })[0], state)
    }
    assert.strictEqual(transition(requested(none), ended({ inFlight: lostRequest }))[0].inFlight, inFlight)
  })

  it("keep no token without a lifetime, and count those in a row", () => {
    const once = token("once", now.wall, now.wall)
    const [first] = transition(requested(none), obtained(inFlight, once))
    const [second] = transition(requested(first), obtained(inFlight, once))
    assert.isUndefined(second.cached)
    assert.strictEqual(State.memoryOf(second).unkept, 2)
    assert.strictEqual(State.memoryOf(transition(requested(second), obtained(inFlight, other))[0]).unkept, 0)
  })

  it("keep the same token until it has expired, and treat it as fresh until then", () => {
    const [state] = transition(requested(expiring), obtained(inFlight, { ...cached, requestedAt: now.wall }))
    assert.strictEqual(state.expiringAt, state.expiresAt)
  })

  it("keep a late token only if it is newer", () => {
    const older = token("older", cached.requestedAt - 1, now.wall + 900_000)
    const [unchanged, actions] = transition(requested(fresh), obtained(lostRequest, older))
    assert.strictEqual(unchanged.cached, fresh.cached)
    assert.strictEqual(actions[0]?._tag, "Finish")
    assert.strictEqual(State.tokenOf(transition(requested(fresh), obtained(lostRequest, other))[0].cached), other)
  })

  it("store nothing besides a token if there is nothing else", () => {
    assert.isUndefined(transition(requested(failed(none)), obtained(inFlight, other))[0].memory)
  })

  describe("of a refresh token", () => {
    const identity = Redacted.make("identity")
    const renewed = transition(requested(none), {
      ...obtained(inFlight, token("first", now.wall, now.wall + 60_000, "refresh")),
      identity
    })[0]
    const usable = (state: Tested, at: Clocks.Now, forced = false) =>
      State.refreshTokenFor(state, () => identity, at, forced) !== undefined
    const spend = (state: Tested, at: Clocks.Now) =>
      transition(requested(state), ended({ refreshToken: "possibly spent", now: at }))[0]

    it("allow it once more after it may have been spent, 5 s later at the earliest", () => {
      assert.isTrue(usable(renewed, now))
      const once = spend(renewed, now)
      assert.isFalse(usable(once, later(4_999)))
      assert.isTrue(usable(once, later(5_000)))
      const twice = spend(once, later(5_000))
      assert.isFalse(usable(twice, later(5_000)))
      assert.isFalse(usable(twice, later(1e9)))
    })

    it("use the primary grant for `renew` if it may be spent", () => {
      assert.isTrue(usable(renewed, now, true))
      assert.isFalse(usable(spend(renewed, now), later(60_000), true))
      const unclear = transition(requested(renewed), ended({ refreshToken: "unclear" }))[0]
      assert.isTrue(usable(unclear, now))
      assert.isFalse(usable(unclear, now, true))
    })

    it("treat it as possibly spent if the request that sent it is lost", () => {
      const sent = transition(requested(renewed), { _tag: "Lost", inFlight, refreshTokenSent: true, now })[0]
      assert.isFalse(usable(sent, now))
      const unsent = transition(requested(renewed), { _tag: "Lost", inFlight, refreshTokenSent: false, now })[0]
      assert.isTrue(usable(unsent, now))
    })

    it("trust it again when it was accepted, and forget it when it was refused", () => {
      const again = transition(requested(spend(renewed, now)), {
        ...obtained(inFlight, token("second", now.wall + 6_000, now.wall + 66_000, "refresh")),
        identity
      })[0]
      assert.isTrue(usable(again, now))
      assert.isFalse(usable(transition(again, { _tag: "RefreshTokenRefused" })[0], now))
    })

    it("do not use it for other credentials, nor after it has expired", () => {
      assert.isUndefined(State.refreshTokenFor(renewed, () => Redacted.make("another identity"), now, false))
      const ends = { value: Redacted.make("refresh"), expiresAt: now.wall + 1_000 }
      const ending = transition(requested(none), {
        ...obtained(inFlight, { ...other, refreshToken: ends }),
        identity
      })[0]
      assert.isTrue(usable(ending, later(999)))
      assert.isFalse(usable(ending, later(1_000)))
    })
  })

  describe("of failures", () => {
    it("read credentials from an effect again after a second, then less often, up to once a minute", () => {
      let state: Tested = none
      const pauses: Array<number> = []
      for (let count = 0; count < 8; count++) {
        state = transition(requested(state), ended({ rereads: true, refusal: { error, until: Infinity } }))[0]
        pauses.push((State.memoryOf(state).failure?.until ?? 0) - now.steady)
      }
      assert.deepStrictEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
    })

    it("warn once per outage, then less often, while a token is served, and log the recovery", () => {
      const served: Tested = { ...expiring, expiresAt: now.steady + 86_400_000 }
      const warned: Array<number> = []
      let state = served
      for (let second = 0; second < 14_400; second++) {
        const [after, actions] = transition(requested(state), ended({ now: later(second * 1_000) }))
        state = after
        if (actions.some(({ _tag }) => _tag === "Warn")) warned.push(second)
      }
      assert.deepStrictEqual(warned, [0, 60, 180, 420, 900, 1_860, 3_780, 7_380, 10_980])
      const actions = transition(requested(state), obtained(inFlight, other))[1]
      assert.isTrue(actions.some(({ _tag }) => _tag === "Recovered"))
    })

    it("do not warn if callers get the failure, or if nothing was requested", () => {
      for (const [state, change] of [[expired, {}], [expiring, { requested: false }]] as const) {
        const [after, actions] = transition(requested(state), ended(change))
        assert.isFalse(actions.some(({ _tag }) => _tag === "Warn"))
        const next = transition(requested(after), obtained(inFlight, other))[1]
        assert.isFalse(next.some(({ _tag }) => _tag === "Recovered"))
      }
    })

    it("publish no event for a remembered failure", () => {
      const [, actions] = transition(requested(failed(expired)), ended())
      assert.isTrue(actions.every((action) => action._tag !== "Finish" || action.outcome === undefined))
    })
  })
})
