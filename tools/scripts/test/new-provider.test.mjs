import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { execFile, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PassThrough } from "node:stream"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { ask, completed, newProvider, problemOf } from "../new-provider.mjs"
import { otherProviders, serverOf, settingsOf } from "../providers.mjs"
import { root } from "../workspace.mjs"

// The template is checked and tested as a package of its own; here, that it is sound under another name. The workspace
// has nothing but the new package, whose dependencies are this workspace's.
const answered = [
  ["acme-voice", "with no answers", {}],
  ["acme-post", "whose credentials go into the body, with further fields", {
    "token-endpoint": "https://login.acme-post.io/oauth/v2/acme/token",
    "api-url": "https://acme.acme-post.io/v2",
    authentication: "client_secret_post",
    grant: "client_credentials",
    fields: ["audience=https://acme.acme-post.io/\"a\"", "tenant_id=acme=1"]
  }],
  ["acme-raw", "with raw Basic", { authentication: "client_secret_basic_raw" }],
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
      written[provider] = newProvider(provider, workspace, answers)
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
    assert.notMatch(text, /acme(?!-voice|Voice)|Acme(?!Voice)|ACME(?!_VOICE)/)
    assert.include(text, `"@mintmark/acme-voice/AcmeVoice"`)
    assert.include(text, "https://auth.acme-voice.example/token")
    assert.include(text, "const acmeVoice = Provider.make(")
    assert.match(text, /TODO: the facts go here/)
    assert.isUndefined(readJson(join(folderOf("acme-voice"), "package.json")).private)
  })

  it("has the given answers in its value, its statement and its README", () => {
    const read = (file) => readFileSync(join(folderOf("acme-post"), file), "utf8")
    const [value, pages, readme] = [read("src/AcmePost.ts"), read("test/Pages.ts"), read("README.md")]
    for (const text of [value, pages, readme]) {
      assert.include(text, "https://login.acme-post.io/oauth/v2/acme/token")
      assert.include(text, "https://acme.acme-post.io/v2")
    }
    assert.include(value, "clientAuthentication: ClientAuthentication.clientSecretPost")
    assert.include(value, String.raw`"audience": "https://acme.acme-post.io/\"a\"", "tenant_id": "acme=1"`)
    assert.include(pages, `placement: "client_secret_post"`)
    assert.include(pages, String.raw`["audience", "https://acme.acme-post.io/\"a\""], ["tenant_id", "acme=1"]`)
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
    const providers = await otherProviders(() => false, workspace)
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
    }).pipe(Effect.provide(Sandbox.layer({ servers: providers.map(serverOf) })), Effect.runPromise)
    assert.sameMembers(
      requests.map(({ path, status }) => `${path} ${status}`),
      providers.map(({ tokenEndpoint }) => `${tokenEndpoint.replace("https:/", "")} 200`)
    )
  })

  it("prompts in a terminal for what no flag has, and again after an invalid answer", async () => {
    const [input, output] = [new PassThrough(), new PassThrough()]
    input.isTTY = true
    let shown = ""
    const typed = [
      "auth.acme.example",
      "https://login.acme.example/token",
      "",
      "password",
      "audience=x",
      "tenant=y",
      ""
    ]
    output.on("data", (chunk) => {
      shown += chunk
      if (shown.endsWith(": ") && typed.length > 0) input.write(`${typed.shift()}\n`)
    })
    const answers = await ask("acme", { authentication: "client_secret_post" }, { input, output })
    assert.deepStrictEqual(answers, {
      "token-endpoint": "https://login.acme.example/token",
      "api-url": "https://api.acme.example",
      authentication: "client_secret_post",
      grant: "password",
      fields: ["audience=x", "tenant=y"]
    })
    assert.include(shown, "Expected: an https URL without braces, query and fragment.")
    assert.notInclude(shown, "How the client authenticates")
  })

  it("does not prompt without a terminal, or if nothing is missing", async () => {
    const output = new PassThrough()
    const answers = await ask("acme", { field: ["audience=x"] }, { input: new PassThrough(), output })
    assert.deepStrictEqual(answers, completed("acme", { fields: ["audience=x"] }))
    assert.isNull(output.read())
  })

  it("does not accept invalid answers, and says where to look", () => {
    const problem = (answers) => problemOf("acme", completed("acme", answers)) ?? "none"
    assert.strictEqual(problem({}), "none")
    assert.match(
      problem({ authentication: "private_key_jwt" }),
      /^--authentication must be client_secret_basic, .*guide|docs/
    )
    assert.match(problem({ grant: "authorization_code" }), /^--grant must be client_credentials, password\. docs/)
    for (
      const url of ["auth.acme.example", "http://auth.acme.example/token", "https://{tenant}.acme.example", "https://"]
    ) {
      assert.match(problem({ "token-endpoint": url }), /^--token-endpoint must be an https URL/, url)
    }
    for (const field of ["audience", "=x", "scope=x", "grant_type=x", "a b=c", "audience=", "audience=a\nb"]) {
      assert.match(problem({ fields: [field] }), /^--field must be name=value/, field)
    }
    assert.match(problem({ authentication: "none" }), /^A client without a secret has no client credentials/)
  })

  it("lists the flags after an unknown one", () => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(root, "tools/scripts/new-provider.mjs"), "acme-flags", "--secret", "x"],
      { encoding: "utf8" }
    )
    assert.strictEqual(status, 1)
    assert.match(stderr, /The flags are --token-endpoint, --api-url, --authentication, --grant and --field\./)
  })
})
