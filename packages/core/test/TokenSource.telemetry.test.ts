import { assert, describe, it } from "@effect/vitest"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as TestClock from "effect/testing/TestClock"
import { acme } from "./support/plainAcme.ts"
import * as Server from "./support/ScriptedServer.ts"

const secret = "hunter2-is-no-good-secret"

/** A client, and what it logs at a level and above. */
const logged = Effect.fnUntraced(function*(
  answers: ReadonlyArray<Server.Answer>,
  level: "Debug" | "Info" = "Debug",
  otherwise?: Server.Answer
) {
  const lines: Array<string> = []
  const server = Server.make(answers, otherwise)
  const client = yield* ProviderClient.make(acme, { clientId: "client", clientSecret: Redacted.make(secret) }).pipe(
    Effect.provideService(HttpClient.HttpClient, server.http),
    Effect.provide(
      Logger.layer([Logger.make(({ logLevel, message }) => lines.push(`${logLevel} ${String(message)}`))])
    ),
    Effect.provideService(References.MinimumLogLevel, level)
  )
  return { client, lines, server }
})

describe("the log", () => {
  it.effect("has a debug line for each token request, with its reason and its outcome", () =>
    Effect.gen(function*() {
      const { client, lines } = yield* logged([Server.after("2 seconds", Server.token())])
      const first = yield* Effect.forkChild(client.token, { startImmediately: true })
      yield* TestClock.adjust("2 seconds")
      yield* client.token
      yield* client.renew
      assert.isDefined(first.pollUnsafe())
      assert.deepStrictEqual(lines, [
        "Debug acme: token request (first): obtained after 2000 ms",
        "Debug acme: token request (forced): obtained after 0 ms"
      ])
    }))

  it.effect("has one warning for a failing renewal, then fewer and fewer, and one message on recovery", () =>
    Effect.gen(function*() {
      let down = false
      const { client, lines } = yield* logged(
        [],
        "Info",
        (request, number) => (down ? Server.status(429) : Server.token())(request, number)
      )
      yield* client.token
      yield* TestClock.adjust("3460 seconds")
      down = true
      for (let second = 0; second < 80; second++) {
        yield* client.token
        yield* TestClock.adjust("1 second")
      }
      down = false
      yield* TestClock.adjust("50 seconds")
      yield* client.token
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(lines.map((line) => line.replace(/no token request before [^)]*/, "…")), [
        "Warn acme: the access token could not be renewed; the cached one is valid until 1970-01-01T01:00:00.000Z. "
        + "The token request is retried: no action is needed unless this lasts. "
        + "(acme: the authorization server limits token requests (status 429); …)",
        "Warn acme: the access token could not be renewed for 63 s; the cached one is valid until "
        + "1970-01-01T01:00:00.000Z. The token request is retried: no action is needed unless this lasts. "
        + "(acme: the authorization server limits token requests (status 429); …)",
        "Info acme: the access token was renewed, after 130 s of failures."
      ])
    }))

  it.effect("has no warning if callers get the failure", () =>
    Effect.gen(function*() {
      const { client, lines } = yield* logged([], "Info", Server.status(401, {}, { error: "invalid_client" }))
      yield* Effect.flip(client.token)
      yield* Effect.flip(client.renew)
      assert.deepStrictEqual(lines, [])
    }))

  for (
    const [name, answer, advice] of [
      ["a wrong secret", Server.status(401, {}, { error: "invalid_client" }), "check clientId (ACME_CLIENT_ID) and"],
      ["a wrong scope", Server.status(400, {}, { error: "invalid_scope" }), "Check the scopes"],
      ["a redirect", Server.status(302, { location: "https://login.acme.test" }), "Check the token endpoint's URL"],
      ["no reply", Server.broken("ECONNRESET"), "The token request is retried"]
    ] as const
  ) {
    it.effect(`has what to do, and no secret: ${name}`, () =>
      Effect.gen(function*() {
        const { client, lines } = yield* logged([Server.token()], "Debug", answer)
        yield* client.token
        yield* TestClock.adjust("3590 seconds")
        yield* client.token
        yield* TestClock.adjust("9 seconds")
        const warnings = lines.filter((line) => line.startsWith("Warn"))
        assert.strictEqual(warnings.length, 1)
        assert.include(warnings[0], advice)
        assert.notInclude(lines.join("\n"), secret)
        assert.notInclude(lines.join("\n"), "token-1")
      }))
  }
})
