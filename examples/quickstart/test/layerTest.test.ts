import { assert, it } from "@effect/vitest"
import { Routee } from "@mintmark/routee"
import { Effect } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"

const sendSms = Effect.gen(function*() {
  const routee = yield* Routee
  const response = yield* routee.http.post("/sms")
  return yield* response.json
})

it.effect("an SMS is sent with the token", () => {
  const requests: Array<string> = []
  const http = HttpClient.make((request, url) =>
    Effect.sync(() => {
      requests.push(`${request.method} ${url} ${request.headers["authorization"]}`)
      return HttpClientResponse.fromWeb(request, Response.json({ status: "Queued" }))
    })
  )
  return Effect.gen(function*() {
    assert.deepStrictEqual(yield* sendSms, { status: "Queued" })
    assert.deepStrictEqual(requests, ["POST https://connect.routee.net/sms Bearer my-token"])
  }).pipe(Effect.provide(Routee.layerTest({ token: "my-token", http })))
})
