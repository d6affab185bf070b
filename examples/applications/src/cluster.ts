// An entity of a cluster that calls Routee: each customer has one, on whichever runner of the cluster it lives. All
// entities of a runner share the runner's token; a shared store (see the fleet) makes it one for all runners.
import { Routee, TokenErrorSchema } from "@mintmark/routee"
import * as Entity from "effect/cluster/Entity"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Rpc from "effect/rpc/Rpc"
import * as Schema from "effect/Schema"

/** The caller may be another process: it gets the `TokenError` as the runner has it, with its reason and `retryAt`. */
export const Customer = Entity.make("Customer", [
  Rpc.make("Remind", { payload: { body: Schema.String }, success: Schema.Finite, error: TokenErrorSchema })
])

export const CustomerLive = Customer.toLayer(Effect.gen(function*() {
  const routee = yield* Routee
  const { entityId } = yield* Entity.CurrentAddress
  let sent = 0
  return Customer.of({
    Remind: ({ payload }) =>
      HttpClientRequest.post("/sms").pipe(
        HttpClientRequest.bodyJsonUnsafe({ from: "Mintmark", to: `+${entityId}`, body: payload.body }),
        HttpClient.filterStatusOk(routee.http).execute,
        Effect.map(() => ++sent),
        // What Routee's API refuses is a defect here; what an application can handle belongs into `error`.
        Effect.catchTag("HttpClientError", Effect.die)
      )
  })
}))
