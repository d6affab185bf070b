import { assert, describe, it } from "@effect/vitest"
import * as Account from "@mintmark/sandbox/Account"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import { once } from "node:events"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { parseEnv } from "node:util"
import * as Providers from "../src/Providers.ts"
import { environment } from "../src/SandboxCommand.ts"
import { folder, mintmark, start } from "./support/mintmark.ts"

describe("mintmark sandbox", () => {
  it.live("prints the variables of each provider, serves until it is interrupted, and exits without an error", () =>
    Effect.gen(function*() {
      const cwd = yield* folder()
      const child = start(["sandbox"], { cwd })
      const [output] = yield* Effect.promise(() => once(child.stdout, "data"))
      const variables = String(output)
      for (const id of Providers.ids) assert.match(variables, new RegExp(`^# ${id}: `, "m"))
      const env = Object.fromEntries(
        [...variables.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = "", value = ""]) => [name, value])
      )
      let printed = ""
      const seen = new Promise<void>((resolve) =>
        child.stderr.on("data", (text) => {
          printed += text
          if (printed.includes("/oauth/token")) resolve()
        })
      )
      const token = yield* mintmark(["token", "routee"], { cwd, env })
      assert.strictEqual(token.code, 0)
      yield* Effect.promise(() => seen)
      assert.match(printed, /^\d\d:\d\d:\d\d {2}200 {2}POST {2}auth\.routee\.net\/oauth\/token {2}\w+$/m)
      const busy = yield* mintmark(["sandbox", "--port", new URL(env["ROUTEE_BASE_URL"] ?? "").port], { cwd })
      assert.strictEqual(busy.code, 2)
      assert.match(busy.stderr, /^mintmark: The sandbox can't listen on port \d+\.\n.*--port 0.*\n$/)
      child.kill("SIGINT")
      const [code] = yield* Effect.promise(() => once(child, "exit"))
      assert.strictEqual(code, 130)
    }))

  it.effect("writes lines that a .env parser reads back unchanged", () =>
    Effect.gen(function*() {
      const urls = Object.fromEntries(Account.defaults.map(({ provider }) => [provider, "http://127.0.0.1:1"]))
      for (const id of Providers.ids) {
        const { account } = Providers.entry(id).sandbox
        const lines = ConfigProvider.fromDotEnvContents(environment(id, urls))
        const setting = account.provider === "voipex" ? "password" : "clientSecret"
        const secret = account.provider === "voipex" ? account.password : account.clientSecret
        const node = yield* lines.load([Providers.variable(Providers.entry(id), setting)])
        assert.strictEqual(node?.value, secret)
      }
    }))

  it.live("writes the file that the other commands read, and overwrites no file that it did not write", () =>
    Effect.gen(function*() {
      const cwd = yield* folder({ "own.env": "ROUTEE_APPLICATION_SECRET='precious'\n" })
      const refused = yield* mintmark(["sandbox", "--dotenv", "own.env"], { cwd })
      assert.deepStrictEqual([refused.code, refused.stdout], [2, ""])
      assert.match(refused.stderr, /^mintmark: own\.env exists, and `mintmark sandbox` has not written it\.\n.+\n$/)
      assert.strictEqual(readFileSync(join(cwd, "own.env"), "utf8"), "ROUTEE_APPLICATION_SECRET='precious'\n")
      for (let turn = 0; turn < 2; turn++) {
        const child = start(["sandbox", "--dotenv", ".env"], { cwd })
        const [said] = yield* Effect.promise(() => once(child.stderr, "data"))
        assert.include(String(said), "The sandbox listens on http://127.0.0.1:")
        for (const id of Providers.ids) {
          const token = yield* mintmark(["token", id], { cwd })
          assert.deepInclude(token, { code: 0, stderr: "" })
        }
        // As Node before 20.12 and Docker read a file: no `export`, no blank before a name.
        const lines = readFileSync(join(cwd, ".env"), "utf8").split("\n")
        for (const line of lines) assert.match(line, /^(?:#.*|[A-Z][A-Z\d_]*='[^']*'|)$/)
        const { ROUTEE_APPLICATION_SECRET: secret } = parseEnv(lines.join("\n"))
        assert.strictEqual(secret, Account.routee.clientSecret)
        const sourced = yield* Effect.sync(() =>
          execFileSync("sh", ["-c", "set -a; . ./.env; exec printenv ROUTEE_APPLICATION_SECRET"], { cwd })
        )
        assert.strictEqual(`${sourced}`, `${Account.routee.clientSecret}\n`)
        assert.strictEqual((statSync(join(cwd, ".env")).mode & 0o777).toString(8), "600")
        child.kill("SIGINT")
        yield* Effect.promise(() => once(child, "exit"))
      }
    }))
})
