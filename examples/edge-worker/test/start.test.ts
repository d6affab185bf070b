import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

describe("the worker", () => {
  it("serves all of its requests with one token", async () => {
    const program = fileURLToPath(new URL("../src/start.ts", import.meta.url))
    const { stderr, stdout } = await promisify(execFile)(process.execPath, [program])
    assert.strictEqual(stderr, "")
    assert.match(stdout, /"balance":\s*42\.5/)
    assert.include(stdout, "50 requests to the worker: 50 API calls, 1 token request.")
  })
})
