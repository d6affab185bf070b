import { assert, layer } from "@effect/vitest"
import * as Account from "@mintmark/sandbox/Account"
import * as Answer from "@mintmark/sandbox/Answer"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { folderForSandbox } from "./support/environment.ts"
import { atTerminal } from "./support/inProcess.ts"
import { folder, mintmark, type Outcome, start } from "./support/mintmark.ts"

/** The table without its figures: each step and its state. */
const states = ({ stdout }: Pick<Outcome, "stdout">): ReadonlyArray<string> =>
  [...stdout.matchAll(/^(\w+) +(ok|note|failed|skipped) /gm)].map(([, step, state]) => `${step} ${state}`)

const throughout = [
  "settings ok",
  "name skipped",
  "TLS skipped",
  "endpoint ok",
  "clock ok",
  "credentials ok",
  "reply ok",
  "lifetime ok",
  "scopes ok"
]

layer(Sandbox.layer(), { excludeTestServices: true })("mintmark doctor", (it) => {
  it.effect("checks everything from the settings to the API, with one token request and without colors", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      yield* sandbox.clear
      const outcome = yield* mintmark(["doctor", "routee"], { cwd: yield* folderForSandbox })
      assert.deepInclude(outcome, { code: 0, stderr: "" })
      assert.deepStrictEqual(states(outcome), [...throughout, "API ok"])
      assert.include(outcome.stdout, "accepted, raw in a Basic header")
      assert.match(outcome.stdout, /lifetime +ok +3600 s, until 20/)
      assert.deepInclude(yield* sandbox.counts({ provider: "routee" }), { token: 1, api: 1 })
      // oxlint-disable-next-line no-control-regex
      assert.notMatch(outcome.stdout, /\x1b/)
    }))

  it.effect("prints the same as JSON, with an API request that the user chose", () =>
    Effect.gen(function*() {
      const outcome = yield* mintmark(["doctor", "voipex", "--call", "/me", "--json"], {
        cwd: yield* folderForSandbox
      })
      const { conclusion, exitCode, findings, provider } = JSON.parse(outcome.stdout)
      assert.deepStrictEqual(conclusion, { cause: "everything works, at the base URL that is set" })
      assert.deepStrictEqual([provider, exitCode, outcome.code], ["voipex", 0, 0])
      assert.deepStrictEqual(
        findings.map(({ state, step }: { step: string; state: string }) => `${step} ${state}`),
        [...throughout, "API ok"]
      )
      assert.include(outcome.stdout, "the refresh token 7200 s")
    }))

  it.effect("names the characters of refused credentials that differ between raw and form-encoded Basic, and sends nothing else", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      yield* sandbox.clear
      const cwd = yield* folder()
      const env = {
        ROUTEE_APPLICATION_ID: Account.routeeSpecial.clientId,
        ROUTEE_BASE_URL: sandbox.urls.routee
      }
      const differ = yield* mintmark(["doctor", "routee"], {
        cwd,
        env: { ...env, ROUTEE_APPLICATION_SECRET: "cana+ry/canary=é" }
      })
      const same = yield* atTerminal(["doctor", "routee"], { ...env, ROUTEE_APPLICATION_SECRET: "canary" })
      assert.deepInclude(differ, { code: 4, stderr: "mintmark: routee: credentials failed.\n" })
      assert.include(
        differ.stdout,
        "\nCheck ROUTEE_APPLICATION_ID and ROUTEE_APPLICATION_SECRET. They were sent raw; form-encoded and raw differ, " +
          "since ROUTEE_APPLICATION_SECRET contains + / = (characters outside ASCII): " +
          "`mintmark doctor routee --placement basic` sends them the other way, once.\n"
      )
      assert.match(same.stdout, /\nCheck ROUTEE_APPLICATION_ID and ROUTEE_APPLICATION_SECRET\.\n$/)
      assert.notInclude(differ.stdout + same.stdout, "cana")
      const { token } = yield* sandbox.counts({ provider: "routee" })
      assert.strictEqual(token, 2)
    }))

  it.effect("suggests a command that reads the same file and requests the same scopes", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const env = {
        ROUTEE_APPLICATION_ID: Account.routee.clientId,
        ROUTEE_APPLICATION_SECRET: "cana+ry",
        ROUTEE_BASE_URL: urls.routee
      }
      const lines = Object.entries(env).map(([name, value]) => `${name}='${value}'\n`).join("")
      const cwd = yield* folder({ "its own.env": lines })
      const args = ["doctor", "routee", "--scope", "sms", "--scope", "voice", "--dotenv", "its own.env"]
      const { stdout } = yield* mintmark(args, { cwd })
      assert.include(
        stdout,
        "`mintmark doctor routee --dotenv 'its own.env' --scope sms --scope voice --placement basic` sends them"
      )
    }))

  it.effect("sends the credentials with the method that --placement names", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      yield* sandbox.clear
      const dotenv = join(yield* folderForSandbox, ".env")
      const outcome = yield* atTerminal(["doctor", "routera", "--placement", "basic", "--dotenv", dotenv], {})
      assert.strictEqual(outcome.code, 0)
      assert.include(outcome.stdout, "accepted, form-encoded in a Basic header")
      const tokenRequests = (yield* sandbox.journal).filter(({ kind }) => kind === "token")
      assert.deepStrictEqual(tokenRequests.map(({ placement }) => placement), ["basic"])
    }))

  it.effect("sends a password once, and warns that the account may be locked", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      yield* sandbox.clear
      const dotenv = join(yield* folderForSandbox, ".env")
      const outcome = yield* atTerminal(["doctor", "voipex", "--dotenv", dotenv], {
        VOIPEX_PASSWORD: "canary",
        VOIPEX_USERNAME: Account.voipexOther.username
      })
      assert.strictEqual(outcome.code, 4)
      assert.include(
        outcome.stdout,
        "\nCheck VOIPEX_USERNAME and VOIPEX_PASSWORD before you try again: a few refusals can lock the account.\n"
      )
      assert.notInclude(outcome.stdout, "canary")
      assert.deepInclude(yield* sandbox.counts({ provider: "voipex" }), { token: 1 })
    }))

  it.effect("reports a wrong clock, a short lifetime, scopes that were not granted, and a missing permission", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      yield* sandbox.clear
      yield* sandbox.script({ provider: "routee", kind: "token" }, [
        Answer.token({ scope: "sms", expires_in: 5 }, { headers: { date: "Sat, 01 Jan 2000 00:00:00 GMT" } })
      ])
      const dotenv = join(yield* folderForSandbox, ".env")
      const outcome = yield* atTerminal(
        ["doctor", "routee", "--scope", "sms", "--scope", "voice", "--dotenv", dotenv],
        {}
      )
      assert.strictEqual(outcome.code, 0)
      assert.includeMembers([...states(outcome)], ["clock note", "lifetime note", "scopes note", "API note"])
      assert.match(outcome.stdout, /this machine is \d+ s ahead of the server/)
      assert.include(outcome.stdout, "granted: sms; not granted: voice")
    }))

  it.effect("prints with --verbose what is sent, on standard error", () =>
    Effect.gen(function*() {
      const dotenv = join(yield* folderForSandbox, ".env")
      const { stderr } = yield* atTerminal(["doctor", "routee", "--verbose", "--dotenv", dotenv], {})
      assert.match(
        stderr,
        /^Settings from the file: .*\nPOST \S+\/oauth\/token: 200 after \d+ ms\nGET \S+\/balance: 200 after \d+ ms\n$/
      )
    }))

  it.effect("exits without an error when its output is no longer read", () =>
    Effect.gen(function*() {
      const child = start(["doctor", "routee"], { cwd: yield* folderForSandbox })
      child.stdout.once("data", () => child.stdout.destroy())
      const [stderr] = yield* Effect.promise(() => Promise.all([text(child.stderr), once(child, "exit")]))
      assert.strictEqual(stderr, "")
    }))

  it.effect("names the step that failed: settings, DNS name, an unreachable or wrong endpoint, a server error", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const cwd = yield* folderForSandbox
      yield* sandbox.script({ provider: "routera", kind: "token" }, [Answer.status(503)])
      yield* sandbox.script({ provider: "routee-email", kind: "token" }, [Answer.body("<html>")])
      const { clientId, clientSecret } = Account.routee
      const credentials = { ROUTEE_APPLICATION_ID: clientId, ROUTEE_APPLICATION_SECRET: clientSecret }
      const at = (ROUTEE_BASE_URL: string) => atTerminal(["doctor", "routee"], { ...credentials, ROUTEE_BASE_URL })
      const inSandbox = (id: string) => atTerminal(["doctor", id, "--dotenv", join(cwd, ".env")], {})
      const outcomes = [
        yield* atTerminal(["doctor", "routee"], {}),
        yield* at("https://name.invalid"),
        yield* at("http://127.0.0.1:65535"),
        yield* at(`${sandbox.origin}/elsewhere`),
        yield* inSandbox("routera"),
        yield* inSandbox("routee-email")
      ]
      assert.deepStrictEqual(
        outcomes.map((outcome) => [states(outcome).at(-1), outcome.code]),
        [
          ["settings failed", 3],
          ["name failed", 6],
          ["endpoint failed", 6],
          ["endpoint failed", 5],
          ["endpoint failed", 6],
          ["endpoint failed", 8]
        ]
      )
      for (const { stderr, stdout } of outcomes) {
        assert.match(stderr, /^mintmark: .* failed\.\n$/)
        // It is no advice to run what was just run.
        assert.notMatch(stdout, /`mintmark doctor [\w-]+`/)
      }
    }))
})

layer(Sandbox.layer({ tls: "self-signed" }), { excludeTestServices: true })("mintmark doctor over TLS", (it) => {
  it.effect("reports whether a certificate is trusted", () =>
    Effect.gen(function*() {
      const { certificate = "" } = yield* Sandbox
      const cwd = yield* folderForSandbox
      const trusted = join(cwd, "authority.pem")
      writeFileSync(trusted, certificate)
      const [untrusted, trusting] = yield* Effect.all([
        mintmark(["doctor", "routee"], { cwd }),
        mintmark(["doctor", "routee"], { cwd, env: { NODE_EXTRA_CA_CERTS: trusted } })
      ], { concurrency: "unbounded" })
      assert.deepStrictEqual([states(untrusted).at(-1), untrusted.code], ["TLS failed", 9])
      assert.include(untrusted.stdout, "NODE_EXTRA_CA_CERTS")
      assert.strictEqual(trusting.code, 0)
      assert.match(trusting.stdout, /TLS +(ok|note) +TLSv1\.3, certified by .* for \d+ more days/)
    }))
})
