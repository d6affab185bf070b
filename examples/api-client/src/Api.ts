// The part of Routee's API that this application uses, as data. Nothing here knows of tokens.
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as Schema from "effect/Schema"

export const Balance = Schema.Struct({
  balance: Schema.Finite,
  currency: Schema.Struct({ code: Schema.String })
})

export const Sms = Schema.Struct({
  from: Schema.String,
  to: Schema.String,
  body: Schema.String
})

export const Receipt = Schema.Struct({
  trackingId: Schema.String,
  status: Schema.String
})

/** What Routee says of a request that it refuses. */
const Refusal = Schema.Struct({ code: Schema.String, developerMessage: Schema.String })

const refusals = [400, 401, 403].map((status) => Refusal.pipe(HttpApiSchema.status(status)))

export const Api = HttpApi.make("routee").add(
  HttpApiGroup.make("accounts").add(
    HttpApiEndpoint.get("balance", "/accounts/me/balance", { success: Balance, error: refusals })
  ),
  HttpApiGroup.make("sms").add(
    HttpApiEndpoint.post("send", "/sms", { payload: Sms, success: Receipt, error: refusals })
  )
)
