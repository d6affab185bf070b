import { assert, layer } from "@effect/vitest"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { folderForSandbox } from "./support/environment.ts"
import { mintmark } from "./support/mintmark.ts"

layer(Sandbox.layer(), { excludeTestServices: true })("mintmark request", (it) => {
  it.effect("prints the API's response, and with --include its status and headers", () =>
    Effect.gen(function*() {
      const cwd = yield* folderForSandbox
      const { code, stderr, stdout } = yield* mintmark(
        ["request", "routee", "get", "/accounts/me/balance", "--include"],
        { cwd }
      )
      assert.deepStrictEqual([code, stderr], [0, ""])
      const [head = "", body = ""] = stdout.split("\n\n")
      assert.match(head, /^HTTP 200\n(?:.*\n)*content-type: application\/json/)
      assert.strictEqual(JSON.parse(body).balance, 42.5)
    }))

  it.effect("sends a body from an argument, a file or standard input, as JSON unless a header names another type", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      yield* sandbox.clear
      const cwd = yield* folderForSandbox
      const send = (...args: ReadonlyArray<string>) =>
        mintmark(["request", "routee", "POST", "/sms", ...args], { cwd, input: `{"body":"Hello"}` })
      const outcomes = yield* Effect.all([
        send("--data", `{"body":"Hello"}`),
        send("--data", "@-"),
        send("--data", "@.env", "--header", "Content-Type: text/plain")
      ], { concurrency: "unbounded" })
      assert.deepStrictEqual(outcomes.map(({ code }) => code), [0, 0, 0])
      const sent = (yield* sandbox.journal).filter(({ kind }) => kind === "api").map(({ contentType }) => contentType)
      assert.sameMembers(sent, ["application/json", "application/json", "text/plain"])
    }))

  it.effect("prints the body of an error, and exits as curl --fail does", () =>
    Effect.gen(function*() {
      const outcome = yield* mintmark(["request", "routee", "GET", "nowhere?secret=canary"], {
        cwd: yield* folderForSandbox
      })
      assert.deepInclude(outcome, {
        code: 22,
        stderr: "mintmark: routee: the API returned 404 for GET nowhere.\n"
      })
      assert.match(outcome.stdout, /^\{"error":"Not Found"/)
    }))

  it.effect("sends the token nowhere else, and accepts no Authorization header besides it", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      yield* sandbox.clear
      const cwd = yield* folderForSandbox
      const [elsewhere, header, file] = yield* Effect.all([
        mintmark(["request", "routee", "GET", "https://elsewhere.example/"], { cwd }),
        mintmark(["request", "routee", "GET", "/", "-H", "Authorization: Bearer other"], { cwd }),
        mintmark(["request", "routee", "POST", "/sms", "-d", "@missing.json"], { cwd })
      ], { concurrency: "unbounded" })
      assert.strictEqual(elsewhere.code, 9)
      assert.match(
        elsewhere.stderr,
        /^mintmark: routee: refused for safety: https:\/\/elsewhere\.example must not get the token\.\nThe token goes to the provider's API alone/
      )
      assert.strictEqual(header.code, 2)
      assert.include(header.stderr, "The Authorization header has the token: omit it.")
      assert.strictEqual(file.code, 2)
      assert.include(file.stderr, "The body can't be read from missing.json (NotFound).")
      assert.deepStrictEqual(yield* sandbox.journal, [])
    }))

  it.effect("accepts nothing that fetch can't send: it says so, and sends no token request", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      yield* sandbox.clear
      const cwd = yield* folderForSandbox
      const headers = ["Host: a.example", "Transfer-Encoding: chunked", "Expect: 100-continue", "Upgrade: h2c"]
      const refused = [
        ...["TRACE", "CONNECT"].map((method) =>
          [[method, "/"], `"${method}". Expected: GET, POST, PUT, DELETE`] as const
        ),
        ...["GET", "HEAD"].map((method) =>
          [[method, "/", "--data", "{}"], `${method} has no body: omit --data.`] as const
        ),
        ...headers.map((header) =>
          [
            ["POST", "/sms", "--header", header],
            `The header ${header.split(":")[0]} belongs to the connection`
          ] as const
        )
      ]
      const outcomes = yield* Effect.forEach(
        refused,
        ([args, problem]) =>
          Effect.map(mintmark(["request", "routee", ...args], { cwd }), (outcome) => ({ ...outcome, problem })),
        { concurrency: 4 }
      )
      for (const { code, problem, stderr } of outcomes) {
        assert.include(stderr, problem)
        assert.strictEqual(code, 2, problem)
      }
      assert.notInclude(outcomes.map(({ stderr }) => stderr).join(), "TRACE, ")
      assert.deepStrictEqual(yield* sandbox.journal, [])
    }))
})
