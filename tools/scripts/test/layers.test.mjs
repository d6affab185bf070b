import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { violations } from "../layers.mjs"

describe("layers", () => {
  let workspace

  const write = (path, text) => {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), text)
  }
  const manifest = (folder, fields = {}) => write(`${folder}/package.json`, JSON.stringify(fields))

  beforeEach(() => {
    workspace = mkdtempSync(join(tmpdir(), "layers-")) + "/"
    for (const name of ["core", "store", "routee", "voipex", "sandbox", "conformance", "cli", "effect-3"]) {
      manifest(`packages/${name}`)
    }
    manifest("examples/quickstart")
  })
  afterEach(() => rmSync(workspace, { force: true, recursive: true }))

  it("finds nothing wrong with this workspace", () => {
    assert.deepStrictEqual(violations(), [])
  })

  it("lets arrows point from example to provider to core", () => {
    write("examples/quickstart/src/main.ts", `import { Routee } from "@mintmark/routee"\n`)
    write("packages/routee/src/Routee.ts", `import * as TokenSource from "@mintmark/core/TokenSource"\n`)
    write("packages/store/src/RedisTokenStore.ts", `import * as TokenStore from "@mintmark/core/TokenStore"\n`)
    write("packages/cli/src/Cache.ts", `import * as KeyValueTokenStore from "@mintmark/store/KeyValueTokenStore"\n`)
    write("packages/routee/test/Routee.test.ts", `import { Sandbox } from "@mintmark/sandbox"\n`)
    write("packages/routee/test/Conformance.test.ts", `import { suite } from "@mintmark/conformance"\n`)
    assert.deepStrictEqual(violations(workspace), [])
  })

  for (
    const [from, to] of [
      ["packages/core", "routee"],
      ["packages/core", "store"],
      ["packages/store", "routee"],
      ["packages/routee", "store"],
      ["packages/routee", "voipex"],
      ["packages/routee", "sandbox"],
      ["packages/routee", "cli"],
      ["packages/routee", "conformance"],
      ["packages/core", "conformance"],
      ["packages/cli", "conformance"],
      ["packages/conformance", "routee"],
      ["packages/sandbox", "core"],
      ["packages/sandbox", "routee"],
      ["packages/core", "sandbox"],
      ["packages/effect-3", "cli"]
    ]
  ) {
    it(`refuses an arrow from ${from} to ${to}`, () => {
      const name = `@mintmark/${to}`
      write(`${from}/src/A.ts`, `import { A } from "${name}"\n`)
      write(`${from}/src/internal/b.ts`, `export * from '${name}/B'\n`)
      write(`${from}/src/C.ts`, `const c = await import("${name}")\n`)
      write(`${from}/src/D.ts`, `import "${name}"\n`)
      manifest(from, { dependencies: { [name]: "workspace:^" }, peerDependencies: { [name]: "workspace:^" } })
      assert.lengthOf(violations(workspace), 6)
    })
  }

  it("refuses the sandbox's tests core and providers too", () => {
    write("packages/sandbox/test/A.test.ts", `import { A } from "@mintmark/core"\n`)
    manifest("packages/sandbox", { devDependencies: { "@mintmark/routee": "workspace:^" } })
    assert.lengthOf(violations(workspace), 2)
  })

  it("refuses a path into another package's folder", () => {
    write("packages/core/src/A.ts", `import { A } from "../../routee/src/A.ts"\n`)
    assert.lengthOf(violations(workspace), 1)
  })

  for (const name of ["node:crypto", "fs", "fs/promises", "@effect/platform-node/NodeHttpClient"]) {
    it(`keeps ${name} out of core, store, the providers and effect-3, and lets sandbox, cli and tests have it`, () => {
      for (const folder of ["core", "store", "routee", "effect-3", "sandbox", "cli"]) {
        write(`packages/${folder}/src/A.ts`, `import * as A from "${name}"\n`)
        write(`packages/${folder}/test/A.test.ts`, `import * as A from "${name}"\n`)
      }
      assert.lengthOf(violations(workspace), 4)
    })
  }

  it("lets a docstring show what an application imports", () => {
    write(
      "packages/core/src/A.ts",
      `/**\n * import { A } from "@mintmark/routee"\n * import "node:fs"\n */\nexport {}\n`
    )
    assert.deepStrictEqual(violations(workspace), [])
  })

  it("wants a place for every package", () => {
    manifest("packages/newcomer")
    assert.lengthOf(violations(workspace), 1)
  })
})
