// The providers that the quickstart visits. Each is the service of its package, made from configuration.
import type * as ProviderClient from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import { Routee } from "@mintmark/routee/Routee"
import { Routera } from "@mintmark/routera/Routera"
import { Voipex } from "@mintmark/voipex/Voipex"
import { VonageContactCenter } from "@mintmark/vonage-contact-center/VonageContactCenter"
import { VonageContactCenterV0 } from "@mintmark/vonage-contact-center/VonageContactCenterV0"
import type { ConfigError } from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"

/** What the services have in common, whatever their scopes and replies. */
export type Client = ProviderClient.ProviderClient<unknown, never>

export interface Provider {
  readonly name: string
  /** What the sandbox calls it. */
  readonly id: string
  /** The environment variables of the credentials. */
  readonly credentials: ReadonlyArray<string>
  /** The variables of the other settings without which there is no token. */
  readonly required?: ReadonlyArray<string>
  /** A request that changes nothing: of the sandbox's API, and of the real one where such a request is known. */
  readonly request: {
    readonly sandbox: HttpClientRequest.HttpClientRequest
    readonly live?: HttpClientRequest.HttpClientRequest
  }
  /** The service, which ends with the scope. */
  readonly open: Effect.Effect<Client, ConfigError | TokenError, HttpClient | Scope>
}

const service = <Self, Shape extends Client>(
  tag: Context.Key<Self, Shape>,
  layer: Layer.Layer<Self, ConfigError | TokenError, HttpClient>
): Provider["open"] => Effect.map(Layer.build(layer), (context) => Context.get(context, tag))

// Vonage requires the version of the API in this header, which Mintmark does not change.
const vonageV0Accept = { accept: "application/json;version=6" }
const vonageAccept = { accept: "application/vnd.newvoicemedia.v2+json" }

export const providers: ReadonlyArray<Provider> = [
  {
    name: "Routee",
    id: "routee",
    credentials: ["ROUTEE_APPLICATION_ID", "ROUTEE_APPLICATION_SECRET"],
    request: {
      sandbox: HttpClientRequest.get("/accounts/me/balance"),
      live: HttpClientRequest.get("/accounts/me/balance")
    },
    open: service(Routee, Routee.layerConfig())
  },
  {
    name: "Routera",
    id: "routera",
    credentials: ["ROUTERA_CLIENT_ID", "ROUTERA_CLIENT_SECRET"],
    request: { sandbox: HttpClientRequest.get("/me") },
    open: service(Routera, Routera.layerConfig())
  },
  {
    name: "Voipex",
    id: "voipex",
    credentials: ["VOIPEX_USERNAME", "VOIPEX_PASSWORD"],
    request: { sandbox: HttpClientRequest.get("/me") },
    open: service(Voipex, Voipex.layerConfig())
  },
  {
    name: "Vonage V0",
    id: "vonage-contact-center-v0",
    credentials: ["VONAGE_CONTACT_CENTER_V0_ACCOUNT_KEY", "VONAGE_CONTACT_CENTER_V0_API_TOKEN"],
    required: ["VONAGE_CONTACT_CENTER_V0_REGION"],
    request: { sandbox: HttpClientRequest.get("/v0/a1b2c3d4e5/calls/", vonageV0Accept) },
    open: service(VonageContactCenterV0, VonageContactCenterV0.layerConfig())
  },
  {
    name: "Vonage",
    id: "vonage-contact-center",
    credentials: ["VONAGE_CONTACT_CENTER_CLIENT_ID", "VONAGE_CONTACT_CENTER_CLIENT_SECRET"],
    required: ["VONAGE_CONTACT_CENTER_REGION", "VONAGE_CONTACT_CENTER_SCOPES"],
    request: { sandbox: HttpClientRequest.get("/useradmin/users", vonageAccept) },
    open: service(VonageContactCenter, VonageContactCenter.layerConfig())
  }
]
