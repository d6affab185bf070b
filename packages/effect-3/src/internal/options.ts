import type * as ProviderClient4 from "@mintmark/core/ProviderClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Options, Secret } from "../ProviderClient.ts"
import { fromRedacted } from "./accessToken.ts"
import type { ToEngine } from "./bridge.ts"

/** The options that every provider takes, for the engine. */
export const fromOptions = <Own extends Options>(options: Own) => ({
  ...options,
  deadline: millis(options.deadline),
  assumedLifetime: millis(options.assumedLifetime)
})

/** A secret, for the engine. What is no secret is passed on: the engine says by name what is wrong with it. */
export const fromSecret = (secret: Secret, toEngine: ToEngine): ProviderClient4.Secret =>
  Redacted.isRedacted(secret)
    ? fromRedacted(secret)
    : Effect.isEffect(secret)
    ? toEngine(Effect.map(secret, fromRedacted))
    : secret

const millis = (duration: Duration.DurationInput | undefined): number | undefined =>
  duration === undefined ? undefined : Duration.toMillis(duration)
