import * as Routee from "@mintmark/routee/Routee"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { type Contestant, credentials } from "../Contestant.ts"

export const mintmark: Contestant = {
  name: "Mintmark",
  package: "@mintmark/core",
  how: "`Routee.layer`, and from it `token`, `renew` and `http`",
  open: async ({ lifetime, origin, transport }) => {
    const runtime = ManagedRuntime.make(
      Routee.Routee.layer({
        applicationId: credentials.id,
        applicationSecret: Redacted.make(credentials.secret),
        baseUrl: `${origin}/${lifetime}`
      }).pipe(Layer.provide(transport.layer))
    )
    const routee = await runtime.runPromise(Routee.Routee)
    const api = routee.http.get("/accounts/me/balance").pipe(
      Effect.tap((response) => response.text),
      Effect.map(({ status }) => status)
    )
    return {
      token: () => Effect.runPromise(routee.token),
      tokenEffect: routee.token,
      request: () => Effect.runPromise(routee.renew),
      api: () => Effect.runPromise(api),
      close: () => runtime.dispose()
    }
  }
}
