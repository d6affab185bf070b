import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

describe("the telemetry of an application", () => {
  it("has each token request with its reason, and shows no token", async () => {
    const folder = mkdtempSync(join(tmpdir(), "telemetry-"))
    const program = fileURLToPath(new URL("../src/main.ts", import.meta.url))
    const file = join(folder, "telemetry.svg")
    try {
      const { stderr, stdout } = await promisify(execFile)(process.execPath, [program, file])
      assert.strictEqual(stderr, "")
      for (const reason of ["first", "expiring", "rejected"]) {
        assert.match(
          stdout,
          new RegExp(`mintmark_token_requests provider=routera reason=${reason} outcome=obtained: \\d`)
        )
      }
      const svg = readFileSync(file, "utf8")
      assert.include(svg, ">rejected</text>")
      assert.notMatch(svg + stdout, /eyJ/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
