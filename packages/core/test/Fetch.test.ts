import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as AccessToken from "@mintmark/core/AccessToken"
import * as Fetch from "@mintmark/core/Fetch"
import { InvalidOption, TokenError } from "@mintmark/core/TokenError"
import { WaitUntil } from "@mintmark/core/TokenSource"
import { Sandbox } from "@mintmark/sandbox"
import * as Answer from "@mintmark/sandbox/Answer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { inspect } from "node:util"
import * as Undici from "undici"
import { Acme, acme, routee } from "./support/accounts.ts"
import { serve, serveApi, tokenOf } from "./support/TestServer.ts"

/** Undici's own `fetch`, which is a newer one than the platform's. Its types are its own too. */
const undici: typeof globalThis.fetch = (...request) => Reflect.apply(Undici.fetch, undefined, request)

const open = (baseUrl: string, options?: Fetch.Options) =>
  Effect.acquireRelease(
    Effect.sync(() => Fetch.make(Acme.layer(acme(baseUrl)), Acme, options)),
    ({ close }) => Effect.promise(close)
  )

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(() => assert.fail("it succeeded"), (error: unknown) => error)

const isTokenError = (error: unknown, tag: TokenError["reason"]["_tag"]) => {
  assert.instanceOf(error, TokenError)
  assert.strictEqual(error.reason._tag, tag)
}

