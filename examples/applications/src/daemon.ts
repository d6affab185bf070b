// A daemon: reads the balance every minute until the process is told to end. `Layer.launch` keeps it running, and closes
// all of it, token requests included, on SIGINT and SIGTERM.
import { retrySchedule, Routee } from "@mintmark/routee"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"

export const watch = Effect.gen(function*() {
  const routee = yield* Routee
  const read = Effect.flatMap(routee.http.get("/accounts/me/balance"), ({ json }) => json)
  yield* read.pipe(
    // A token that can't be obtained is waited for; what no wait helps ends this round, and not the daemon.
    Effect.retry(retrySchedule()),
    Effect.flatMap((balance) => Effect.log("balance", balance)),
    Effect.catch((error) => Effect.logError("the balance could not be read", error)),
    Effect.repeat(Schedule.spaced("1 minute"))
  )
})

export const daemon = Layer.effectDiscard(Effect.forkScoped(watch))
