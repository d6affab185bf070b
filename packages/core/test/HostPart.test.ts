import { assert, describe, it } from "@effect/vitest"
import * as HostPart from "@mintmark/core/HostPart"
import { fillHost, problemOf } from "../src/internal/url.ts"
import { anyText, tried } from "./support/strings.ts"

const isLabel = (label: string): boolean => HostPart.label(label).problem === undefined

describe("a label", () => {
  it.each(["emea", "EMEA", "a", "1", "a-b", "xn--bcher-kva", "a".repeat(63)])("takes %s", (label) => {
    assert.isTrue(isLabel(label))
  })

  it.each([
    "",
    "-a",
    "a-",
    "a.b",
    "a/b",
    "a@b",
    "a:1",
    "a#",
    "a?b",
    "a b",
    "emea\n",
    "\nemea",
    "emea\r\nHost: evil.example",
    "emea\0",
    "ema%2E",
    "é",
    "🔑",
    "\u017F",
    "\u212A",
    "a_b",
    "..",
    "a".repeat(64)
  ])("refuses %j", (label) => {
    assert.isFalse(isLabel(label))
  })

  it.prop("takes only what stays the host's own label in a URL", [anyText], ([label]) => {
    if (isLabel(label)) {
      const url = fillHost("https://{region}.acme.test/token", { region: HostPart.label(label) })
      assert.strictEqual(new URL(url).hostname, `${label.toLowerCase()}.acme.test`)
      assert.isUndefined(problemOf(url, false))
    }
  }, tried(500))
})