for (
  const { name, options } of [{ name: "fetch", options: {} }, { name: "undici's fetch", options: { fetch: undici } }]
) {
  describe(`Fetch over ${name}`, () => {
    it.live("sends the token, whatever form the request has", () =>
      Effect.gen(function*() {
        const server = yield* serveApi(() => ({}))
        const { fetch } = yield* open(server.origin, options)
        yield* Effect.promise(async () => {
          await fetch("/a")
          await fetch(`${server.origin}/b`, { method: "POST", headers: { "x-mine": "1" }, body: "body" })
          await fetch(new URL(`${server.origin}/c`))
          if (name === "fetch") await fetch(new Request(`${server.origin}/d`, { headers: { "x-mine": "2" } }))
        })
        for (const received of server.api()) assert.strictEqual(tokenOf(received), "token-1")
        const [, b, , d] = server.api()
        assert.deepInclude(b, { method: "POST", path: "/b", body: "body" })
        assert.propertyVal(b?.headers, "x-mine", "1")
        if (name === "fetch") assert.propertyVal(d?.headers, "x-mine", "2")
      }))

    it.live("lets 1,000 requests on a revoked token succeed with one token request", () =>
      Effect.gen(function*() {
        const server = yield* serveApi((received) => tokenOf(received) === "token-1" ? { status: 401 } : {})
        const { fetch } = yield* open(server.origin, options)
        const statuses = yield* Effect.promise(() =>
          Promise.all(Array.from({ length: 1000 }, () =>
            fetch("/a").then(async (response) => {
              await response.text()
              return response.status
            })))
        )
        assert.deepStrictEqual(new Set(statuses), new Set([200]))
        assert.strictEqual(server.tokens(), 2)
        assert.isAtMost(server.api().length, 2000)
      }))

    it.live("returns the 401 with its body if there is no other token", () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox
        const { fetch } = Fetch.make(Acme.layer(routee(sandbox.urls.routee)), Acme, options)
        yield* sandbox.script({ kind: "api" }, [Answer.status(403)], { repeat: "always" })
        for (let call = 1; call <= 5; call++) {
          const response = yield* Effect.promise(() => fetch("/accounts/me/balance"))
          assert.strictEqual(response.status, 403)
          assert.strictEqual(response.url, sandbox.at("https://connect.routee.net/accounts/me/balance"))
          assert.property(yield* Effect.promise(() => response.json()), "developerMessage")
        }
        assert.deepInclude(yield* sandbox.counts(), { token: 2, api: 5 })
      }).pipe(Effect.provide(Sandbox.layer())))

    it.live("returns the status and headers alone of a 401 whose body is too large to keep", () =>
      Effect.gen(function*() {
        const token = JSON.stringify({ access_token: "token-1", token_type: "Bearer", expires_in: 3600 })
        const refusal = { status: 401, headers: { "x-a": "b" } }
        const server = yield* serve(({ path }) =>
          path === "/token"
            ? { body: token }
            : { ...refusal, body: "n".repeat(path === "/short" ? 1_048_576 : 1_048_577) }
        )
        const short = yield* open(server.origin, options)
        const kept = yield* Effect.promise(() => short.fetch("/short"))
        assert.strictEqual((yield* Effect.promise(() => kept.text())).length, 1_048_576)
        const long = yield* open(server.origin, options)
        const response = yield* Effect.promise(() => long.fetch("/long"))
        assert.strictEqual(response.status, 401)
        assert.strictEqual(response.headers.get("x-a"), "b")
        assert.instanceOf(yield* Effect.promise(() => failureOf(response.text())), TypeError)
      }))

    it.live("sends a request twice if its body can be read twice, and a stream once", () =>
      Effect.gen(function*() {
        const form = new FormData()
        form.set("a", "1")
        const bodies = ["text", new Uint8Array([49]), new Blob(["2"]), new URLSearchParams({ a: "1" }), form]
        for (const body of name === "fetch" ? bodies : bodies.slice(0, 2)) {
          const server = yield* serveApi((received) => tokenOf(received) === "token-1" ? { status: 401 } : {})
          const { fetch } = yield* open(server.origin, options)
          const response = yield* Effect.promise(() => fetch("/a", { method: "POST", body }))
          assert.strictEqual(response.status, 200)
          const [first, second, ...rest] = server.api().map(({ body }) => body.replace(/-{4,}\S+/g, ""))
          assert.isEmpty(rest)
          assert.isNotEmpty(first)
          assert.strictEqual(first, second)
        }
        const server = yield* serveApi((received) => tokenOf(received) === "token-1" ? { status: 401 } : {})
        const { fetch } = yield* open(server.origin, options)
        const stream: RequestInit & { readonly duplex: "half" } = {
          method: "POST",
          body: new Blob(["ab"]).stream(),
          duplex: "half"
        }
        const response = yield* Effect.promise(() => fetch("/a", stream))
        assert.strictEqual(response.status, 401)
        assert.deepStrictEqual(server.api().map(({ body }) => body), ["ab"])
        if (name === "fetch") {
          yield* Effect.promise(() => fetch(new Request(`${server.origin}/b`, { method: "POST", body: "c" })))
          assert.deepStrictEqual(server.api().map(tokenOf), ["token-1", "token-2"])
        }
      }))

    it.live("refuses a URL of another origin, and does not send the token to another origin after a redirect", () =>
      Effect.gen(function*() {
        const otherServer = yield* serve(() => ({ status: 401 }))
        let status = 0
        const server = yield* serveApi(() => ({ status, headers: { location: `${otherServer.origin}/b` } }))
        const { fetch } = yield* open(server.origin, options)
        const urls = [otherServer.origin, `//${new URL(otherServer.origin).host}/a`, `${server.origin}@evil.test/`]
        for (const url of urls) {
          isTokenError(yield* Effect.promise(() => failureOf(fetch(url))), "Unsafe")
        }
        assert.isEmpty(otherServer.received)
        for (status of [301, 302, 303, 307, 308]) {
          assert.strictEqual((yield* Effect.promise(() => fetch("/a"))).status, 401)
        }
        assert.strictEqual(otherServer.received.length, 5)
        for (const { headers } of otherServer.received) assert.notProperty(headers, "authorization")
        assert.strictEqual(server.tokens(), 1)
      }))

    it.live("leaves the caller's own header unchanged, and rejects no token for its 401", () =>
      Effect.gen(function*() {
        const server = yield* serveApi(() => ({ status: 401 }))
        const { fetch } = yield* open(server.origin, options)
        yield* Effect.promise(() => fetch("/a", { headers: { authorization: "Basic bWluZQ==" } }))
        assert.deepStrictEqual(server.received.map(({ headers }) => headers.authorization), ["Basic bWluZQ=="])
      }))

    it.live("attaches the token if the caller's header is undefined or null, and if there is no init", () =>
      Effect.gen(function*() {
        const server = yield* serveApi(() => ({}))
        const { fetch } = yield* open(server.origin, options)
        // As JavaScript without types has it.
        const untyped = (headers: unknown): Promise<Response> => Reflect.apply(fetch, undefined, ["/a", { headers }])
        yield* Effect.promise(async () => {
          await fetch("/a", null)
          for (const value of [undefined, null]) {
            await untyped({ authorization: value, "x-mine": "1" })
            await untyped({ Authorization: value })
            await untyped(value)
          }
        })
        assert.deepStrictEqual(
          server.api().map(({ headers }) => headers.authorization),
          Array(7).fill("Bearer token-1")
        )
        assert.strictEqual(server.api()[1]?.headers["x-mine"], "1")
      }))

    it.live("attaches the token if the caller's header is empty", () =>
      Effect.gen(function*() {
        const server = yield* serveApi((received) => tokenOf(received) === "token-1" ? { status: 401 } : {})
        const { fetch } = yield* open(server.origin, options)
        const empty = [
          { authorization: "" },
          { Authorization: " ", "x-mine": "1" },
          new Headers({ authorization: "" }),
          [["Authorization", "\t"]] satisfies HeadersInit
        ]
        for (const headers of empty) {
          assert.strictEqual((yield* Effect.promise(() => fetch("/a", { headers }))).status, 200)
        }
        const expected = ["token-1", ...Array(4).fill("token-2")].map((token) => `Bearer ${token}`)
        assert.deepStrictEqual(server.api().map(({ headers }) => headers.authorization), expected)
        assert.strictEqual(server.api()[2]?.headers["x-mine"], "1")
      }))

    it.live("rejects a token that the API refused without a 401", () =>
      Effect.gen(function*() {
        const server = yield* serveApi((received) => ({ body: `{"ok":${tokenOf(received) !== "token-1"}}` }))
        const { fetch, reject, token } = yield* open(server.origin, options)
        const refused = yield* Effect.promise(() => token())
        assert.deepStrictEqual(yield* Effect.promise(() => fetch("/a").then((response) => response.json())), {
          ok: false
        })
        reject(refused)
        assert.deepStrictEqual(yield* Effect.promise(() => fetch("/a").then((response) => response.json())), {
          ok: true
        })
        // It is not the current one any more.
        reject(refused)
        assert.strictEqual(AccessToken.authorization(yield* Effect.promise(() => token())), "Bearer token-2")
        assert.strictEqual(server.tokens(), 2)
      }))

    it.live("rejects with a TokenError if there is no token, and with fetch's own error if fetch fails", () =>
      Effect.gen(function*() {
        const refusing = yield* serve(() => ({ status: 401, body: "{\"error\":\"invalid_client\"}" }))
        const { fetch } = yield* open(refusing.origin, options)
        isTokenError(yield* Effect.promise(() => failureOf(fetch("/a"))), "CredentialsRefused")
        assert.strictEqual(refusing.received.length, 1)

        const breaking = yield* serveApi(() => ({}))
        const broken = yield* open(breaking.origin, {
          fetch: (input, init) =>
            String(input).endsWith("/token")
              ? globalThis.fetch(input, init)
              : Promise.reject(new TypeError("fetch failed"))
        })
        assert.instanceOf(yield* Effect.promise(() => failureOf(broken.fetch("/a"))), TypeError)
      }))
  })
}

