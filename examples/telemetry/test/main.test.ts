import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

describe("the telemetry of an application", () => {
  it("has each token request with its reason, a picture of them beside the token and the calls, and shows no token", async () => {
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
      assert.include(stdout, "mintmark_token_requests provider=routera reason=rejected outcome=Throttled: 1")
      const svg = readFileSync(file, "utf8")
      assert.notMatch(svg + stdout, /eyJ/)
      const bars = Array.from(
        svg.matchAll(/<rect x="([\d.]+)" y="\d+" width="([\d.]+)" height="18" fill="(.+?)"><title>(.+)<\/title>/g),
        ([, x, width, color, title]) => ({ from: Number(x), to: Number(x) + Number(width), color, title })
      )
      const bar = (title: string) => {
        const found = bars.find((each) => each.title === title)
        assert(found !== undefined, `no ${title}`)
        return found
      }
      // What the token was doing, without a gap.
      const [fresh, refused, next, expiring] = [
        bar("token 1: fresh"),
        bar("token 1: refused"),
        bar("token 2: fresh"),
        bar("token 2: expiring")
      ]
      for (const [before, after] of [[fresh, refused], [refused, next], [next, expiring]] as const) {
        assert.approximately(before.to, after.from, 0.11)
      }
      // A refused call, and then a refused token request, end the first token; the next request brings the second one.
      assert.isAtMost(bar("call: refused").from, refused.from)
      assert.approximately(bar("rejected: refused").from, refused.from, 0.11)
      assert.isAbove(bar("rejected").from, bar("rejected: refused").to)
      assert.strictEqual(new Set(["call: refused", "rejected: refused"].map((title) => bar(title).color)).size, 1)
      // The axis has a mark for each second, at equal distances.
      const marks = Array.from(svg.matchAll(/<text x="([\d.]+)" y="\d+" text-anchor="middle">(\d+) s</g))
      assert.deepStrictEqual(marks.map(([, , second]) => Number(second)), marks.map((_, index) => index))
      assert.isAtLeast(marks.length, 4)
      const at = (index: number) => Number(marks[index]?.[1])
      assert.approximately(at(3) - at(2), at(1) - at(0), 0.11)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
