import { assert, layer, vi } from "@effect/vitest"
import * as Account from "@mintmark/sandbox/Account"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { dirname, join } from "node:path"
import { atTerminal } from "./support/inProcess.ts"
import { folder, mintmark } from "./support/mintmark.ts"

const key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

/** A home of its own, the variables that go with it, and where tokens are kept in it. */
const home = Effect.gen(function*() {
  const { clear, urls } = yield* Sandbox
  yield* clear
  const cwd = yield* folder()
  const env = {
    HOME: cwd,
    ROUTEE_APPLICATION_ID: Account.routee.clientId,
    ROUTEE_APPLICATION_SECRET: Account.routee.clientSecret,
    ROUTEE_BASE_URL: urls.routee,
    MINTMARK_CACHE_KEY: key
  }
  return { cwd, env, tokens: join(cwd, ".cache", "mintmark", "tokens") }
})

const requests = Effect.flatMap(
  Sandbox,
  ({ counts }) => Effect.map(counts({ provider: "routee" }), ({ token }) => token)
)

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

layer(Sandbox.layer(), { excludeTestServices: true })("the cache of mintmark", (it) => {
  it.effect("sends one token request for ten calls, and caches the token in files that only the user can read", () =>
    Effect.gen(function*() {
      const { cwd, env, tokens } = yield* home
      mkdirSync(tokens, { recursive: true })
      chmodSync(tokens, 0o777)
      const first = yield* mintmark(["token", "routee"], { cwd, env })
      assert.deepInclude(first, { code: 0, stderr: "" })
      for (let call = 0; call < 8; call++) {
        assert.strictEqual((yield* atTerminal(["token", "routee"], env)).stdout, first.stdout)
      }
      const last = yield* mintmark(["request", "routee", "GET", "/accounts/me/balance"], { cwd, env })
      assert.strictEqual(last.code, 0)
      assert.strictEqual(yield* requests, 1)

      const [file = "", ...others] = readdirSync(tokens)
      assert.deepStrictEqual(others, [])
      assert.deepStrictEqual([mode(tokens), mode(join(tokens, file))], ["700", "600"])
      const content = readFileSync(join(tokens, file), "utf8")
      for (const secret of [first.stdout.trimEnd(), Account.routee.clientSecret, Account.routee.clientId]) {
        assert.notInclude(file + content + Buffer.from(content, "base64").toString("latin1"), secret)
      }
    }))

  it.effect("caches nothing without a key, or with --no-cache", () =>
    Effect.gen(function*() {
      const { cwd, env, tokens } = yield* home
      const { MINTMARK_CACHE_KEY: _, ...withoutKey } = env
      yield* atTerminal(["token", "routee"], withoutKey)
      yield* atTerminal(["token", "routee", "--no-cache"], env)
      assert.strictEqual(yield* requests, 2)
      assert.throws(() => readdirSync(tokens))
      assert.deepStrictEqual(readdirSync(cwd), [])
    }))

  it.effect("gets a new token with --renew, and where the API refuses the cached one", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const { env } = yield* home
      yield* atTerminal(["token", "routee"], env)
      yield* atTerminal(["token", "routee", "--renew"], env)
      assert.strictEqual(yield* requests, 2)
      yield* sandbox.revoke({ provider: "routee" })
      const { code } = yield* atTerminal(["request", "routee", "GET", "/accounts/me/balance"], env)
      assert.strictEqual(code, 0)
      assert.strictEqual(yield* requests, 3)
    }))

  it.effect("sends a refused password once for ten calls in a script, and again with --renew or a changed password", () =>
    Effect.gen(function*() {
      const { counts, urls } = yield* Sandbox
      const { cwd, env: { HOME, MINTMARK_CACHE_KEY } } = yield* home
      const { password, username } = Account.voipexOther
      const env = { HOME, MINTMARK_CACHE_KEY, VOIPEX_BASE_URL: urls.voipex, VOIPEX_USERNAME: username }
      const wrong = { ...env, VOIPEX_PASSWORD: "canary" }
      const sent = Effect.map(counts({ provider: "voipex" }), ({ token }) => token)
      const first = yield* mintmark(["token", "voipex"], { cwd, env: wrong })
      assert.strictEqual(first.code, 4)
      assert.match(first.stderr, /^mintmark: voipex: the password was refused .*\nCheck VOIPEX_USERNAME .*\n$/)
      for (const command of [["token", "voipex"], ["request", "voipex", "GET", "/me"]]) {
        for (let call = 0; call < 5; call++) {
          const { code, stderr } = yield* atTerminal(command, wrong)
          assert.strictEqual(code, 4)
          assert.match(
            stderr,
            /^mintmark: voipex: nothing was sent: in an earlier run, the password was refused .*\n/
          )
          assert.match(stderr, /\nCheck VOIPEX_USERNAME and VOIPEX_PASSWORD\. `mintmark token voipex --renew` .*\n$/)
          assert.notInclude(stderr, "canary")
        }
      }
      assert.strictEqual(yield* sent, 1)
      assert.strictEqual((yield* atTerminal(["token", "voipex"], { ...env, VOIPEX_PASSWORD: password })).code, 0)
      assert.strictEqual(yield* sent, 2)
      const insisting = yield* atTerminal(["token", "voipex", "--renew"], wrong)
      assert.notInclude(insisting.stderr, "nothing was sent")
      assert.strictEqual(yield* sent, 3)
    }))

  it.effect("gets a token when the cache can't be used, and refuses an invalid key", () =>
    Effect.gen(function*() {
      const { cwd, env } = yield* home
      writeFileSync(join(cwd, ".cache"), "a file in the folder's place")
      assert.strictEqual((yield* atTerminal(["token", "routee"], env)).code, 0)
      const { code, stderr } = yield* atTerminal(["token", "routee"], { ...env, MINTMARK_CACHE_KEY: "canary" })
      assert.strictEqual(code, 3)
      assert.match(stderr, /^mintmark: MINTMARK_CACHE_KEY is not 32 bytes in Base64\.\n.*openssl rand -base64 32.*\n$/)
      assert.notInclude(stderr, "canary")
    }))

  it.effect("follows no symbolic link, neither for the folder nor for a file", () =>
    Effect.gen(function*() {
      const { cwd, env, tokens } = yield* home
      const elsewhere = join(cwd, "elsewhere")
      mkdirSync(elsewhere, { mode: 0o755 })
      for (const link of [tokens, join(cwd, ".cache", "mintmark")]) {
        rmSync(join(cwd, ".cache"), { recursive: true, force: true })
        mkdirSync(dirname(link), { recursive: true })
        symlinkSync(elsewhere, link)
        assert.strictEqual((yield* atTerminal(["token", "routee"], env)).code, 0)
        assert.deepStrictEqual([readdirSync(elsewhere), mode(elsewhere)], [[], "755"])
      }
      rmSync(join(cwd, ".cache"), { recursive: true })
      const { stdout } = yield* atTerminal(["token", "routee"], env)
      const [file = ""] = readdirSync(tokens)
      // A record that could be read is not read through a link either.
      const precious = join(elsewhere, "precious")
      const record = readFileSync(join(tokens, file), "utf8")
      writeFileSync(precious, record)
      rmSync(join(tokens, file))
      symlinkSync(precious, join(tokens, file))
      const again = yield* atTerminal(["token", "routee"], env)
      assert.deepStrictEqual([again.code, again.stdout], [0, stdout])
      assert.strictEqual(readFileSync(precious, "utf8"), record)
      assert.isTrue(lstatSync(join(tokens, file)).isFile())
      assert.strictEqual(yield* requests, 4)
    }))

  it.effect("uses no folder that belongs to another user", () =>
    Effect.gen(function*() {
      const { env, tokens } = yield* home
      mkdirSync(tokens, { recursive: true })
      const getuid = vi.spyOn(process, "getuid").mockReturnValue(12_345)
      const { code } = yield* Effect.ensuring(
        atTerminal(["token", "routee"], env),
        Effect.sync(() => getuid.mockRestore())
      )
      assert.strictEqual(code, 0)
      assert.deepStrictEqual(readdirSync(tokens), [])
    }))

  it.effect("serves ten commands that run at the same time, and writes one complete file", () =>
    Effect.gen(function*() {
      const { cwd, env, tokens } = yield* home
      const outcomes = yield* Effect.all(
        Array.from(
          { length: 10 },
          (_, index) => mintmark(["token", "routee", ...index % 2 === 0 ? [] : ["--renew"]], { cwd, env })
        ),
        { concurrency: 5 }
      )
      assert.deepStrictEqual(
        new Set(outcomes.map(({ code, stderr }) => `${code}${stderr}`)),
        new Set(["0"])
      )
      assert.lengthOf(readdirSync(tokens), 1)
      const before = yield* requests
      assert.strictEqual((yield* atTerminal(["token", "routee"], env)).code, 0)
      assert.strictEqual(yield* requests, before)
    }))

  it.effect("does not use a key from the folder's .env with credentials from the environment", () =>
    Effect.gen(function*() {
      const { cwd, env: { MINTMARK_CACHE_KEY: _, ...env }, tokens } = yield* home
      writeFileSync(join(cwd, ".env"), `MINTMARK_CACHE_KEY='${key}'`)
      const { code, stderr, stdout } = yield* mintmark(["token", "routee"], { cwd, env })
      assert.deepStrictEqual([code, stdout], [9, ""])
      assert.match(
        stderr,
        /^mintmark: \.env sets MINTMARK_CACHE_KEY, but ROUTEE_APPLICATION_SECRET comes from elsewhere: .*\n.*--dotenv \.env.*\n$/
      )
      assert.throws(() => readdirSync(tokens))
      assert.strictEqual(yield* requests, 0)
      const trusted = yield* mintmark(["token", "routee", "--dotenv", ".env"], { cwd, env })
      assert.strictEqual(trusted.code, 0)
      assert.lengthOf(readdirSync(tokens), 1)
    }))
})
