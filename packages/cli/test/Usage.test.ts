import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync, spawnSync } from "node:child_process"
import { closeSync, openSync } from "node:fs"
import * as ExitCode from "../src/ExitCode.ts"
import * as Providers from "../src/Providers.ts"
import { atTerminal } from "./support/inProcess.ts"
import { bin, folder, mintmark } from "./support/mintmark.ts"

const completion = `
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=\${#COMP_LINE}
_mintmark "$1" "\${@: -1}" "\${@: -2:1}"; printf '%s\\n' "\${COMPREPLY[@]}"`

const run = (...args: ReadonlyArray<string>) => atTerminal(args, {})

describe("mintmark", () => {
  it.live("lists its commands when none is given", () =>
    Effect.gen(function*() {
      const outcome = yield* mintmark([], { cwd: yield* folder() })
      assert.deepInclude(outcome, { code: 0, stderr: "" })
      for (const name of ["token", "request", "doctor", "sandbox"]) {
        assert.match(outcome.stdout, new RegExp(`^ {2}${name} `, "m"))
      }
      for (const code of Object.values(ExitCode).filter((code) => code > 1)) {
        assert.match(outcome.stdout, new RegExp(`\\b${code} \\w`))
      }
    }))

  it.live("explains the cache in --help", () =>
    Effect.gen(function*() {
      for (const command of ["token", "request"]) {
        const { stdout } = yield* run(command, "--help")
        assert.include(stdout, "With a key in MINTMARK_CACHE_KEY (`openssl rand -base64 32` makes one)")
      }
    }))

  it.live("lists every setting of every provider in --help, and examples", () =>
    Effect.gen(function*() {
      for (const command of ["token", "request", "doctor"]) {
        const { code, stdout } = yield* run(command, "--help")
        assert.strictEqual(code, 0)
        for (const id of Providers.ids) {
          for (const { variable } of Providers.entry(id).settings) assert.include(stdout, variable)
        }
        const { settings } = Providers.server(undefined, "", { needsApi: true })
        for (const { variable } of settings) assert.include(stdout, variable)
        for (const flag of ["--issuer", "--token-endpoint", "--api-url", "--prefix"]) assert.include(stdout, flag)
        assert.include(stdout, "EXAMPLES")
        // oxlint-disable-next-line no-control-regex
        assert.notMatch(stdout, /\x1b/)
      }
    }))

  it.live("reports an invalid command line in two lines, without an argument that may be a secret", () =>
    Effect.gen(function*() {
      for (
        const [said, ...args] of [
          [`Unknown subcommand "tokn" for "mintmark". Did you mean this? token`, "tokn"],
          ["provider", "token"],
          ["\"routee\"", "token", "rotee"],
          ["`mintmark doctor oauth-server --issuer URL`", "doctor", "okta"],
          ["--json", "token", "routee", "--jsn"],
          ["There is an argument too many.", "token", "routee", "s3cret"],
          ["Secrets are never taken as arguments", "token", "routee", "--password=s3cret"],
          ["Choose one of them.", "token", "routee", "--json", "--header"],
          ["Expected: more than 0", "token", "routee", "--timeout", "0"],
          ["Expected: GET, POST", "request", "routee", "FETCH", "/me"],
          ["Expected: a path", "doctor", "routee", "--call", "https://elsewhere.example/"]
        ] as const
      ) {
        const { code, stderr, stdout } = yield* run(...args)
        assert.deepStrictEqual([code, stdout], [2, ""], args.join(" "))
        assert.match(stderr, /^mintmark: .+\n.+\n$/)
        assert.include(stderr, said)
        assert.notInclude(stderr, "s3cret")
      }
    }))

  it.live("names each setting as the prompt does", () =>
    Effect.gen(function*() {
      const env = { ROUTEE_APPLICATION_ID: "id", ROUTEE_APPLICATION_SECRET: "secret" }
      const scope = yield* atTerminal(["token", "routee", "--scope", "é"], env)
      assert.match(
        scope.stderr,
        /^mintmark: routee: --scope or ROUTEE_SCOPES contains "é", which is not a scope\.\n.*\n$/
      )
      const baseUrl = yield* atTerminal(["token", "routee"], { ...env, ROUTEE_BASE_URL: "nonsense" })
      assert.match(baseUrl.stderr, /^mintmark: routee: ROUTEE_BASE_URL must be an absolute https URL\.\n.*\n$/)
      assert.deepStrictEqual([scope.code, baseUrl.code], [3, 3])
      const placement = yield* run("doctor", "voipex", "--placement", "basic")
      assert.strictEqual(placement.code, 2)
      assert.match(
        placement.stdout,
        /^settings +failed +voipex has no client secret .*\n\nVoipex has no .*\nOmit --placement\.\n$/
      )
    }))

  it.live("reports a file that can't be read", () =>
    Effect.gen(function*() {
      const { code, stderr } = yield* run("token", "routee", "--dotenv", "missing")
      assert.strictEqual(code, 3)
      assert.match(stderr, /^mintmark: The file .*missing can't be read \(NotFound\)\.\n.*\n$/)
    }))

  it.live("reports that its output can't be written, and exits with curl's code for that", () =>
    Effect.gen(function*() {
      const readOnly = yield* Effect.acquireRelease(
        Effect.sync(() => openSync(bin, "r")),
        (file) => Effect.sync(() => closeSync(file))
      )
      const { status, stderr } = spawnSync(process.execPath, [bin, "--help"], {
        stdio: ["ignore", readOnly, "pipe"],
        encoding: "utf8"
      })
      assert.strictEqual(status, 23)
      assert.strictEqual(stderr, "mintmark: The result can't be written (EBADF).\n")
    }))

  it.live("writes completions for every shell, with the names of the providers", () =>
    Effect.gen(function*() {
      for (const shell of ["bash", "zsh", "fish", "powershell"]) {
        const { code, stdout } = yield* run("--completions", shell)
        assert.strictEqual(code, 0)
        for (const id of Providers.ids) assert.include(stdout, id)
      }
    }))

  it.live("completes commands, providers and flags in bash", () =>
    Effect.gen(function*() {
      const { stdout: script } = yield* run("--completions", "bash")
      const complete = (...words: ReadonlyArray<string>) =>
        execFileSync("bash", ["--norc", "-c", `${script}\n${completion}`, "bash", ...words], { encoding: "utf8" })
          .split("\n").map((word) => word.trim()).filter((word) => word !== "")
      assert.deepStrictEqual(complete("mintmark", "do"), ["doctor"])
      assert.sameMembers(complete("mintmark", "token", "route"), ["routee", "routee-email", "routera"])
      assert.sameMembers(complete("mintmark", "token", "routee", "--js"), ["--json"])
    }))

  it.live("prints its version", () => Effect.map(run("--version"), ({ stdout }) => assert.match(stdout, /v1\.2\.3\n$/)))
})
