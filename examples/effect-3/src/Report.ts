// What the rest of the application uses: it knows two APIs, and no token.
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Routee, VonageContactCenter } from "@mintmark/effect-3"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const Balance = Schema.Struct({ balance: Schema.Number, currency: Schema.Struct({ code: Schema.String }) })

const Stats = Schema.Struct({ agents: Schema.Number, calls: Schema.Number })

export class Report extends Effect.Service<Report>()("Report", {
  effect: Effect.gen(function*() {
    const routee = HttpClient.filterStatusOk((yield* Routee).http)
    const vonage = HttpClient.filterStatusOk((yield* VonageContactCenter).http)
    return {
      balance: Effect.flatMap(routee.get("/accounts/me/balance"), HttpClientResponse.schemaBodyJson(Balance)),
      stats: Effect.flatMap(
        vonage.get("/stats", { headers: { accept: "application/vnd.newvoicemedia.v3+json" } }),
        HttpClientResponse.schemaBodyJson(Stats)
      )
    }
  })
}) {}
