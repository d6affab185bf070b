import { assert, describe, it } from "@effect/vitest"
import * as ApiOrigins from "../../../src/internal/http/apiOrigins.ts"
import { acme as provider } from "../../support/acme.ts"

const origins = (apiUrl: string, added: ReadonlyArray<string> = []) =>
  ApiOrigins.make(provider({ apiUrl }, { apiOrigins: added }))

const acme = origins("https://api.acme.test", ["https://proxy.test:8443", "http://[::1]:8080/"])

describe("ApiOrigins", () => {
  it("resolves a relative path against the API's base URL", () => {
    assert.strictEqual(acme.locate("/a?b=//c"), "https://api.acme.test/a?b=//c")
    assert.strictEqual(origins("https://api.acme.test/v1/").locate("/a"), "https://api.acme.test/v1/a")
  })

  for (
    const url of [
      "https://api.acme.test",
      "https://api.acme.test/a",
      "https://api.acme.test?a=b",
      "https://api.acme.test#a",
      "https://api.acme.test:443/a",
      "HTTPS://API.ACME.TEST/a",
      "https://%61pi.acme.test/a",
      "https://api.acme.test/a b?text=hello world\\@evil.test",
      "https://api.acme.test/@evil.test",
      "https://proxy.test:8443/a",
      "http://[::1]:8080/a",
      "http://[0:0:0:0:0:0:0:1]:8080/a"
    ]
  ) {
    it(`allows the token to ${JSON.stringify(url)}`, () => {
      assert.isUndefined(acme.problemOf(acme.locate(url)))
    })
  }

  for (
    const url of [
      "",
      "a",
      "?a",
      "//evil.test/a",
      "///evil.test/a",
      "/\\evil.test/a",
      "\\\\evil.test/a",
      "https:evil.test/a",
      "https:/evil.test/a",
      "https:///evil.test/a",
      "https:\\\\evil.test/a",
      "https:/\\evil.test",
      "https://evil.test\\.api.acme.test",
      "https://evil.test\\@api.acme.test/a",
      "https://api.acme.test\\@evil.test/a",
      "https://api.acme.test@evil.test/a",
      "https://user@api.acme.test/a",
      "https://user:secret@api.acme.test/a",
      "https://@api.acme.test/a",
      "https://api.acme.test:8443/a",
      "https://api.acme.test:0/a",
      "https://api.acme.test./a",
      "https://api.acme.test.evil.test/a",
      "https://api.acme.testevil.test/a",
      "https://evil.test/https://api.acme.test/",
      "https://evil.test?https://api.acme.test/",
      "https://evil.test#https://api.acme.test/",
      "https://\tapi.acme.test/a",
      "https://api.acme\n.test/a",
      "ht\ttps://api.acme.test/a",
      " https://api.acme.test/a",
      "\u0000https://api.acme.test/a",
      "https://api.acme.test\u0000.evil.test",
      "http://api.acme.test/a",
      "http://api.acme.test:443/a",
      "ftp://api.acme.test/a",
      "file:///etc/passwd",
      "data:,a",
      "blob:https://api.acme.test/a",
      "javascript:alert(1)",
      "https://[::1]:8080/a",
      "http://[::1]:8081/a",
      "http://[::ffff:127.0.0.1]:8080/",
      "http://localhost:8080/a",
      "https://аpi.acme.test/a",
      "https://evil.test／api.acme.test/a",
      "https://evil.test＠api.acme.test/a"
    ]
  ) {
    it(`does not allow the token to ${JSON.stringify(url)}`, () => {
      assert.isString(acme.problemOf(acme.locate(url)))
    })
  }

  it("names the origin and the option, and nothing else of the URL", () => {
    const problem = acme.problemOf("https://evil.test/path?key=s3cret")
    assert.strictEqual(problem, "https://evil.test must not get the token; add it with the option apiOrigins")
    assert.notInclude(acme.problemOf("https://user:s3cret@api.acme.test/"), "s3cret")
  })

  it.each([
    ["https://a.test/v1?api-version=2", "/me", "https://a.test/v1/me?api-version=2"],
    ["https://a.test/v1/?api-version=2", "/me?x=1&y", "https://a.test/v1/me?api-version=2&x=1&y"],
    ["https://a.test?api-version=2", "/me#part", "https://a.test/me?api-version=2#part"],
    ["https://a.test/v1?", "/me?x=/?y", "https://a.test/v1/me?x=/?y"],
    ["https://a.test//", "/me", "https://a.test/me"]
  ])("joins %s and %s by the rules of URLs", (apiUrl, path, expected) => {
    const joined = origins(apiUrl).locate(path)
    assert.strictEqual(joined, expected)
    assert.isUndefined(origins(apiUrl).problemOf(joined))
  })

  it("resolves a path against the API's URL that came with the token", () => {
    assert.strictEqual(acme.locate("/a", "https://eu.acme.test/v2"), "https://eu.acme.test/v2/a")
    assert.strictEqual(acme.locate("https://api.acme.test/a", "https://eu.acme.test"), "https://api.acme.test/a")
  })

  describe("with a wildcard", () => {
    const wide = origins("https://login.acme.test", ["https://*.my.acme.test", "https://*.acme.example:8443"])

    it.each([
      "https://one.my.acme.test/a",
      "https://ONE--two.my.acme.test",
      "https://xn--bcher-kva.my.acme.test:443/",
      "https://one.acme.example:8443/a"
    ])("allows the token to %s", (url) => {
      assert.isUndefined(wide.problemOf(url))
    })

    it.each([
      "https://my.acme.test/a",
      "https://.my.acme.test/a",
      "https://one.two.my.acme.test/a",
      "https://onemy.acme.test/a",
      "https://one.my.acme.test.evil.test/a",
      "https://one.my.acme.test@evil.test/a",
      "https://one.my.acme.test:8443/a",
      "http://one.my.acme.test/a",
      "https://one.acme.example/a",
      "https://evil.test/one.my.acme.test"
    ])("does not allow the token to %s", (url) => {
      assert.isString(wide.problemOf(url))
    })

    it.each([
      "https://*",
      "https://*.test",
      "https://*.*.acme.test",
      "https://a.*.acme.test",
      "https://a*.acme.test",
      "https://*.0.0.1",
      "http://*.acme.test",
      "https://*.acme.test/path",
      "https://user@*.acme.test",
      "https://*.acme.test?a"
    ])("does not accept %s", (origin) => {
      assert.isString(ApiOrigins.problems([origin], false)[0]?.[1])
    })

    it.each(["https://*.my.acme.test", "https://*.acme.test:8443/"])("accepts %s", (origin) => {
      assert.isUndefined(ApiOrigins.problems([origin], false)[0]?.[1])
    })
  })

  describe("with a base URL that names the host", () => {
    const moved = ApiOrigins.make(provider({
      apiUrl: "https://api.acme.test/v1",
      apiOrigins: ["https://uploads.acme.test", "https://*.my.acme.test"]
    }, { baseUrl: "http://127.0.0.1:4010/{host}" }))

    it.each([
      ["/a", "http://127.0.0.1:4010/api.acme.test/v1/a"],
      ["https://api.acme.test/v1/a?b", "http://127.0.0.1:4010/api.acme.test/v1/a?b"],
      ["https://uploads.acme.test/a", "http://127.0.0.1:4010/uploads.acme.test/a"],
      ["https://one.my.acme.test/a", "http://127.0.0.1:4010/one.my.acme.test/a"]
    ])("puts %s below the path of its own host", (url, expected) => {
      assert.strictEqual(moved.locate(url), expected)
      assert.isUndefined(moved.problemOf(expected))
    })

    it("leaves other URLs unchanged", () => {
      assert.strictEqual(moved.locate("https://other.test/a"), "https://other.test/a")
      assert.strictEqual(moved.locate("/a", "https://one.my.acme.test"), "http://127.0.0.1:4010/one.my.acme.test/a")
      assert.strictEqual(moved.locate("/a", "http://127.0.0.1:4010/x"), "http://127.0.0.1:4010/x/a")
    })
  })
})
