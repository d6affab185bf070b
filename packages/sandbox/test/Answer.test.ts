import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Http from "node:http"
import * as Net from "node:net"
import { gunzipSync } from "node:zlib"
import { Account, Answer, Sandbox } from "../src/index.ts"
import { basicOf, bearer, field, fields, post, request } from "./support/wire.ts"

const grant = "grant_type=client_credentials"
const target = { provider: "routee", kind: "token" } as const

const ask = Effect.flatMap(
  Sandbox,
  ({ at }) => post(at("https://auth.routee.net/oauth/token"), grant, basicOf(Account.routee))
)

const script = (...answers: ReadonlyArray<Answer.Answer>) =>
  Effect.flatMap(Sandbox, (sandbox) => sandbox.script(target, answers))

const head = (origin: string) => {
  const { authorization } = basicOf(Account.routee)
  return [
    "POST /auth.routee.net/oauth/token HTTP/1.1",
    `Host: ${new URL(origin).host}`,
    `Authorization: ${authorization}`,
    "Content-Type: application/x-www-form-urlencoded",
    `Content-Length: ${grant.length}`,
    "",
    grant
  ].join("\r\n")
}

interface Heard {
  readonly text: string
  readonly end: "end" | "reset" | "open"
}

/** What comes over a bare connection, until it ends or `until` has come. */
const listen = (until?: RegExp) =>
  Effect.flatMap(Sandbox, ({ origin }) =>
    Effect.callback<Heard>((resume) => {
      const socket = Net.connect(Number(new URL(origin).port), "127.0.0.1", () => socket.write(head(origin)))
      const parts: Array<Buffer> = []
      const text = () => Buffer.concat(parts).toString("latin1")
      socket.on("data", (part) => {
        parts.push(part)
        if (until?.test(text()) === true) {
          socket.destroy()
          resume(Effect.succeed({ text: text(), end: "open" }))
        }
      })
      socket.on("end", () => {
        socket.end()
        resume(Effect.succeed({ text: text(), end: "end" }))
      })
      socket.on("error", () => resume(Effect.succeed({ text: text(), end: "reset" })))
      return Effect.sync(() => socket.destroy())
    }))

/** The answer as node:http reads it, without decompressing. */
const bare = Effect.flatMap(
  Sandbox,
  ({ at }) =>
    Effect.callback<{ readonly headers: Http.IncomingHttpHeaders; readonly body: Buffer }>((resume) => {
      const headers = { ...basicOf(Account.routee), "content-type": "application/x-www-form-urlencoded" }
      const options = { method: "POST", headers, maxHeaderSize: 1024 * 1024, agent: false }
      Http.request(at("https://auth.routee.net/oauth/token"), options, (response) => {
        const parts: Array<Buffer> = []
        response.on("data", (part) => parts.push(part))
        response.on("end", () => resume(Effect.succeed({ headers: response.headers, body: Buffer.concat(parts) })))
      }).end(grant)
    })
)

const lastEntry = Effect.flatMap(Sandbox, ({ journal }) => Effect.map(journal, (entries) => entries.at(-1)))

