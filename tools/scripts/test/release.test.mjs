import { spawnSync } from "node:child_process"
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
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { packages, root } from "../workspace.mjs"

// What CONTRIBUTING.md says of versions, tried on a copy of the manifests, one release after the other.
describe("changeset version", () => {
  const isPublic = ({ manifest }) => manifest.private !== true
  let workspace

  const versions = () =>
    Object.fromEntries(
      packages(workspace).filter(isPublic).map(({ folder, manifest }) => [folder, manifest.version])
    )

  /** Releases a change of one package, and answers which packages moved. */
  const release = (name, bump) => {
    const before = versions()
    writeFileSync(join(workspace, ".changeset", "a-change.md"), `---\n"@mintmark/${name}": ${bump}\n---\n\nA change.\n`)
    const { status, stderr, stdout } = spawnSync("changeset", ["version"], { cwd: workspace, encoding: "utf8" })
    assert.strictEqual(status, 0, `${stdout}${stderr}`)
    return Object.entries(versions()).filter(([each, version]) => version !== before[each]).map(([each]) => each)
  }

  beforeAll(() => {
    workspace = mkdtempSync(join(tmpdir(), "release-"))
    for (const file of ["package.json", "pnpm-workspace.yaml", ".changeset"]) {
      cpSync(join(root, file), join(workspace, file), { recursive: true })
    }
    for (const { folder } of packages()) {
      mkdirSync(join(workspace, folder), { recursive: true })
      cpSync(join(root, folder, "package.json"), join(workspace, folder, "package.json"))
    }
    mkdirSync(join(workspace, "node_modules"))
    symlinkSync(join(root, "node_modules", "@changesets"), join(workspace, "node_modules", "@changesets"))
    for (
      const args of [["init", "-q"], ["add", "-A", "--", ":!node_modules"], [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "commit",
        "-qm",
        "a"
      ]]
    ) {
      spawnSync("git", args, { cwd: workspace })
    }
  })
  afterAll(() => rmSync(workspace, { force: true, recursive: true }))

  it("applies every changeset, and writes a changelog for each package that it moves, except private ones", () => {
    const moved = release("core", "patch")
    assert.include(moved, "packages/core")
    assert.deepStrictEqual(readdirSync(join(workspace, ".changeset")), ["config.json"])
    for (const { folder, manifest, path } of packages(workspace)) {
      const log = join(path, "CHANGELOG.md")
      if (!moved.includes(folder)) assert.isFalse(existsSync(log), folder)
      else assert.include(readFileSync(log, "utf8"), `## ${manifest.version}`)
    }
  })

  it("moves only the packages that depend on core's exact version with a patch of core", () => {
    const exact = packages(workspace).filter(isPublic)
      .filter(({ manifest }) => manifest.dependencies?.["@mintmark/core"] === "workspace:*")
      .map(({ folder }) => folder)
    assert.sameMembers(release("core", "patch"), ["packages/core", ...exact])
  })

  it("moves every package that depends on core with a breaking change of core", () => {
    const dependents = packages(workspace).filter(isPublic)
      .filter(({ manifest }) => manifest.dependencies?.["@mintmark/core"] !== undefined)
      .map(({ folder }) => folder)
    const moved = release("core", versions()["packages/core"].startsWith("0.") ? "minor" : "major")
    assert.sameMembers(moved, ["packages/core", ...dependents])
  })

  it("moves no other provider when a provider changes", () => {
    const moved = release("routee", "patch")
    assert.deepStrictEqual(moved, ["packages/routee"])
  })

  it("gives the examples the versions that it makes", () => {
    const own = packages(workspace).filter(isPublic).map(({ manifest }) => [manifest.name, `^${manifest.version}`])
    for (const { folder, manifest } of packages(workspace).filter(({ folder }) => folder.startsWith("examples/"))) {
      const wanted = { ...manifest.dependencies, ...manifest.devDependencies }
      const now = { ...wanted, ...Object.fromEntries(own.filter(([name]) => name in wanted)) }
      assert.deepStrictEqual(wanted, now, folder)
    }
  })
})

describe("the workflows", () => {
  const workflows = join(root, ".github", "workflows")
  const read = (name) => readFileSync(join(workflows, name), "utf8")

  for (const name of readdirSync(workflows)) {
    it(`of ${name} run scripts that exist`, () => {
      const scripts = [...read(name).matchAll(/\bnpm (?:run )?([\w:-]+)$/gm)].map(([, script]) => script)
      assert.includeMembers(Object.keys(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts), scripts)
    })
  }

  it("release with the action that matches the version of changesets, and may sign provenance", () => {
    const [, cli] = /^ {2}"@changesets\/cli": (\d+)/m.exec(readFileSync(join(root, "pnpm-workspace.yaml"), "utf8"))
    const release = read("release.yml")
    // The action's major is one less than that of the command line whose words it reads.
    const versions = [...release.matchAll(/uses: changesets\/action\/.+ # v(\d+)/g)].map(([, major]) => Number(major))
    assert.deepStrictEqual(versions, Array.from({ length: 4 }, () => cli - 1))
    assert.match(release, /^ {10}PNPM_CONFIG_PROVENANCE: "true"$/m)
  })

  it("give the permission to publish to one job, which builds nothing", () => {
    const jobs = read("release.yml").split(/^ {2}(?=\w+:$)/m).slice(1)
    const publishing = jobs.filter((job) => job.includes("id-token: write"))
    assert.deepStrictEqual(publishing.map((job) => job.split(":")[0]), ["publish"])
    assert.notInclude(publishing[0], "run:")
  })

  it("pin every action by its commit, and leave no credentials behind", () => {
    const setup = readFileSync(join(root, ".github", "actions", "setup", "action.yml"), "utf8")
    for (const text of [setup, ...readdirSync(workflows).map(read)]) {
      for (const [, action] of text.matchAll(/uses: (.+)/g)) {
        assert.match(action, /^(\.\/.+|[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/)
      }
      const count = (pattern) => [...text.matchAll(pattern)].length
      assert.strictEqual(count(/persist-credentials: false/g), count(/actions\/checkout@/g))
    }
    const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    assert.match(packageManager, /^pnpm@[\d.]+\+sha512\.[0-9a-f]{128}$/)
  })
})
