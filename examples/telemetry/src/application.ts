// An application that uses a provider. Its telemetry goes wherever the Layer that it is given sends it.
import { retrySchedule } from "@mintmark/core/TokenError"
import { Routera } from "@mintmark/routera"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

const readAccount = Effect.gen(function*() {
  const routera = yield* Routera
  yield* Effect.retry(routera.http.get("/me"), retrySchedule())
}).pipe(Effect.withSpan("readAccount"))

/** Reads the account every 50 ms, for a while. */
export const application = readAccount.pipe(Effect.repeat({ schedule: Schedule.spaced("50 millis"), times: 70 }))
