import { assert, describe, it } from "vitest"
import { pages, runPage } from "../src/commands.mjs"

// What stands on a page is from another day and another machine.
const anyNumber = (text) => text.replaceAll(/\d+/g, "0")

describe("commands work, one after the other, and print what their page shows:", () => {
  for (const page of pages()) {
    it(`of ${page.name}`, async () => {
      const { code, stderr, stdout } = await runPage(page)
      assert.strictEqual(code, 0, `${stdout}${stderr}`)
      for (const printed of page.prints) assert.isTrue(anyNumber(stdout).includes(anyNumber(printed)), stdout)
    })
  }
})
