import { assert, describe, it } from "@effect/vitest"
import { program, programAt } from "../src/Program.ts"

describe("what advice calls the program", () => {
  it.each([
    ["/home/me/app/node_modules/@mintmark/cli/dist/Main.js", "/home/me/app", "npx mintmark"],
    ["/home/me/app/node_modules/@mintmark/cli/dist/Main.js", "/home/me/app/src/api", "npx mintmark"],
    [
      "/home/me/app/node_modules/.pnpm/@mintmark+cli@0.1.0/node_modules/@mintmark/cli/dist/Main.js",
      "/home/me/app",
      "npx mintmark"
    ],
    ["/home/me/.npm/_npx/0f1e2d/node_modules/@mintmark/cli/dist/Main.js", "/home/me/app", "npx @mintmark/cli"],
    ["/home/me/.npm/_npx/0f1e2d/node_modules/@mintmark/cli/dist/Main.js", "/home/me", "npx @mintmark/cli"],
    ["/usr/local/lib/node_modules/@mintmark/cli/dist/Main.js", "/home/me/app", "mintmark"],
    ["/home/me/other/node_modules/@mintmark/cli/dist/Main.js", "/home/me/app", "mintmark"],
    ["/home/me/app2/node_modules/@mintmark/cli/dist/Main.js", "/home/me/app", "mintmark"]
  ])("%s, from %s: %s", (file, folder, expected) => {
    assert.strictEqual(programAt(file, folder), expected)
  })

  it("is its name in this repository", () => {
    assert.strictEqual(program, "mintmark")
  })
})
