// The programs of the documents, run one by one.
import * as Account from "@mintmark/sandbox/Account"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import { allPrograms, layOut } from "@mintmark/scripts/docs"
import { accounts, servers, settings } from "@mintmark/scripts/settings"
import { root } from "@mintmark/scripts/workspace"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { join } from "node:path"
import { assert } from "vitest"

const places = join(root, "tools", "scripts", "places.mjs")
const compiled = join(root, "node_modules", ".cache", "mintmark", "compiled")

/** Those programs of the documents, laid out where each finds its own dependencies. */
export const programs = (name, isChosen) => layOut(name, allPrograms().filter(({ text }) => isChosen(text)))

/** Whether a program asks for a Redis. */
export const needsRedis = (text) => /\bNodeRedis\b/.test(text)

/** Whether a program asks for a Redis Cluster. */
export const needsRedisCluster = (text) => /\bcreateCluster\b/.test(text)

/** Whether a program asks for a Redis Sentinel. */
export const needsRedisSentinel = (text) => /\bcreateSentinel\b/.test(text)

/** Whether a program asks for a PostgreSQL. */
export const needsPostgres = (text) => /\bPgClient\b/.test(text)

/** Runs a program, and answers its exit code and its words. */
export const run = (args, options) =>
  new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: 110_000, ...options }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code ?? error.signal, stderr, stdout })
    })
  })

// A docstring, and a file that is tested in its own place, may show a definition that runs no effect.
const isDefinition = ({ isFile, name, text }) =>
  (isFile || name.endsWith(".ts")) && !/\b(await|run(Promise|Sync|Fork|Main))\b/.test(text)

/** Runs a program as a reader would who copied it, with settings that lead to a sandbox of its own. */
export const tryProgram = ({ file, folder, prints, ...program }, environment = {}) =>
  Effect.gen(function*() {
    const sandbox = yield* Sandbox
    const { code, stderr, stdout } = yield* Effect.promise(() =>
      run(["--import", places, file], {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          NODE_COMPILE_CACHE: compiled,
          MINTMARK_SANDBOX: JSON.stringify(sandbox.urls),
          ...settings(sandbox.urls),
          ...others,
          ...environment
        }
      })
    )
    assert.strictEqual(code, 0, `${stdout}${stderr}`)
    assert.strictEqual(stderr, "")
    if (isDefinition(program)) return assert.strictEqual(stdout, "")
    if (prints.length > 0) return assert.strictEqual(stdout.trimEnd(), prints.join("\n"))
    const requests = yield* sandbox.journal
    assert.isAbove(requests.length, 0, "it sends no request, and its page doesn't show what it prints")
    assert.deepStrictEqual(requests.filter(({ status }) => status !== 200), [])
  }).pipe(Effect.provide(Sandbox.layer({ accounts, servers })))

// Settings that documents call by names of their own.
const { clientId, clientSecret } = Account.routee
const others = {
  ID: clientId,
  SECRET: clientSecret,
  MARKETING_APPLICATION_ID: Account.routeeSpecial.clientId,
  MARKETING_APPLICATION_SECRET: Account.routeeSpecial.clientSecret,
  SMS_APP_ID: clientId,
  SMS_APP_SECRET: clientSecret
}
