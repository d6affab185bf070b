import { assert, describe, it } from "@effect/vitest"
import * as HostPart from "@mintmark/core/HostPart"
import { fill, problemOf } from "../src/internal/http/url.ts"
import { anyText, tried } from "./support/strings.ts"

const isLabel = (label: string): boolean => HostPart.label.pattern.test(label)

describe("a label", () => {
  it.each(["emea", "EMEA", "a", "1", "a-b", "xn--bcher-kva", "a".repeat(63)])("accepts %s", (label) => {
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
  ])("does not accept %j", (label) => {
    assert.isFalse(isLabel(label))
  })

  it.prop("accepts only what stays one label of the host in a URL", [anyText], ([label]) => {
    if (isLabel(label)) {
      const url = fill("https://{region}.acme.test/token", { region: label })
      assert.strictEqual(new URL(url).hostname, `${label.toLowerCase()}.acme.test`)
      assert.isUndefined(problemOf(url, false))
    }
  }, tried(500))
})

describe("a segment", () => {
  it.each(["a", "0", "v1.2", "tenant_1", "a-b~c", "...", "a".repeat(255)])("accepts %s", (segment) => {
    assert.isTrue(HostPart.segment.pattern.test(segment))
  })

  it.each(["", ".", "..", "a/b", "a?b", "a#b", "a%2Fb", "a b", "a\\b", "a\n", "é", "a;b", "a".repeat(256)])(
    "does not accept %j",
    (segment) => {
      assert.isFalse(HostPart.segment.pattern.test(segment))
    }
  )

  it.prop("accepts only what stays one segment of the path in a URL", [anyText], ([segment]) => {
    if (HostPart.segment.pattern.test(segment)) {
      const url = fill("https://acme.test/{tenant}/token", { tenant: segment })
      assert.strictEqual(new URL(url).pathname, `/${segment}/token`)
    }
  }, tried(500))
})

describe("an authority", () => {
  it.each(["acme.test", "acme.test:8443", "acme.test/tenant", "a.acme.test:1/b/c.d"])("accepts %s", (authority) => {
    assert.isTrue(HostPart.authority.pattern.test(authority))
  })

  it.each([
    "",
    "user@acme.test",
    "acme.test:",
    "acme.test:port",
    "acme.test/",
    "acme.test/..",
    "acme.test/../b",
    "acme.test/a?b",
    "acme.test#a",
    "acme.test\\a",
    "/a",
    ":1"
  ])("does not accept %j", (authority) => {
    assert.isFalse(HostPart.authority.pattern.test(authority))
  })
})
