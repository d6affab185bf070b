// What the application does, whatever framework it is in.
import { retrySchedule, Routee, TokenError } from "@mintmark/routee"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Schema from "effect/Schema"

const Balance = Schema.Struct({ balance: Schema.Finite })

/** An error as a response: a token that can be obtained later is a 503 with the seconds to wait, everything else a 502. */
export interface Problem {
  readonly status: 502 | 503
  readonly retryAfter: number | undefined
}

export const balance = Effect.gen(function*() {
  const routee = yield* Routee
  // Waits for `retryAt`, but for no longer than a person waits for a page.
  const http = routee.http.pipe(
    HttpClient.filterStatusOk,
    HttpClient.retry(retrySchedule({ times: 2, duration: "3 seconds" }))
  )
  const response = yield* http.get("/accounts/me/balance")
  return yield* HttpClientResponse.schemaBodyJson(Balance)(response)
}).pipe(Effect.mapError((error): Problem => {
  const isLater = error instanceof TokenError && error.isRetryable
  const wait = isLater && error.retryAt !== undefined ? Math.max(1, Math.ceil((error.retryAt - Date.now()) / 1000)) : 1
  return isLater ? { status: 503, retryAfter: wait } : { status: 502, retryAfter: undefined }
}))