describe("A script", () => {
  it.effect("answers the next requests one by one, and then ends", () =>
    Effect.gen(function*() {
      yield* script(
        Answer.status(429, { retryAfter: 2 }),
        Answer.ordinary,
        Answer.status(503, { body: "<h1>Down</h1>", contentType: "text/html" })
      )
      const answers = [yield* ask, yield* ask, yield* ask, yield* ask]
      assert.deepStrictEqual(answers.map((answer) => answer.status), [429, 200, 503, 200])
      assert.strictEqual(answers[0]?.headers.get("retry-after"), "2")
      assert.strictEqual(answers[2]?.headers.get("content-type"), "text/html")
      assert.strictEqual(answers[2]?.text, "<h1>Down</h1>")
      const { journal } = yield* Sandbox
      assert.deepStrictEqual((yield* journal).map((entry) => [entry.scripted, entry.answer]), [
        ["Status", "fault"],
        ["Ordinary", "token"],
        ["Status", "fault"],
        [undefined, "same-token"]
      ])
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("repeats until it is removed", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      yield* sandbox.script(target, [Answer.status(500), Answer.ordinary], { repeat: "always" })
      const statuses = yield* Effect.forEach([1, 2, 3, 4, 5], () => Effect.map(ask, (answer) => answer.status))
      assert.deepStrictEqual<ReadonlyArray<number>>(statuses, [500, 200, 500, 200, 500])
      yield* sandbox.unscript({ provider: "routee" })
      assert.strictEqual((yield* ask).status, 200)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("applies to no request of another kind or to another provider", () =>
    Effect.gen(function*() {
      const { script, at } = yield* Sandbox
      yield* script({ provider: "routee", kind: "api" }, [Answer.status(500)])
      yield* script({ provider: "voipex" }, [Answer.status(503)])
      const token = field(yield* ask, "access_token")
      const call = request(at("https://connect.routee.net/accounts/me/balance"), { headers: bearer(token) })
      assert.strictEqual((yield* call).status, 500)
      assert.strictEqual((yield* call).status, 200)
      assert.strictEqual((yield* post(at("https://auth.voipex.io/token"), "")).status, 503)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("gives a bare status the body that the provider would give it", () =>
    Effect.gen(function*() {
      const { script, at } = yield* Sandbox
      yield* script({}, [Answer.status(500), Answer.status(500), Answer.status(503, { body: "" })])
      const vonage = yield* post(at("https://emea.cc.vonage.com/Auth/connect/token"), "")
      assert.strictEqual(
        vonage.text,
        `{"error":"Internal Server Error","error_description":"An internal server error occurred"}`
      )
      assert.deepStrictEqual(fields(yield* ask), ["timestamp", "status", "error", "message", "path"])
      const empty = yield* ask
      assert.strictEqual(empty.text, "")
      assert.isNull(empty.headers.get("content-type"))
    }).pipe(Effect.provide(Sandbox.layer())))
})

describe("An answer", () => {
  it.effect("changes, removes and adds fields of a token, also such as JSON.stringify can't write", () =>
    Effect.gen(function*() {
      yield* script(
        Answer.token({ expires_in: "3600", scope: undefined, extra: null }),
        Answer.token({ expires_in: Answer.jsonText("1e400") }, { status: 201, contentType: "text/plain" }),
        Answer.token({}, { contentType: null, encoding: "utf-8-bom", headers: { "retry-after": "9" } })
      )
      const bent = yield* ask
      assert.deepStrictEqual(fields(bent), ["access_token", "token_type", "expires_in", "permissions", "extra"])
      assert.include(bent.text, `"expires_in":"3600"`)
      const odd = yield* ask
      assert.strictEqual(odd.status, 201)
      assert.strictEqual(odd.headers.get("content-type"), "text/plain")
      assert.include(odd.text, `"expires_in":1e400`)
      const { body, headers } = yield* bare
      assert.strictEqual(body.subarray(0, 3).toString("hex"), "efbbbf")
      assert.isUndefined(headers["content-type"])
      assert.strictEqual(headers["retry-after"], "9")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("sends any body unchanged, also bytes that are not UTF-8", () =>
    Effect.gen(function*() {
      yield* script(Answer.body(Uint8Array.of(0x7b, 0xff, 0x7d)), Answer.body("[]", { contentType: "text/html" }))
      assert.deepStrictEqual([...(yield* bare).body], [0x7b, 0xff, 0x7d])
      const list = yield* ask
      assert.strictEqual(list.text, "[]")
      assert.strictEqual(list.headers.get("content-type"), "text/html")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("waits by the sandbox's clock", () =>
    Effect.gen(function*() {
      const { arrived } = yield* Sandbox
      yield* script(Answer.delay(5_000, Answer.status(502)))
      const asking = yield* Effect.forkChild(ask)
      yield* arrived(target, 1)
      assert.strictEqual((yield* lastEntry)?.state, "open")
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(asking)).status, 502)
      assert.strictEqual((yield* lastEntry)?.duration, 5_000)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("redirects to any location", () =>
    Effect.gen(function*() {
      for (const location of ["//elsewhere.example/token", "file:///etc/passwd", "/auth.routee.net/other"]) {
        yield* script(Answer.redirect(307, location))
        const answer = yield* ask
        assert.strictEqual(answer.status, 307)
        assert.strictEqual(answer.headers.get("location"), location)
      }
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("sends a status that HTTP doesn't have, a header twice, and one with a line break in it", () =>
    Effect.gen(function*() {
      yield* script(
        Answer.status(999),
        Answer.status(600, { body: "" }),
        Answer.status(429, { retryAfter: [2, "Wed, 21 Oct 2015 07:28:00 GMT"] }),
        Answer.status(200, { headers: { "x-first": "1\r\nx-second: 2" } })
      )
      assert.match((yield* listen()).text, /^HTTP\/1\.1 999 /)
      assert.match((yield* listen()).text, /^HTTP\/1\.1 600 /)
      assert.strictEqual(((yield* listen()).text.match(/retry-after/g) ?? []).length, 2)
      assert.match((yield* listen()).text, /^HTTP\/1\.1 200 OK\r\n(.*\r\n)*x-first: 1\r\nx-second: 2\r\n/)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("sends raw bytes, and a status line that isn't one", () =>
    Effect.gen(function*() {
      yield* script(Answer.raw("nonsense"), Answer.badStatusLine, Answer.raw(Uint8Array.of(1, 2), "reset"))
      assert.deepStrictEqual(yield* listen(), { text: "nonsense", end: "end" })
      assert.match((yield* listen()).text, /^HTTP\/1\.1 OK 200/)
      assert.strictEqual((yield* listen()).end, "reset")
      assert.strictEqual((yield* lastEntry)?.state, "cut")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("sends interim replies without end, and never the final one", () =>
    Effect.gen(function*() {
      yield* script(Answer.earlyHints(250))
      const { text } = yield* listen(/(?:HTTP\/1\.1 103[^]*?\r\n\r\n){250}/)
      assert.strictEqual((text.match(/HTTP\/1\.1 103/g) ?? []).length, 250)
      assert.notInclude(text, "HTTP/1.1 200")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("hangs before the headers or in the middle of the body", () =>
    Effect.gen(function*() {
      const { arrived } = yield* Sandbox
      yield* script(Answer.hang("before-headers"), Answer.hang("mid-body"))
      const silent = yield* Effect.forkChild(listen())
      yield* arrived(target, 1)
      assert.strictEqual((yield* lastEntry)?.state, "open")
      yield* Fiber.interrupt(silent)
      const { text } = yield* listen(/"access_token":/)
      const [headers = "", body = ""] = text.split("\r\n\r\n")
      const announced = Number(/content-length: (\d+)/.exec(headers)?.[1])
      assert.strictEqual(body.length, Math.ceil(announced / 2))
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("resets the connection before the headers or in the middle of the body", () =>
    Effect.gen(function*() {
      yield* script(Answer.reset("before-headers"), Answer.reset("mid-body"))
      assert.deepStrictEqual(yield* listen(), { text: "", end: "reset" })
      const half = yield* listen()
      assert.match(half.text, /^HTTP\/1\.1 200 OK\r\n[^]*"access_token"/)
      assert.strictEqual(half.end, "reset")
      const { counts, tokens } = yield* Sandbox
      assert.deepInclude(yield* counts(), { token: 2, concurrentTokenRequests: 1 })
      assert.strictEqual((yield* tokens).length, 1)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("that is lost has had its effect if it was processed, and none if it was not", () =>
    Effect.gen(function*() {
      const { refreshTokens, script, at } = yield* Sandbox
      const { password, username } = Account.voipex
      const form = (parameters: Record<string, string>) =>
        new URLSearchParams({ client_id: "api", ...parameters }).toString()
      const login = yield* post(
        at("https://auth.voipex.io/token"),
        form({ grant_type: "password", username, password })
      )
      const renewal = post(
        at("https://auth.voipex.io/token"),
        form({ grant_type: "refresh_token", refresh_token: field(login, "refresh_token") })
      )
      const uses = Effect.map(refreshTokens, (tokens) => tokens[0]?.uses)
      yield* script({ provider: "voipex" }, [
        Answer.reset("before-headers"),
        Answer.reset("before-headers", { processed: true })
      ])
      yield* Effect.exit(renewal)
      assert.strictEqual(yield* uses, 0)
      yield* Effect.exit(renewal)
      assert.strictEqual(yield* uses, 1)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("ends in the middle, has a wrong length, and has invalid chunks", () =>
    Effect.gen(function*() {
      yield* script(Answer.truncate, Answer.wrongLength(-1), Answer.wrongLength(10), Answer.badChunk)
      const lengths = ({ text }: Heard) => {
        const [headers = "", body = ""] = text.split("\r\n\r\n")
        return Number(/content-length: (\d+)/.exec(headers)?.[1]) - body.length
      }
      const cut = yield* listen()
      assert.strictEqual(cut.end, "end")
      assert.isAbove(lengths(cut), 100)
      assert.strictEqual((yield* lastEntry)?.state, "cut")
      assert.strictEqual(lengths(yield* listen()), -1)
      assert.strictEqual((yield* lastEntry)?.state, "answered")
      assert.strictEqual(lengths(yield* listen()), 10)
      assert.strictEqual((yield* lastEntry)?.state, "cut")
      assert.match((yield* listen()).text, /transfer-encoding: chunked[^]*\r\nzz\r\n/)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("is sent slowly by the sandbox's clock", () =>
    Effect.gen(function*() {
      yield* script(Answer.drip({ every: 1_000, bytes: 64 }))
      const { arrived } = yield* Sandbox
      const asking = yield* Effect.forkChild(ask)
      yield* arrived(target, 1)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* lastEntry)?.state, "open")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(field(yield* Fiber.join(asking), "token_type"), "bearer")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("has headers beyond 16 KiB", () =>
    Effect.gen(function*() {
      yield* script(Answer.bigHeaders(20_000))
      const { headers } = yield* bare
      assert.isAbove(JSON.stringify(headers).length, 20_000)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("has a body of any size that is valid JSON", () =>
    Effect.gen(function*() {
      yield* script(Answer.bigBody(1_000_000))
      const { body } = yield* bare
      assert.isAbove(body.length, 1_000_000)
      assert.strictEqual(JSON.parse(body.toString()).token_type, "bearer")
      assert.strictEqual((yield* lastEntry)?.state, "answered")
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("of any size is marked as cut in the journal if the client does not read all of it", () =>
    Effect.gen(function*() {
      const { entries } = yield* Sandbox
      yield* script(Answer.bigBody(64 * 1024 * 1024))
      const over = yield* entries.pipe(Stream.runHead, Effect.forkChild({ startImmediately: true }))
      yield* listen(/^HTTP\/1\.1 200/)
      assert.deepInclude(Option.getOrThrow(yield* Fiber.join(over)), { state: "cut", status: 200, answer: "token" })
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("grows a thousandfold when it is decompressed, and is compressed as many times as it states", () =>
    Effect.gen(function*() {
      yield* script(Answer.gzipBomb(8 * 1024 * 1024), Answer.nestedEncodings(20))
      const bomb = yield* bare
      assert.strictEqual(bomb.headers["content-encoding"], "gzip")
      assert.isBelow(bomb.body.length, 16 * 1024)
      const burst = gunzipSync(bomb.body)
      assert.isAbove(burst.length, 8 * 1024 * 1024)
      assert.strictEqual(JSON.parse(burst.toString()).token_type, "bearer")
      const nested = yield* bare
      const layers = String(nested.headers["content-encoding"]).split(", ")
      assert.strictEqual(layers.length, 20)
      const inner = layers.reduce((body) => gunzipSync(body), nested.body)
      assert.strictEqual(JSON.parse(inner.toString()).token_type, "bearer")
    }).pipe(Effect.provide(Sandbox.layer())))
})

describe("The high-water mark of token requests", () => {
  it.effect("counts those of one account that were open at the same time", () =>
    Effect.gen(function*() {
      const { arrived, counts, script, at } = yield* Sandbox
      yield* script({ kind: "token" }, [Answer.delay(1_000)], { repeat: "always" })
      const special = post(at("https://auth.routee.net/oauth/token"), grant, basicOf(Account.routeeSpecial))
      const asking = yield* Effect.forkChild(Effect.all([ask, ask, special], { concurrency: 3 }))
      yield* arrived(target, 3)
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(asking)
      assert.strictEqual((yield* counts({ account: Account.routee.clientId })).concurrentTokenRequests, 2)
      assert.strictEqual((yield* counts({ account: Account.routeeSpecial.clientId })).concurrentTokenRequests, 1)
      assert.strictEqual((yield* counts()).concurrentTokenRequests, 2)
    }).pipe(Effect.provide(Sandbox.layer())))
})
