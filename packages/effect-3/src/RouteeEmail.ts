/**
 * The access tokens of Routee's separate server for Email v1, as an Effect service.
 *
 * @since 0.1.0
 */
import { routeeEmail } from "@mintmark/routee/RouteeEmail"
import { addsNothing, Service } from "./internal/service.ts"
import type { Options, Secret } from "./ProviderClient.ts"

/**
 * What `RouteeEmail.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface RouteeEmailOptions extends Options {
  /** The application's id. */
  readonly applicationId: string
  /** The application's secret, or an effect that reads it anew for each token request. */
  readonly applicationSecret: Secret
}

/**
 * An application's account at Routee's separate server for Email v1.
 *
 * It is configured by `ROUTEE_EMAIL_APPLICATION_ID`, `ROUTEE_EMAIL_APPLICATION_SECRET`, and optionally
 * `ROUTEE_EMAIL_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class RouteeEmail extends Service<RouteeEmail, RouteeEmailOptions>()(
  "@mintmark/effect-3/RouteeEmail",
  routeeEmail,
  addsNothing
) {}
