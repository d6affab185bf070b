/**
 * Routee's access tokens as an Effect service.
 *
 * @since 0.1.0
 */
import { routee } from "@mintmark/routee/Routee"
import type { RouteeScope } from "@mintmark/routee/Routee"
import * as Schema from "effect/Schema"
import { Service } from "./internal/service.ts"
import type { Options, Secret } from "./ProviderClient.ts"

export type { RouteeScope }

/**
 * What Routee's reply adds to OAuth's fields.
 *
 * @since 0.1.0
 * @category schemas
 */
export class RouteeReply extends Schema.Class<RouteeReply>("@mintmark/effect-3/RouteeReply")({
  /** The application's rights, such as `MT_ROLE_SMS`. */
  permissions: Schema.optional(Schema.Array(Schema.String))
}) {}

/**
 * What `Routee.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface RouteeOptions extends Options {
  /** The application's id. */
  readonly applicationId: string
  /** The application's secret, or an effect that reads it anew for each token request. */
  readonly applicationSecret: Secret
  /** The scopes to request; by default all that the application may have. */
  readonly scopes?: ReadonlyArray<RouteeScope> | undefined
}

/**
 * An application's account at Routee.
 *
 * It is configured by `ROUTEE_APPLICATION_ID`, `ROUTEE_APPLICATION_SECRET`, and optionally `ROUTEE_SCOPES` (spaces
 * between them) and `ROUTEE_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class Routee extends Service<Routee, RouteeOptions, ReadonlyArray<RouteeScope>>()(
  "@mintmark/effect-3/Routee",
  routee,
  (reply) => new RouteeReply(reply)
) {}
