import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { newProvider } from "../new-provider.mjs"
import { root } from "../workspace.mjs"

// The template is checked and tested as a package of its own; here, that it is sound under another name. The workspace
// has nothing but the new package, whose dependencies are this workspace's.
describe("a new provider", () => {
  let workspace
  let folder
  let written
  const readJson = (path) => JSON.parse(readFileSync(path, "utf8"))

  /** What a program says that fails; nothing where it succeeds. */
  const complaint = (program, ...args) => {
    const { error, status, stderr, stdout } = spawnSync(program, args, { cwd: folder, encoding: "utf8" })
    return status === 0 ? "" : `${error ?? ""}${stdout}${stderr}`
  }

  beforeAll(() => {
    workspace = mkdtempSync(join(tmpdir(), "new-provider-"))
    for (const file of ["package.json", "tsconfig.base.json", "tsconfig.json", "vitest.config.ts"]) {
      cpSync(join(root, file), join(workspace, file))
    }
    mkdirSync(join(workspace, "node_modules"))
    for (const name of readdirSync(join(root, "node_modules")).filter((name) => name !== ".cache")) {
      symlinkSync(join(root, "node_modules", name), join(workspace, "node_modules", name))
    }
    written = newProvider("acme-voice", workspace)
    folder = join(workspace, "packages/acme-voice")
    const { dependencies, devDependencies } = readJson(join(folder, "package.json"))
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      mkdirSync(join(folder, "node_modules", name, ".."), { recursive: true })
      symlinkSync(join(root, "packages/routera/node_modules", name), join(folder, "node_modules", name))
    }
  })
  afterAll(() => rmSync(workspace, { force: true, recursive: true }))

  it("has files with its own name, and nothing of the template's", () => {
    assert.includeMembers(written, [
      "packages/acme-voice/src/AcmeVoice.ts",
      "packages/acme-voice/test/Conformance.test.ts",
      ".changeset/new-acme-voice.md"
    ])
    const text = written.map((path) => readFileSync(join(workspace, path), "utf8")).join("\n")
    assert.notMatch(text, /acme(?!-voice|Voice)|Acme(?!Voice)|ACME(?!_VOICE)/)
    assert.include(text, `"@mintmark/acme-voice/AcmeVoice"`)
    assert.include(text, "https://auth.acme-voice.example/token")
    assert.include(text, "const acmeVoice = Provider.make(")
    assert.match(text, /TODO: the facts go here/)
    assert.isUndefined(readJson(join(folder, "package.json")).private)
  })

  it("conforms, and is configured by its own variables", () => {
    assert.strictEqual(complaint("vitest", "run", "--config", "../../vitest.config.ts"), "")
  })

  it("passes the checks of types and effects", () => {
    assert.strictEqual(complaint("tsc", "-p", "tsconfig.json"), "")
    assert.strictEqual(complaint("effect-tsgo", "diagnostics", "--project", "tsconfig.json", "--strict"), "")
  })
})
