import * as NodeServices from "@effect/platform-node/NodeServices"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Command from "effect/cli/Command"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Terminal from "effect/Terminal"
import { execFile, spawnSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify, stripVTControlCharacters } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { commandLine, newProvider } from "../new-provider.mjs"
import { otherProviders, serversOf, settingsOf } from "../settings.mjs"
import { root } from "../workspace.mjs"

const usual = {
  tokenEndpoint: "",
  apiUrl: "",
  authentication: "client_secret_basic",
  grant: "client_credentials",
  fields: []
}
const answered = [
  ["acme-voice", "with no answers", {}],
  ["acme-post", "whose credentials go into the body, with further fields", {
    tokenEndpoint: "https://login.acme-post.io/oauth/v2/acme/token",
    apiUrl: "https://acme.acme-post.io/v2",
    authentication: "client_secret_post",
    grant: "client_credentials",
    fields: ["audience=https://acme.acme-post.io/\"a\"", "tenant_id=acme=1"]
  }],
  ["acme-raw", "with raw Basic, at the token endpoint of another one", {
    tokenEndpoint: "https://login.acme-post.io/oauth/v2/acme/token",
    authentication: "client_secret_basic_raw"
  }],
  ["acme-person", "with a password and a client secret", { grant: "password", fields: ["audience=x"] }],
  ["acme-public", "with a password and no client secret", { authentication: "none", grant: "password" }]
]

