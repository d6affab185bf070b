import { assert, describe, it } from "@effect/vitest"
import * as HostPart from "@mintmark/core/HostPart"
import * as Result from "effect/Result"
import { fill, isLoopback, isSameUrl, originOf, problemOf, rebase } from "../../../src/internal/http/url.ts"
import { resolve } from "../../../src/internal/request/resolve.ts"
import { acme } from "../../support/acme.ts"
import { anyText, tried } from "../../support/strings.ts"

describe("problemOf", () => {
  it.each([
    "https://auth.acme.test",
    "https://auth.acme.test/token",
    "https://auth.acme.test:8443/token?tenant=a",
    "HTTPS://Auth.Acme.Test/token",
    "https://xn--bcher-kva.example/",
    "https://192.0.2.1/",
    "https://[2001:db8::1]/token",
    "http://localhost:8080/token",
    "http://127.0.0.1/token",
    "http://127.8.9.10/token",
    "http://[::1]:1234"
  ])("finds no problem with %s", (url) => {
    assert.isUndefined(problemOf(url, false))
  })

  it.each<[string, RegExp]>([
    ["", /absolute/],
    ["/token", /absolute/],
    ["//auth.acme.test/token", /absolute/],
    ["auth.acme.test", /absolute/],
    ["ftp://auth.acme.test/token", /absolute/],
    ["file:///etc/passwd", /absolute/],
    ["javascript:alert(1)", /absolute/],
    ["data:,x", /absolute/],
    ["ws://auth.acme.test", /absolute/],
    ["https:auth.acme.test", /absolute/],
    ["https:/auth.acme.test", /absolute/],
    ["https:///auth.acme.test", /absolute/],
    ["https:\\\\auth.acme.test", /absolute/],
    ["https://auth.acme.test\\@evil.example", /absolute/],
    [" https://auth.acme.test", /absolute/],
    ["https://auth.acme.test\n", /absolute/],
    ["https://auth.acme.test/a b", /absolute/],
    ["https://auth.acme.test/\0", /absolute/],
    ["https://auth.acme.test\t.evil.example", /absolute/],
    ["https://{region}.acme.test", /absolute/],
    ["https://a..b:99999", /absolute/],
    ["https://", /absolute/],
    ["https://?x", /absolute/],
    ["https://user@auth.acme.test", /username/],
    ["https://user:pass@auth.acme.test", /username/],
    ["https://@auth.acme.test", /username/],
    ["https://:@auth.acme.test", /username/],
    ["https://auth.acme.test@evil.example/", /username/],
    ["https://auth.acme.test#", /fragment/],
    ["https://auth.acme.test/token#x", /fragment/],
    ["https://%65vil.example/", /^must contain the host as evil\.example$/],
    ["https://bücher.example/", /^must contain the host as xn--bcher-kva\.example$/],
    ["https://bücher.example:8443/", /^must contain the host as xn--bcher-kva\.example:8443$/],
    ["https://ａcme.test/", /^must contain the host as acme\.test$/],
    ["https://0x7f.1/", /^must contain the host as 127\.0\.0\.1$/],
    ["http://127.1/", /^must contain the host as 127\.0\.0\.1$/],
    ["https://[2001:0db8::1]/", /^must contain the host as \[2001:db8::1\]$/],
    ["https://[::ffff:192.0.2.1]/", /^must contain the host as \[::ffff:c000:201\]$/],
    ["http://auth.acme.test/token", /https/],
    ["http://localhost.evil.example/", /https/],
    ["http://127.0.0.1.evil.example/", /https/],
    ["http://localhost./", /https/],
    ["http://0.0.0.0/", /https/],
    ["http://[::]/", /https/]
  ])("refuses %j", (url, problem) => {
    assert.match(problemOf(url, false) ?? "", problem)
  })

  it("names no more of a host than a name can have", () => {
    const hosts = [`%65${"a".repeat(999)}.example`, `%65${".a".repeat(999)}`]
    for (const host of hosts) {
      assert.match(problemOf(`https://${host}/`, false) ?? "", /^must contain the host as e[a.]{252}$/)
    }
  })

  it("does not accept the ports that fetch blocks, and accepts all others", async () => {
    const isRefused = (port: number) => problemOf(`https://auth.acme.test:${port}/token`, false) !== undefined
    const refused = Array.from({ length: 65_536 }, (_, port) => port).filter(isRefused)
    assert.lengthOf(refused, 83)
    // What fetch blocks is not sent. Node's doesn't block 0, which the standard does, and to which nothing can be sent.
    const errors = refused.filter((port) => port !== 0).map((port) =>
      fetch(`http://127.0.0.1:${port}/`).catch((error) => error.cause?.message)
    )
    assert.deepStrictEqual(new Set(await Promise.all(errors)), new Set(["bad port"]))
  })

  it("allows plain http outside of loopback if an option says so, and nothing else by that", () => {
    assert.isUndefined(problemOf("http://auth.acme.test", true))
    assert.isDefined(problemOf("ftp://auth.acme.test", true))
    assert.isDefined(problemOf("http://user@auth.acme.test", true))
  })

  it.prop("accepts nothing but a host and a path after https://", [anyText, anyText], ([host, path]) => {
    const url = `https://${host}.acme.test/${path}`
    if (problemOf(url, false) === undefined) {
      const parsed = new URL(url)
      assert.strictEqual(
        parsed.hostname,
        host.includes("/") || host.includes("?") ? parsed.hostname : `${host.split(":")[0]}.acme.test`.toLowerCase()
      )
      assert.strictEqual(parsed.username + parsed.password + parsed.hash, "")
    }
  }, tried(500))
})

