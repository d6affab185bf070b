import { assert, layer } from "@effect/vitest"
import * as Account from "@mintmark/sandbox/Account"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import * as Providers from "../src/Providers.ts"
import { folderForSandbox } from "./support/environment.ts"
import { atTerminal } from "./support/inProcess.ts"
import { folder, mintmark } from "./support/mintmark.ts"

const { clientId, clientSecret } = Account.routee

const environment = Effect.map(Sandbox, ({ urls }) => ({
  ROUTEE_APPLICATION_ID: clientId,
  ROUTEE_APPLICATION_SECRET: clientSecret,
  ROUTEE_BASE_URL: urls.routee
}))

layer(Sandbox.layer(), { excludeTestServices: true })("mintmark token", (it) => {
  it.effect("prints the token and nothing else, with credentials from the environment", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const outcome = yield* mintmark(["token", "routee"], { cwd: yield* folder(), env: yield* environment })
      assert.deepInclude(outcome, { code: 0, stderr: "" })
      const alive = yield* sandbox.tokens
      assert.include(alive.map(({ fingerprint }) => fingerprint), sandbox.fingerprint(outcome.stdout.trimEnd()))
    }))

  it.effect("reads credentials from a file .env, and prints a header or JSON", () =>
    Effect.gen(function*() {
      const cwd = yield* folderForSandbox
      const [header, json] = yield* Effect.all([
        mintmark(["token", "routee", "--header"], { cwd }),
        mintmark(["token", "routee", "--json", "--scope", "sms", "--scope", "voice"], { cwd })
      ], { concurrency: "unbounded" })
      assert.match(header.stdout, /^Authorization: Bearer [\w-]+\n$/)
      assert.deepInclude(JSON.parse(json.stdout), { provider: "routee", token_type: "Bearer", scope: "sms voice" })
    }))

  it.effect("gets a token that the API accepts, from every provider", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const cwd = yield* folderForSandbox
      yield* Effect.forEach(Providers.ids, (id) =>
        Effect.gen(function*() {
          const { code, stderr, stdout } = yield* atTerminal(["token", id, "--dotenv", join(cwd, ".env")], {})
          assert.deepStrictEqual([code, stderr], [0, ""], id)
          const { provider } = Providers.entry(id).sandbox.account
          const alive = (yield* sandbox.tokens).filter((token) => token.provider === provider)
          assert.include(alive.map(({ fingerprint }) => fingerprint), sandbox.fingerprint(stdout.trimEnd()), id)
        }))
    }))

  it.effect("lets the environment take precedence over the file", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const cwd = yield* folder({ ".env": "ROUTEE_APPLICATION_SECRET='outdated'" })
      const { code } = yield* mintmark(["token", "routee"], {
        cwd,
        env: { ...yield* environment, ROUTEE_BASE_URL: urls.routee }
      })
      assert.strictEqual(code, 0)
    }))

  it.effect("names the missing variables in two lines, where there is no terminal", () =>
    Effect.gen(function*() {
      const outcome = yield* mintmark(["token", "routee"], { cwd: yield* folder() })
      assert.deepStrictEqual(outcome, {
        code: 3,
        stdout: "",
        stderr: "mintmark: routee: ROUTEE_APPLICATION_ID and ROUTEE_APPLICATION_SECRET are not set.\n" +
          "Set what is missing in the environment or in a file named .env, or run this in a terminal to be asked.\n"
      })
    }))

  it.effect("names the file of --dotenv where a setting is missing or wrong, and not .env, which is not read", () =>
    Effect.gen(function*() {
      const cwd = yield* folder({
        ".env": "ROUTEE_APPLICATION_SECRET='precious'\n",
        "no-secret.env": "ROUTEE_APPLICATION_ID='id'\n",
        "wrong.env": "ROUTEE_APPLICATION_ID='id '\nROUTEE_APPLICATION_SECRET='secret'\n"
      })
      const missing = yield* mintmark(["token", "routee", "--dotenv", "no-secret.env"], { cwd })
      assert.deepStrictEqual([missing.code, missing.stdout], [3, ""])
      assert.match(missing.stderr, /in the environment or in \S*no-secret\.env, which is read instead of \.env, or run/)
      const wrong = yield* mintmark(["token", "routee", "--dotenv", "wrong.env"], { cwd })
      assert.match(
        wrong.stderr,
        /^mintmark: routee: ROUTEE_APPLICATION_ID ends with a space\.\nCorrect ROUTEE_APPLICATION_ID in \S*wrong\.env\.\n$/
      )
    }))

  it.effect("reports refused credentials in two lines, and shows no secret", () =>
    Effect.gen(function*() {
      const outcome = yield* mintmark(["token", "routee", "--verbose"], {
        cwd: yield* folder(),
        env: { ...yield* environment, ROUTEE_APPLICATION_SECRET: "canary-secret" }
      })
      assert.deepInclude(outcome, { code: 4, stdout: "" })
      assert.match(
        outcome.stderr,
        /\nmintmark: routee: the credentials were refused \(status 401, Unauthorized\)\.\nCheck ROUTEE_APPLICATION_ID .*\n$/
      )
      assert.notInclude(outcome.stderr, "canary")
      assert.notInclude(outcome.stderr, btoa(`${clientId}:canary-secret`))
    }))

  it.effect("reports a scope that is not granted and a server that can't be reached, with an exit code for each", () =>
    Effect.gen(function*() {
      const cwd = yield* folder()
      const env = yield* environment
      const [scope, unreachable] = yield* Effect.all([
        mintmark(["token", "routee", "--scope", "nonsense"], { cwd, env }),
        mintmark(["token", "routee", "--timeout", "0.5"], {
          cwd,
          env: { ...env, ROUTEE_BASE_URL: "http://127.0.0.1:65535" }
        })
      ], { concurrency: "unbounded" })
      assert.strictEqual(scope.code, 5)
      assert.include(scope.stderr, "Request other scopes, with --scope or ROUTEE_SCOPES.")
      assert.strictEqual(unreachable.code, 6)
      assert.strictEqual(unreachable.stderr.split("\n").length, 3)
    }))

  it.effect("does not send credentials of the environment to a server that the folder's .env names", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const cwd = yield* folder({ ".env": `ROUTEE_BASE_URL=${sandbox.urls.routee}/elsewhere` })
      const { ROUTEE_BASE_URL: _, ...env } = yield* environment
      const refused = yield* mintmark(["token", "routee"], { cwd, env })
      assert.strictEqual(refused.code, 9)
      assert.include(refused.stderr, ".env sets ROUTEE_BASE_URL")
      const journal = yield* sandbox.journal
      assert.isFalse(journal.some(({ path }) => path.includes("elsewhere")))
    }))

  it.effect("accepts no secret as an argument", () =>
    Effect.gen(function*() {
      const outcome = yield* mintmark(["token", "routee", "--secret=canary"], { cwd: yield* folder() })
      assert.strictEqual(outcome.code, 2)
      assert.include(outcome.stderr, "Secrets are never taken as arguments")
      assert.notInclude(outcome.stderr, "canary")
    }))
})
