import { assert, describe, it, layer } from "@effect/vitest"
import * as Answer from "@mintmark/sandbox/Answer"
import * as Sandbox from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { inspect } from "node:util"
import { alsoLookFor, canaries, findCanaries } from "./support/canaries.ts"
import { everyone, secretOf } from "./support/everyone.ts"
import { transportNames, transports } from "./support/Transports.ts"
import { makeWitness } from "./support/Witness.ts"

const accounts = everyone.map(({ account }) => account)
const witness = makeWitness()

describe("The search for secrets", () => {
  const secret = canaries.account.clientSecret
  const shapes: ReadonlyArray<[string, string]> = [
    ["as it is", `the secret ${secret}.`],
    ["in capitals", secret.toUpperCase()],
    ["as JSON", JSON.stringify({ secret })],
    ["percent-encoded", encodeURIComponent(secret)],
    ["percent-encoded to the last letter", Buffer.from(secret).toString("hex").replace(/../g, "%$&")],
    ["in a form", new URLSearchParams({ a: "b", client_secret: secret }).toString()],
    ["in Base64", Buffer.from(secret).toString("base64")],
    ["in Base64 behind one character", Buffer.from(`a${secret}`).toString("base64")],
    ["in Base64 behind two characters", Buffer.from(`ab${secret}`).toString("base64")],
    ["in Base64 for URLs", Buffer.from(`id:${secret}`).toString("base64url")],
    ["in hexadecimal", Buffer.from(secret).toString("hex")],
    ["as an inspected Buffer", inspect(Buffer.from(secret))],
    ["as an inspected Uint8Array", inspect(new TextEncoder().encode(secret), { maxArrayLength: Infinity })],
    ["as a list of bytes", JSON.stringify([...Buffer.from(secret)])]
  ]
  it.each(shapes)("finds one %s", (_, text) => {
    assert.lengthOf(findCanaries(`before ${text} after`), 1)
  })

  it("finds one that was there only for a moment, and nothing if there is none", () => {
    alsoLookFor("t0ken-from-the-server")
    assert.lengthOf(findCanaries("Bearer t0ken-from-the-server"), 1)
    assert.lengthOf(findCanaries("<redacted:access token>"), 0)
  })
})

for (const transport of transportNames) {
  layer(Layer.mergeAll(Sandbox.Sandbox.layer({ accounts }), transports[transport](), witness.layer), {
    excludeTestServices: true
  })(`Nothing shows a secret over ${transport}`, (it) => {
    for (const subject of everyone) {
      it.effect(`of an account at ${subject.name}, in ordinary use`, () =>
        Effect.gen(function*() {
          const sandbox = yield* Sandbox.Sandbox
          const baseUrl = sandbox.urls[subject.name]
          const client = yield* subject.make(Redacted.make(secretOf(subject)), baseUrl)
          yield* witness.watch(client)
          const request = HttpClientRequest.get(subject.path).pipe(
            HttpClientRequest.setHeader("accept", "application/vnd.newvoicemedia.v4+json")
          )
          const see = <A, E, R>(call: Effect.Effect<A, E, R>) => Effect.tap(Effect.exit(call), witness.see)

          yield* see(client.token)
          const answered = yield* see(Effect.flatMap(client.http.execute(request), (response) => response.text))
          assert.include(String(answered), "account")
          yield* sandbox.revoke()
          yield* see(Effect.map(client.http.execute(request), (response) => response.status))
          yield* see(client.renew)
          yield* see(Effect.map(client.http.execute(HttpClientRequest.get("https://elsewhere.example/")), () => "sent"))
          yield* see(HttpClient.filterStatusOk(client.http).get("/nowhere"))
          yield* see(Effect.sync(client.peek))
          yield* witness.see(yield* Effect.exit(Effect.succeed(client)))

          for (
            const wrong of [
              Redacted.make(`${secretOf(subject)}?`),
              Redacted.make(`${secretOf(subject)}\n`),
              Effect.fail(secretOf(subject)),
              Effect.die(secretOf(subject))
            ]
          ) {
            yield* see(Effect.flatMap(subject.make(wrong, baseUrl), ({ token }) => token))
          }
          assert.deepStrictEqual(findCanaries(yield* witness.testimony), [])
        }))
    }
  })
}

/** Runs a program of its own, and answers all that it wrote. */
const run = (origin: string, how: string) =>
  Effect.callback<{ readonly output: string; readonly code: number | null }>((resume) => {
    const program = fileURLToPath(new URL("support/program.ts", import.meta.url))
    const child = spawn(process.execPath, [program, origin, how], { stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    child.stdout.on("data", (chunk) => output += String(chunk))
    child.stderr.on("data", (chunk) => output += String(chunk))
    child.on("close", (code) => resume(Effect.succeed({ output, code })))
  })

layer(Sandbox.Sandbox.layer({ accounts }), { excludeTestServices: true })("A process writes no secret", (it) => {
  const endings: ReadonlyArray<[how: string, code: number, said: RegExp]> = [
    ["when it prints and logs all that it has", 0, /redacted:access token[^]*CredentialsRefused/],
    ["when a rejection is unhandled", 1, /the credentials were refused/],
    ["when its main program fails", 1, /the credentials were refused/],
    ["when it throws", 1, /the credentials were refused/]
  ]
  for (const [how, code, said] of endings) {
    it.effect(how, () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox.Sandbox
        // What the server issues is recognized, too.
        yield* sandbox.script(
          { kind: "token" },
          [Answer.token({ access_token: canaries.token, refresh_token: `${canaries.token}-again` })],
          { repeat: "always" }
        )
        const ended = yield* run(sandbox.origin, how)
        yield* sandbox.clear
        assert.match(ended.output, said)
        assert.strictEqual(ended.code, code)
        assert.deepStrictEqual(findCanaries(ended.output), [])
      }))
  }
})
