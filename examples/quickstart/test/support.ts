import * as Account from "@mintmark/sandbox/Account"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"

export interface Output {
  readonly code: number | string | null | undefined
  readonly out: string
  readonly err: string
}

// What a program is compiled to is kept for the next one.
const compiled = fileURLToPath(new URL("../node_modules/.cache/compiled", import.meta.url))

/** Runs a program of the quickstart with this environment, and no other. */
export const run = (
  program: string,
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>>
): Effect.Effect<Output> =>
  Effect.callback((resume) => {
    const path = fileURLToPath(new URL(`../src/${program}`, import.meta.url))
    const env = { ...environment, NODE_COMPILE_CACHE: compiled }
    const child = execFile(process.execPath, [path, ...args], { env }, (error, out, err) => {
      resume(Effect.succeed({ code: error === null ? 0 : error.code, out, err }))
    })
    return Effect.sync(() => {
      child.kill()
    })
  })

/** The environment of a user with an account at Routee, for which the sandbox stands in. */
export const routee = (changes: Readonly<Record<string, string>> = {}) =>
  Effect.map(Sandbox, ({ urls }) => ({
    ROUTEE_APPLICATION_ID: Account.routee.clientId,
    ROUTEE_APPLICATION_SECRET: Account.routee.clientSecret,
    ROUTEE_SCOPES: "account",
    ROUTEE_BASE_URL: urls.routee,
    ...changes
  }))

/** The same at Voipex. */
export const voipex = (changes: Readonly<Record<string, string>> = {}) =>
  Effect.map(Sandbox, ({ urls }) => ({
    VOIPEX_USERNAME: Account.voipex.username,
    VOIPEX_PASSWORD: Account.voipex.password,
    VOIPEX_BASE_URL: urls.voipex,
    ...changes
  }))

/** A port without a listener that fetch does not block by itself. */
export const nobodyListens = "http://127.0.0.1:2"
