import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { root } from "../workspace.mjs"

describe("npm run example", () => {
  for (
    const [name, said] of [["plain-node", "The token's scopes"], ["api-client", "Balance: 42.5 EUR"], [
      "effect-3",
      "Balance: 42.5 EUR"
    ]]
  ) {
    it(`runs ${name} against a sandbox of its own`, () => {
      const { status, stdout } = spawnSync(
        process.execPath,
        [join(root, "scripts", "sandboxed.mjs"), join(root, "examples", name)],
        { encoding: "utf8", timeout: 100_000 }
      )
      assert.strictEqual(status, 0, stdout)
      assert.include(stdout, said)
    })
  }
})