const wrong = (problem: string) =>
  new TokenError({ provider: "acme", reason: new InvalidOption({ option: "option", problem }) })

describe("Fetch", () => {
  it.live("sends a FormData of another implementation twice", () =>
    Effect.gen(function*() {
      const server = yield* serveApi((received) => tokenOf(received) === "token-1" ? { status: 401 } : {})
      const { fetch } = yield* open(server.origin, { fetch: undici })
      const form = new Undici.FormData()
      form.set("a", "1")
      const post = (): Promise<Response> => Reflect.apply(fetch, undefined, ["/a", { method: "POST", body: form }])
      assert.strictEqual((yield* Effect.promise(post)).status, 200)
      assert.strictEqual(server.api().length, 2)
      for (const { body } of server.api()) assert.include(body, "name=\"a\"")
    }))

  it.live("takes a Request for the options of another, as fetch does", () =>
    Effect.gen(function*() {
      const server = yield* serveApi(() => ({}))
      const { fetch } = yield* open(server.origin)
      const request = new Request(`${server.origin}/a`, { method: "POST", headers: { "x-mine": "1" }, body: "body" })
      yield* Effect.promise(() => fetch("/b", request))
      const [received] = server.api()
      assert.deepInclude(received, { method: "POST", path: "/b", body: "body" })
      assert.propertyVal(received?.headers, "x-mine", "1")
    }))

  it.live("gets a token although waitUntil throws, as it does outside of a request", () =>
    Effect.gen(function*() {
      const server = yield* serveApi(() => ({}))
      const { fetch } = yield* open(server.origin, {
        waitUntil: () => {
          throw new Error("there is no request")
        }
      })
      assert.strictEqual((yield* Effect.promise(() => fetch("/a"))).status, 200)
    }))

  it.live("returns the same promise for a cached token", () =>
    Effect.gen(function*() {
      const server = yield* serveApi(() => ({}))
      const { token } = yield* open(server.origin)
      const first = yield* Effect.promise(() => token())
      assert.strictEqual(AccessToken.authorization(first), "Bearer token-1")
      assert.strictEqual(token(), token())
      assert.strictEqual(yield* Effect.promise(() => token()), first)
    }))

  it.live("an aborted signal ends the wait of its caller only", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const { fetch, token } = Fetch.make(Acme.layer(routee(sandbox.urls.routee)), Acme)
      yield* sandbox.script({ kind: "token" }, [Answer.delay(1_000, Answer.ordinary)])
      const controller = new AbortController()
      const { signal } = controller
      const reason = new Error("enough")
      const waits = [failureOf(token({ signal })), failureOf(fetch("/accounts/me/balance", { signal }))]
      const others = [token(), fetch("/accounts/me/balance").then(({ status }) => status)]
      yield* sandbox.arrived({ kind: "token" }, 1)
      controller.abort(reason)
      assert.deepStrictEqual(yield* Effect.promise(() => Promise.all(waits)), [reason, reason])
      const [, status] = yield* Effect.promise(() => Promise.all(others))
      assert.strictEqual(status, 200)
      assert.deepInclude(yield* sandbox.counts(), { token: 1, api: 1 })
      assert.strictEqual(yield* Effect.promise(() => failureOf(token({ signal }))), reason)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.live("close() fails waiting callers, and lets requests that have a token continue", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const { close, fetch, token } = Fetch.make(Acme.layer(routee(sandbox.urls.routee)), Acme)
      yield* Effect.promise(() => token())
      yield* sandbox.script({ kind: "api" }, [Answer.delay(100, Answer.ordinary)])
      const carried = fetch("/accounts/me/balance")
      yield* sandbox.arrived({ kind: "api" }, 1)
      yield* Effect.promise(close)
      assert.strictEqual((yield* Effect.promise(() => carried)).status, 200)
      isTokenError(yield* Effect.promise(() => failureOf(token())), "Unavailable")
      isTokenError(yield* Effect.promise(() => failureOf(fetch("/accounts/me/balance"))), "Unavailable")
      yield* Effect.promise(close)

      const waiting = Fetch.make(Acme.layer(routee(sandbox.urls.routee)), Acme)
      yield* sandbox.script({ kind: "token" }, [Answer.hang("before-headers")])
      const wait = failureOf(waiting.token())
      yield* sandbox.arrived({ kind: "token" }, 2)
      yield* Effect.promise(() => waiting[Symbol.asyncDispose]())
      isTokenError(yield* Effect.promise(() => wait), "Unavailable")
    }).pipe(Effect.provide(Sandbox.layer())))

  it("throws at once if an option is invalid", () => {
    const make = () =>
      Fetch.make(Acme.layer(acme("https://api.acme.test"), { apiOrigins: ["http://proxy.test"] }), Acme)
    assert.throws(make, TokenError, /apiOrigins/)
  })

  it("names what is wrong in the arguments of a caller without types", () => {
    const layer = Acme.layer(acme("https://api.acme.test"))
    const make = (...given: ReadonlyArray<unknown>) => () => Reflect.apply(Fetch.make, undefined, given)
    for (const given of [undefined, null, "Acme", {}, Acme]) assert.throws(make(given, Acme), TypeError, /a Layer/)
    for (const given of [undefined, null, {}, "Acme"]) assert.throws(make(layer, given), TypeError, /the service/)
    assert.throws(make(layer, WaitUntil), TypeError, /provides no @mintmark\/core\/.*WaitUntil/)
    for (const option of ["fetch", "waitUntil"]) {
      for (const value of ["x", 7, {}, false]) {
        assert.throws(make(layer, Acme, { [option]: value }), TokenError, `${option} must be a function`)
      }
      for (const value of [undefined, null]) assert.doesNotThrow(make(layer, Acme, { [option]: value }))
    }
    for (const options of [undefined, null]) assert.doesNotThrow(make(layer, Acme, options))
  })

  it.live("names what is wrong in a token to reject, and takes null for what is optional", () =>
    Effect.gen(function*() {
      const server = yield* serveApi(() => ({}))
      const { fetch, reject, token } = yield* open(server.origin)
      const untyped = (called: Function, ...given: ReadonlyArray<unknown>): unknown =>
        Reflect.apply(called, undefined, given)
      for (const given of [undefined, null, "token-1", {}, { value: "token-1" }]) {
        assert.throws(() => untyped(reject, given), TypeError, /the token to reject/)
      }
      const first = yield* Effect.promise(async () => untyped(token, null))
      untyped(reject, first, null)
      assert.notStrictEqual(yield* Effect.promise(() => token()), first)
      isTokenError(yield* Effect.promise(() => failureOf(Promise.resolve(untyped(fetch, null)))), "Unsafe")
    }))

  it.live("names a fetch that returns no response", () =>
    Effect.gen(function*() {
      const returning = (reply: unknown, response: unknown): Fetch.Fetch => {
        const custom = async (_: unknown, init: RequestInit) => init.method === "POST" ? reply : response
        return Reflect.apply(Fetch.make, undefined, [Acme.layer(acme("https://api.acme.test")), Acme, {
          fetch: custom
        }])
      }
      for (const reply of [undefined, null, "text", 7, {}, { status: undefined }, { status: "ok" }, { ok: true }]) {
        const { token } = returning(reply, undefined)
        isTokenError(yield* Effect.promise(() => failureOf(token())), "ReplyNotUnderstood")
      }
      for (const response of [undefined, null, "text", 7]) {
        const reply = Response.json({ access_token: "token-1", token_type: "Bearer", expires_in: 3600 })
        const failure = yield* Effect.promise(() => failureOf(returning(reply, response).fetch("/a")))
        assert.instanceOf(failure, TypeError)
        assert.include(String(failure), "fetch returned no Response")
      }
    }))

  it("releases what a failing Layer has acquired", async () => {
    let released = 0
    const failing = Layer.effect(
      Acme,
      Effect.andThen(
        Effect.acquireRelease(Effect.void, () =>
          Effect.sync(() => {
            released++
          })),
        Effect.fail(wrong("can't be used"))
      )
    )
    assert.throws(() => Fetch.make(failing, Acme), TokenError)
    assert.strictEqual(released, 1)
  })

  it.live("rejects the first call if the Layer fails asynchronously", () =>
    Effect.gen(function*() {
      const late = wrong("is known to be wrong only later")
      const failing = Layer.effect(Acme, Effect.andThen(Effect.sleep(1), Effect.fail(late)))
      const { fetch, token } = Fetch.make(failing, Acme)
      for (const failed of [() => token(), () => fetch("/a")]) {
        const failure = yield* Effect.promise(() => failureOf(failed()))
        isTokenError(failure, "InvalidOption")
        assert.strictEqual(String(failure), String(late))
      }
    }))

  it.live("prints an error as its message and the caller's stack frames, and nothing else", () =>
    Effect.gen(function*() {
      const unreachable = yield* open("http://127.0.0.1:4")
      const late = Layer.effect(Acme, Effect.andThen(Effect.sleep(1), Effect.fail(wrong("is known to be wrong later"))))
      const callers: Record<string, () => Promise<unknown>> = {
        readToken: async function readToken() {
          return await unreachable.token()
        },
        readBalance: async function readBalance() {
          return await unreachable.fetch("/a")
        },
        readElsewhere: async function readElsewhere() {
          return await unreachable.fetch("https://elsewhere.example/")
        },
        startAtOnce: async function startAtOnce() {
          return Fetch.make(Layer.effect(Acme, Effect.fail(wrong("is wrong"))), Acme)
        },
        startLate: async function startLate() {
          return await Fetch.make(late, Acme).token()
        }
      }
      for (const [name, call] of Object.entries(callers)) {
        const failure = yield* Effect.promise(() => failureOf(call()))
        const [message, ...frames] = inspect(failure).split("\n")
        assert.strictEqual(message, String(failure), name)
        assert.isTrue(frames.every((frame) => frame.startsWith("    at ")), inspect(failure))
        assert.include(frames.join("\n"), ` ${name} (`)
      }
    }))

  it.live("builds its Layer again after a failure", () =>
    Effect.gen(function*() {
      const server = yield* serveApi(() => ({}))
      let builds = 0
      const layer = Layer.unwrap(Effect.suspend(() =>
        ++builds === 1
          ? Effect.andThen(Effect.sleep(1), Effect.fail(wrong("is wrong")))
          : Effect.succeed(Acme.layer(acme(server.origin)))
      ))
      const { close, fetch } = Fetch.make(layer, Acme)
      isTokenError(yield* Effect.promise(() => failureOf(fetch("/a"))), "InvalidOption")
      assert.strictEqual((yield* Effect.promise(() => fetch("/a"))).status, 200)
      assert.strictEqual(builds, 2)
      yield* Effect.promise(close)
      isTokenError(yield* Effect.promise(() => failureOf(fetch("/a"))), "Unavailable")
    }))

  it.live("sends token requests with the HttpClient that the Layer was provided with", () =>
    Effect.gen(function*() {
      const server = yield* serveApi(() => ({}))
      const layer = Layer.provide(Acme.layer(acme(server.origin)), NodeHttpClient.layerUndici)
      const { close, token } = Fetch.make(layer, Acme, { fetch: () => Promise.reject(new Error("not this one")) })
      assert.strictEqual(AccessToken.authorization(yield* Effect.promise(() => token())), "Bearer token-1")
      yield* Effect.promise(close)
    }))
})
