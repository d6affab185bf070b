/**
 * Routera's access tokens as an Effect service.
 *
 * @since 0.1.0
 */
import { routera } from "@mintmark/routera/Routera"
import { addsNothing, Service } from "./internal/service.ts"
import type { Options, Secret } from "./ProviderClient.ts"

/**
 * What `Routera.layer` takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface RouteraOptions extends Options {
  /** The client's id. */
  readonly clientId: string
  /** The client's secret, or an effect that reads it anew for each token request. */
  readonly clientSecret: Secret
  /** Scopes to request. Routera documents none. */
  readonly scopes?: ReadonlyArray<string> | undefined
}

/**
 * A client's account at Routera.
 *
 * It is configured by `ROUTERA_CLIENT_ID`, `ROUTERA_CLIENT_SECRET`, and optionally `ROUTERA_SCOPES` (spaces between
 * them) and `ROUTERA_BASE_URL`.
 *
 * @since 0.1.0
 * @category services
 */
export class Routera extends Service<Routera, RouteraOptions, ReadonlyArray<string>>()(
  "@mintmark/effect-3/Routera",
  routera,
  addsNothing
) {}
