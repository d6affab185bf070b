/*
 * Effect's own exporters send what they know of a program to another one. Every byte of it is searched for secrets.
 */
import { assert, layer } from "@effect/vitest"
import * as Answer from "@mintmark/sandbox/Answer"
import * as Sandbox from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { canaries, findCanaries } from "./support/canaries.ts"
import { everyone, secretOf, type Subject } from "./support/everyone.ts"
import { exporters } from "./support/telemetry.ts"
import { lookForSecretsOf } from "./support/Witness.ts"

const accounts = everyone.map(({ account }) => account)

/** Ordinary use and failures of an account, in spans whose results are tokens, responses and errors. */
const use = Effect.fnUntraced(function*(subject: Subject) {
  const sandbox = yield* Sandbox.Sandbox
  const baseUrl = sandbox.urls[subject.name]
  const client = yield* subject.make(Redacted.make(secretOf(subject)), baseUrl)
  const request = HttpClientRequest.get(subject.path).pipe(
    HttpClientRequest.setHeader("accept", "application/vnd.newvoicemedia.v4+json")
  )
  const see = <A, E, R>(name: string, call: Effect.Effect<A, E, R>) =>
    call.pipe(
      Effect.tap((value) => {
        lookForSecretsOf(value)
        return Effect.logInfo("a success", value)
      }),
      Effect.tapError((error) => Effect.logError("a failure", error)),
      Effect.tapCause((cause) => Effect.annotateCurrentSpan({ cause })),
      Effect.tap((value) => Effect.annotateCurrentSpan({ value })),
      Effect.withSpan(name, { attributes: { client, subject: subject.name } }),
      Effect.withLogSpan(name),
      Effect.annotateLogs({ client }),
      Effect.exit
    )

  yield* see("token", client.token)
  yield* see("request", client.http.execute(request))
  yield* sandbox.revoke()
  yield* see("request again", client.http.execute(request))
  yield* see("renew", client.renew)
  yield* see("elsewhere", client.http.execute(HttpClientRequest.get("https://elsewhere.example/")))
  yield* see("nowhere", client.http.get("/nowhere"))
  // A server that repeats what it was sent.
  yield* sandbox.script({ kind: "token" }, [
    Answer.quoting(400, "invalid_scope"),
    Answer.oauthError(400, "invalid_scope", `not ${secretOf(subject)} nor ${canaries.token}`)
  ])
  yield* see("refused", client.renew)
  yield* see("refused again", client.renew)
  yield* sandbox.clear
  const wrong = yield* subject.make(Redacted.make(`${secretOf(subject)}?`), baseUrl)
  yield* see("wrong", wrong.token)
})

layer(Sandbox.Sandbox.layer({ accounts }), { excludeTestServices: true })("No secret is sent by", (it) => {
  for (const [name, open] of Object.entries(exporters)) {
    it.effect(`${name} whatever is in spans, metrics and logs`, () =>
      Effect.gen(function*() {
        const { layer, received } = yield* open
        const used = Effect.scoped(Effect.forEach(everyone, use, { discard: true }))
        yield* Effect.provide(used, Layer.merge(FetchHttpClient.layer, layer), { local: true })
        const text = received()
        for (const each of everyone) assert.include(text, each.name)
        // The spans of the token requests and of the application, metrics, and the results of each.
        for (
          const known of [
            "TokenSource.request",
            "mintmark_token_requests",
            "CredentialsRefused",
            "renew"
          ]
        ) assert.include(text, known)
        assert.deepStrictEqual(findCanaries(text), [])
      }))
  }
})
