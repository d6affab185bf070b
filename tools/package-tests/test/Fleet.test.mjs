import { assert, describe, it } from "vitest"
import { copyOf } from "../src/projects.mjs"
import { succeed } from "../src/run.mjs"

// In a file of its own, since it needs a Redis.
describe("the copy of the fleet outside of the workspace, installed with pnpm", () => {
  it("runs for the given time", async () => {
    const printed = await succeed("npm", ["start", "--", "2", "3"], { cwd: copyOf("fleet") })
    assert.match(printed, /^\d+ API calls, \d+ of them refused; \d+ token requests\.$/m)
  })
})