describe("fill", () => {
  it("leaves braces without a part unchanged, also with names that every object has", () => {
    assert.strictEqual(
      fill("https://{constructor}.{region}.{__proto__}", { region: "emea" }),
      "https://{constructor}.emea.{__proto__}"
    )
  })
})

describe("rebase", () => {
  it.each([
    ["https://auth.acme.test/oauth/token", "http://127.0.0.1:1/acme", "http://127.0.0.1:1/acme/oauth/token"],
    ["https://auth.acme.test/oauth/token", "http://127.0.0.1:1/acme//", "http://127.0.0.1:1/acme/oauth/token"],
    ["https://auth.acme.test/token/", "http://127.0.0.1:1", "http://127.0.0.1:1/token/"],
    ["https://auth.acme.test/token?tenant=a", "http://127.0.0.1:1/", "http://127.0.0.1:1/token?tenant=a"],
    ["https://api.acme.test", "http://127.0.0.1:1/acme", "http://127.0.0.1:1/acme"],
    ["https://auth.acme.test/token", "http://127.0.0.1:1/{host}", "http://127.0.0.1:1/auth.acme.test/token"],
    ["https://api.acme.test:8443", "http://127.0.0.1:1/{host}", "http://127.0.0.1:1/api.acme.test:8443"],
    ["https://api.acme.test/v1", "https://{host}.proxy.test", "https://api.acme.test.proxy.test/v1"]
  ])("moves %s to %s", (url, base, expected) => {
    assert.strictEqual(rebase(url, base), expected)
  })
})

describe("a provider's base URL", () => {
  it.each([
    "http://127.0.0.1:1?x",
    "http://127.0.0.1:1/#x",
    "http://user@127.0.0.1:1",
    "ftp://127.0.0.1:1",
    "http://acme.example",
    ""
  ])(
    "must be a URL that paths can be appended to, and that secrets may be sent to: %j",
    (baseUrl) => {
      assert.isTrue(Result.isFailure(resolve(acme(), { baseUrl })))
    }
  )
})

describe("a region", () => {
  const inRegion = (region: string) =>
    resolve(
      { ...acme(), tokenEndpoint: "https://{region}.acme.test/token", urlParts: { region: HostPart.label } },
      Object.assign({ insecure: false }, { region })
    )

  it.each([
    "emea.evil.example",
    "emea/",
    "emea@evil.example",
    "emea#",
    "emea?",
    "emea:1",
    "emea\\",
    "",
    ".",
    "ém",
    "🔑"
  ])(
    "can't change the host: %j",
    (region) => {
      assert.isTrue(Result.isFailure(inRegion(region)))
    }
  )

  it("is shown shortened, and without control characters", () => {
    const result = inRegion(`emea\r\n\x1B[2J\x7F\x9B\u2028\u202E${"x".repeat(10_000)}`)
    assert(Result.isFailure(result))
    assert.isBelow(result.failure.message.length, 400)
    assert.notMatch(result.failure.message, /[\p{Cc}\p{Cf}\u2028]/u)
  })
})

describe("isLoopback", () => {
  it.each(["localhost", "127.0.0.1", "127.255.255.254", "[::1]"])("accepts %s", (host) => {
    assert.isTrue(isLoopback(host))
  })

  it.each(["localhost.example", "127.0.0.1.example", "1127.0.0.1", "128.0.0.1", "[::2]", "0.0.0.0", ""])(
    "refuses %s",
    (host) => {
      assert.isFalse(isLoopback(host))
    }
  )
})

describe("originOf and isSameUrl", () => {
  it("returns the origin of a URL, and nothing for other texts", () => {
    assert.strictEqual(originOf("https://Auth.Acme.Test:443/token?x#y"), "https://auth.acme.test")
    assert.isUndefined(originOf("/token"))
  })

  it("compares URLs however they are written", () => {
    assert.isTrue(isSameUrl("https://auth.acme.test", "HTTPS://AUTH.acme.test:443/"))
    assert.isFalse(isSameUrl("https://auth.acme.test/a", "https://auth.acme.test/b"))
    assert.isFalse(isSameUrl("https://auth.acme.test", "https://evil.example"))
  })
})
