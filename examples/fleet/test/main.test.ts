import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"

const program = fileURLToPath(new URL("../src/main.ts", import.meta.url))

describe("the fleet", () => {
  it.live("shares tokens, and continues when a worker is killed", () =>
    Effect.gen(function*() {
      const { err, out } = yield* Effect.callback<{ readonly out: string; readonly err: string }>((resume) => {
        const child = execFile(process.execPath, [program, "3", "9"], (_, out, err) =>
          resume(Effect.succeed({ out, err })))
        return Effect.sync(() =>
          child.kill()
        )
      })
      assert.strictEqual(err, "")
      const [calls = 0, refused = NaN, requests = 0] = (/(\d+) API calls, (\d+) of them refused; (\d+) token requests/
        .exec(out) ?? []).slice(1).map(Number)
      assert.isAtLeast(requests, 2)
      assert.isAbove(calls, 5 * requests)
      // A token may end while a worker's call is on its way. That is sent once more; else the worker had complained.
      assert.isAtMost(refused, 3 * requests)
      // Three workers of their own would need three times as many as there are lifetimes.
      assert.isAtMost(requests, 6)
    }))
})
