import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

describe("the program for many tenants", () => {
  it(
    "requests one token for each tenant, never mixes tokens, and isolates a tenant that fails",
    async () => {
      const program = fileURLToPath(new URL("../src/main.ts", import.meta.url))
      const { stderr, stdout } = await promisify(execFile)(process.execPath, [program])
      assert.strictEqual(stderr, "")
      assert.deepStrictEqual(stdout.trimEnd().split("\n"), [
        "297 calls, each in its own tenant's name: 99 token requests.",
        "tenant-13 has a wrong secret: CredentialsRefused. No other tenant noticed.",
        "One tenant's token was revoked: 1 token request more."
      ])
    }
  )
})