// The template is checked and tested as a package of its own; here, that it is sound under another name and with other
// facts. The workspace has nothing but the new packages, whose dependencies are this workspace's.
describe("a new provider", () => {
  let workspace
  const written = {}
  const folderOf = (name) => join(workspace, "packages", name)
  const readJson = (path) => JSON.parse(readFileSync(path, "utf8"))
  const textOf = (name) => written[name].map((path) => readFileSync(join(workspace, path), "utf8")).join("\n")

  /** What a program says that fails; nothing where it succeeds. */
  const complaint = (name, program, ...args) => {
    const { error, status, stderr, stdout } = spawnSync(program, args, { cwd: folderOf(name), encoding: "utf8" })
    return status === 0 ? "" : `${error ?? ""}${stdout}${stderr}`
  }

  beforeAll(() => {
    workspace = mkdtempSync(join(tmpdir(), "new-provider-"))
    for (const file of ["package.json", "tsconfig.base.json", "tsconfig.json", "vitest.config.ts", "dprint.json"]) {
      cpSync(join(root, file), join(workspace, file))
    }
    mkdirSync(join(workspace, "node_modules"))
    for (const name of readdirSync(join(root, "node_modules")).filter((name) => name !== ".cache")) {
      symlinkSync(join(root, "node_modules", name), join(workspace, "node_modules", name))
    }
    for (const [provider, , answers] of answered) {
      written[provider] = newProvider({ ...usual, ...answers, name: provider }, workspace)
      const folder = folderOf(provider)
      const { dependencies, devDependencies } = readJson(join(folder, "package.json"))
      for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
        mkdirSync(join(folder, "node_modules", name, ".."), { recursive: true })
        symlinkSync(join(root, "packages/routera/node_modules", name), join(folder, "node_modules", name))
      }
    }
  })
  afterAll(() => rmSync(workspace, { force: true, recursive: true }))

  it("has files with its own name, and nothing of the template's", () => {
    assert.includeMembers(written["acme-voice"], [
      "packages/acme-voice/src/AcmeVoice.ts",
      "packages/acme-voice/test/Conformance.test.ts",
      ".changeset/new-acme-voice.md"
    ])
    const text = textOf("acme-voice")
    assert.notMatch(text, /acme(?!-voice|Voice)|Acme(?!Voice)|ACME(?!_VOICE)|template/)
    assert.include(text, `"@mintmark/acme-voice/AcmeVoice"`)
    assert.include(text, "https://auth.acme-voice.example/token")
    assert.include(text, "const acmeVoice = Provider.make(")
    assert.match(text, /TODO: the facts go here/)
    assert.isUndefined(readJson(join(folderOf("acme-voice"), "package.json")).private)
    for (const [name] of answered) assert.notMatch(textOf(name), /(\/\/|<!--) (if|end)\b/)
  })

  it("has the given answers in its value, its statement and its README", () => {
    const read = (file) => readFileSync(join(folderOf("acme-post"), file), "utf8")
    const [value, pages, readme] = [read("src/AcmePost.ts"), read("test/Pages.ts"), read("README.md")]
    for (const text of [value, pages, readme]) {
      assert.include(text, "https://login.acme-post.io/oauth/v2/acme/token")
      assert.include(text, "https://acme.acme-post.io/v2")
    }
    assert.include(value, "clientAuthentication: ClientAuthentication.clientSecretPost")
    assert.include(value, String.raw`{"audience":"https://acme.acme-post.io/\"a\"","tenant_id":"acme=1"}`)
    assert.include(pages, `placement: "client_secret_post"`)
    assert.include(pages, String.raw`[["audience","https://acme.acme-post.io/\"a\""],["tenant_id","acme=1"]]`)
    assert.include(readme, "| credentials | in the body | likely |")
    assert.include(readme, "| further fields | `audience=https://acme.acme-post.io/\"a\"`, `tenant_id=acme=1` | doc |")
    const person = textOf("acme-person")
    for (const name of ["ACME_PERSON_USERNAME", "ACME_PERSON_PASSWORD", "ACME_PERSON_CLIENT_SECRET"]) {
      assert.include(person, name)
    }
    assert.notMatch(textOf("acme-public"), /clientSecret\b|CLIENT_SECRET/)
  })

  it("conforms, and is configured by its own variables, with any of these answers", () => {
    assert.strictEqual(complaint("..", "vitest", "run", "--config", "vitest.config.ts"), "")
  })

  for (const [name, what] of answered) {
    it(`passes the checks of types and effects ${what}`, () => {
      assert.strictEqual(complaint(name, "tsc", "-p", "tsconfig.json"), "")
      const diagnostics = ["diagnostics", "--project", "tsconfig.json", "--strict"]
      assert.strictEqual(name === "acme-voice" ? complaint(name, "effect-tsgo", ...diagnostics) : "", "")
    })
  }

  it("has a README whose program gets a token from a server that follows the value", async () => {
    const providers = await otherProviders(workspace)
    assert.sameMembers(providers.map(({ id }) => id), answered.map(([name]) => name))
    const requests = await Effect.gen(function*() {
      const { journal, origin } = yield* Sandbox
      for (const provider of providers) {
        const [, program] = /^```ts\n(.*?)^```$/ms.exec(readFileSync(join(folderOf(provider.id), "README.md"), "utf8"))
        const file = join(folderOf(provider.id), "readme.ts")
        writeFileSync(file, program)
        const env = { ...process.env, ...settingsOf(provider, origin) }
        const { stdout } = yield* Effect.promise(() => promisify(execFile)(process.execPath, [file], { env }))
        assert.match(stdout, /^valid until /)
      }
      return yield* journal
    }).pipe(Effect.provide(Sandbox.layer({ servers: serversOf(providers) })), Effect.runPromise)
    assert.sameMembers(
      requests.map(({ path, status }) => `${path} ${status}`),
      providers.map(({ tokenEndpoint }) => `${tokenEndpoint.replace("https:/", "")} 200`)
    )
  })

  /** What a command line means to the generator, or what it says of it, with this typed at a terminal. */
  const read = (line, typed) =>
    Effect.gen(function*() {
      let answers
      const console_ = []
      const keys = yield* Queue.unbounded()
      for (const key of typed ?? []) {
        const name = { "\r": "return", "\b": "backspace" }[key] ?? key
        yield* Queue.offer(keys, { input: Option.some(key), key: { name, ctrl: false, meta: false, shift: false } })
      }
      const terminal = Terminal.make({
        columns: Effect.succeed(120),
        rows: Effect.succeed(24),
        size: Effect.die("unused"),
        readInput: Effect.succeed(keys),
        readLine: Effect.die("unused"),
        display: (text) => Effect.sync(() => console_.push(text))
      })
      const log = (...texts) => console_.push(...texts)
      const command = commandLine(typed !== undefined, (given) =>
        Effect.sync(() => {
          answers = given
        }))
      yield* Command.runWith(command, { version: "0.0.0" })(line).pipe(
        Effect.ignore,
        Effect.provideService(TerminalCapabilities.TerminalCapabilities, {
          canAnimate: false,
          canColor: false,
          canPrompt: typed !== undefined
        }),
        Effect.provideService(Console.Console, { ...globalThis.console, error: log, log }),
        Effect.provide([NodeServices.layer, Layer.succeed(Terminal.Terminal, terminal)])
      )
      return { answers, shown: stripVTControlCharacters(console_.join("")) }
    }).pipe(Effect.runPromise)

  it("prompts in a terminal for what no flag has, and again after an invalid answer", async () => {
    const typed = ["auth.acme.example\r", ..."\b".repeat(17), "https://login.acme.example/token\r", "\r", "j\r"]
    const fields = ["scope=x\r", ..."\b".repeat(7), "audience=x tenant=y\r"]
    const { answers, shown } = await read(
      ["acme", "--authentication", "client_secret_post"],
      [...typed, ...fields].join("")
    )
    assert.deepStrictEqual(answers, {
      name: "acme",
      tokenEndpoint: "https://login.acme.example/token",
      apiUrl: "",
      authentication: "client_secret_post",
      grant: "password",
      fields: ["audience=x", "tenant=y"]
    })
    assert.include(shown, "Expected: an https URL without braces, quotes, query and fragment.")
    assert.include(shown, "Expected: name=value, each name once, and none of OAuth's own fields.")
    assert.notInclude(shown, "How the client authenticates")
  })

  it("does not prompt without a terminal, or if nothing is missing", async () => {
    const usual = { tokenEndpoint: "", apiUrl: "", authentication: "client_secret_basic", grant: "client_credentials" }
    const { answers, shown } = await read(["acme", "--field", "audience=x", "--field", "tenant_id=acme=1"])
    assert.deepStrictEqual(answers, { name: "acme", ...usual, fields: ["audience=x", "tenant_id=acme=1"] })
    assert.strictEqual(shown, "")
    assert.deepStrictEqual((await read(["acme"])).answers, { name: "acme", ...usual, fields: [] })
    const line =
      "acme --token-endpoint https://a.example/t --api-url https://a.example --authentication none --grant password"
    const complete = await read([...line.split(" "), "--field", "audience=x"], "")
    assert.strictEqual(complete.answers.authentication, "none")
    assert.strictEqual(complete.shown, "")
  })

  it("does not accept invalid answers, and says where to look", async () => {
    const problem = async (...flags) => {
      const { answers, shown } = await read(["acme", ...flags])
      assert.isUndefined(answers, flags.join(" "))
      return shown
    }
    assert.match(
      await problem("--authentication", "private_key_jwt"),
      /docs\/adding-a-provider[^]*"client_secret_basic_raw"/
    )
    assert.match(
      await problem("--grant", "authorization_code"),
      /docs\/adding-a-provider[^]*"client_credentials" \| "password"/
    )
    const quoted = ["\"", "\\", "`", "|", "<a>"].map((text) => `https://a.example/t${text}`)
    for (
      const url of [
        "auth.acme.example",
        "http://auth.acme.example/token",
        "https://{tenant}.acme.example",
        "https://",
        ...quoted
      ]
    ) {
      assert.match(await problem("--token-endpoint", url), /Expected: an https URL[^]*docs\/adding-a-provider/, url)
      assert.match(await problem("--api-url", url), /Expected: an https URL/, url)
    }
    for (const field of ["audience", "=x", "scope=x", "grant_type=x", "a b=c", "audience=", "audience=a\nb"]) {
      assert.match(await problem("--field", field), /Expected: name=value/, field)
    }
    assert.match(await problem("--field", "a=1", "--field", "b=2", "--field", "a=3=4"), /each name once/)
    for (const name of ["Acme", "acme-", "-acme", "acme voice", "../acme"]) {
      assert.isUndefined((await read([name])).answers, name)
    }
    assert.throws(
      () => newProvider({ ...usual, name: "acme-none", authentication: "none" }, workspace),
      /^A client without a secret has no client credentials.*docs\/adding-a-provider/
    )
    assert.throws(() => newProvider({ ...usual, name: "acme-voice" }, workspace), "packages/acme-voice exists already.")
    for (const tool of readdirSync(join(root, "tools")).filter((name) => !name.includes("."))) {
      assert.throws(() => newProvider({ ...usual, name: tool }), `tools/${tool} exists already.`)
    }
  })

  it("lists the flags after an unknown one, and changes nothing", () => {
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [join(root, "tools/scripts/new-provider.mjs"), "acme-flags", "--secret", "x"],
      { encoding: "utf8" }
    )
    assert.strictEqual(status, 1)
    for (const flag of ["--secret", "--token-endpoint", "--api-url", "--authentication", "--grant", "--field"]) {
      assert.include(`${stdout}${stderr}`, flag)
    }
    assert.isFalse(existsSync(join(root, "packages/acme-flags")))
  })
})
