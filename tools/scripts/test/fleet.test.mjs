import { spawnSync } from "node:child_process"
import { assert, describe, it } from "vitest"
import { root } from "../workspace.mjs"

describe("npm run example", () => {
  it("runs the fleet for the given time", () => {
    const { status, stderr, stdout } = spawnSync("npm", ["--silent", "run", "example", "--", "fleet", "2", "3"], {
      cwd: root,
      encoding: "utf8",
      timeout: 110_000
    })
    assert.strictEqual(status, 0, `${stdout}${stderr}`)
    // A token may end while a call is on its way: that is sent once more.
    assert.match(stdout, /^\d+ API calls, \d+ of them refused; \d+ token requests\.$/m)
  })
})
