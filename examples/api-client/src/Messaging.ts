// A small API client: what the rest of the application sees of Routee.
import { Routee } from "@mintmark/routee"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { Api, type Balance, type Receipt, type Sms } from "./Api.ts"

export class MessagingError extends Schema.TaggedError<MessagingError>()("MessagingError", {
  message: Schema.String,
  cause: Schema.Defect()
}) {}

export class Messaging extends Context.Service<Messaging, {
  readonly balance: Effect.Effect<typeof Balance.Type, MessagingError>
  readonly send: (sms: typeof Sms.Type) => Effect.Effect<typeof Receipt.Type, MessagingError>
}>()("example/Messaging") {
  static readonly layer = Layer.effect(
    Messaging,
    Effect.gen(function*() {
      const { http } = yield* Routee
      // Retries go around the client that carries the token, so that each of them carries the current one.
      const reading = yield* HttpApiClient.makeWith(Api, {
        httpClient: http.pipe(HttpClient.retryTransient({ schedule: Schedule.exponential("100 millis"), times: 3 }))
      })
      // An SMS whose fate isn't known must not be sent again. One that was refused for its token was not accepted: that
      // it is sent once more, with another token, does no harm.
      const sending = yield* HttpApiClient.makeWith(Api, { httpClient: http })

      return Messaging.of({
        balance: Effect.mapError(reading.accounts.balance(), explained("the balance could not be read")),
        send: (sms) => Effect.mapError(sending.sms.send({ payload: sms }), explained("the SMS was not sent"))
      })
    })
  )
}

/** A refusal of Routee's has its explanation in `developerMessage`; every other error is one, and has a message. */
const explained = (what: string) => (cause: { readonly developerMessage: string } | Error) =>
  new MessagingError({ message: `${what}: ${cause instanceof Error ? cause.message : cause.developerMessage}`, cause })
