import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Https from "node:https"
import { refusingOrigin, Sandbox } from "../src/index.ts"

/** The status, or the code of what went wrong. */
const get = (url: string, ca?: string) =>
  Effect.callback<number | string>((resume) => {
    const request = Https.get(url, { agent: false, ...(ca === undefined ? {} : { ca }) }, (response) => {
      response.resume()
      resume(Effect.succeed(response.statusCode ?? 0))
    })
    request.on("error", (error: NodeJS.ErrnoException) => resume(Effect.succeed(error.code ?? error.message)))
  })

const statuses = Effect.gen(function*() {
  const { certificate, origin, at } = yield* Sandbox
  assert.match(origin, /^https:\/\/127\.0\.0\.1:\d+$/)
  return {
    untrusting: yield* get(at("https://api.routera.io/me")),
    trusting: yield* get(at("https://api.routera.io/me"), certificate)
  }
})

describe("A sandbox over TLS", () => {
  it.effect("is trusted by a client that has its certificate, and by no other", () =>
    Effect.gen(function*() {
      const { untrusting, trusting } = yield* statuses
      assert.strictEqual(trusting, 401)
      assert.match(String(untrusting), /SELF_SIGNED/)
    }).pipe(Effect.provide(Sandbox.layer({ tls: "self-signed" }))))

  it.effect("can have another name", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* statuses).trusting, "ERR_TLS_CERT_ALTNAME_INVALID")
    }).pipe(Effect.provide(Sandbox.layer({ tls: "wrong-name" }))))

  it.effect("can have an expired certificate", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* statuses).trusting, "CERT_HAS_EXPIRED")
    }).pipe(Effect.provide(Sandbox.layer({ tls: "expired" }))))
})

describe("A refusing origin", () => {
  it.effect("refuses connections", () =>
    Effect.gen(function*() {
      const origin = yield* refusingOrigin
      assert.strictEqual(yield* get(origin.replace("http:", "https:")), "ECONNREFUSED")
    }))
})
