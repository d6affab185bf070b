import { assert, layer } from "@effect/vitest"
import * as Account from "@mintmark/sandbox/Account"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
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

layer(Sandbox.layer(), { excludeTestServices: true })("mintmark's cache", (it) => {
  it.effect("makes ten calls cost one token request, in files that nobody else can read or understand", () =>
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

  it.effect("keeps nothing without a key, or where it is told so", () =>
    Effect.gen(function*() {
      const { cwd, env, tokens } = yield* home
      const { MINTMARK_CACHE_KEY: _, ...withoutKey } = env
      yield* atTerminal(["token", "routee"], withoutKey)
      yield* atTerminal(["token", "routee", "--no-cache"], env)
      assert.strictEqual(yield* requests, 2)
      assert.throws(() => readdirSync(tokens))
      assert.deepStrictEqual(readdirSync(cwd), [])
    }))

  it.effect("gets a new token when it is told to, and where the API refuses the one that was kept", () =>
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

  it.effect("sends a refused password once for ten calls in a script, and again where it is told to, or with another", () =>
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
            /^mintmark: voipex: nothing was sent, since an earlier run was told: the password was .*\n/
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

  it.effect("gets a token where the cache can't be used, and refuses a key that is none", () =>
    Effect.gen(function*() {
      const { cwd, env } = yield* home
      writeFileSync(join(cwd, ".cache"), "a file in the folder's place")
      assert.strictEqual((yield* atTerminal(["token", "routee"], env)).code, 0)
      const { code, stderr } = yield* atTerminal(["token", "routee"], { ...env, MINTMARK_CACHE_KEY: "canary" })
      assert.strictEqual(code, 3)
      assert.match(stderr, /^mintmark: MINTMARK_CACHE_KEY is not 32 bytes in Base64\.\n.*openssl rand -base64 32.*\n$/)
      assert.notInclude(stderr, "canary")
    }))
})
