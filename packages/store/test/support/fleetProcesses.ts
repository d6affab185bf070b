import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { FleetProvider } from "./fleetAccounts.ts"

/** What a member is told. */
export interface Orders {
  /** The shared store. */
  readonly store:
    | { readonly redis: string }
    | { readonly postgres: { readonly port: number; readonly database: string } }
  readonly keys: ReadonlyArray<string>
  readonly lease: `${number} seconds`
  readonly budget: `${number} seconds`
  readonly provider: FleetProvider
  readonly baseUrl: string
  readonly callers: number
  /** What a caller asks for: a token, or a new one each time. */
  readonly does: "get" | "renew"
  /** Milliseconds from one call of a caller to the next. */
  readonly pause: number
}

/** What came of a member's calls. Tokens are told by their hashes. */
export interface Outcome {
  calls: number
  readonly failures: Array<string>
  expired: number
  tokens: Array<string>
}

/** A process of the fleet. */
export interface Member {
  /** Until it serves callers. */
  readonly ready: Effect.Effect<void>
  /** Ends it as its own end of the world would, in the middle of whatever it does. */
  readonly kill: () => void
  /** Lets it stand still, in the middle of whatever it does, or go on. */
  readonly signal: (signal: "SIGSTOP" | "SIGCONT") => void
  /** Lets it come to an end, and returns the outcome; `undefined` if it was killed. */
  readonly finish: Effect.Effect<Outcome | undefined>
}

/** Starts a member, which ends with the scope at the latest. */
export const startMember = Effect.fnUntraced(
  function*(orders: Orders, onAsking: (member: Member, at: number) => void = () => {}): Effect.fn.Return<
    Member,
    never,
    Scope.Scope
  > {
    const child = spawn(process.execPath, [
      fileURLToPath(new URL("./member.ts", import.meta.url)),
      JSON.stringify(orders)
    ], {
      stdio: ["pipe", "pipe", "inherit"]
    })
    let outcome: Outcome | undefined
    let isReady = false
    const listeners: Array<() => void> = []
    const until = (condition: () => boolean): Effect.Effect<void> =>
      Effect.callback((resume) => {
        const check = () => condition() || hasEnded(child) ? resume(Effect.void) : undefined
        listeners.push(check)
        check()
      })
    const told = () => listeners.forEach((check) => check())
    const member: Member = {
      ready: until(() => isReady),
      kill: () => child.kill("SIGKILL"),
      signal: (signal) => void child.kill(signal),
      finish: Effect.suspend(() => {
        child.stdin.end()
        return Effect.map(until(() => hasEnded(child)), () => outcome)
      })
    }
    child.stdin.on("error", () => {})
    child.once("close", told)
    createInterface({ input: child.stdout }).on("line", (line) => {
      const said = JSON.parse(line)
      if (said.asking === true) onAsking(member, said.at)
      if (said.ready === true) isReady = true
      if (said.outcome !== undefined) outcome = said.outcome
      told()
    })
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        child.kill("SIGKILL")
      })
    )
    return member
  }
)

const hasEnded = (child: ChildProcess): boolean =>
  (child.exitCode !== null || child.signalCode !== null) && child.stdout?.closed === true
