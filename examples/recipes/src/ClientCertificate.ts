import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Discovery from "@mintmark/core/Discovery"
import { OAuthServer } from "@mintmark/core/OAuthServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

interface Options {
  readonly issuer: string
  readonly apiUrl: string
  readonly clientId: string
  /** `cert` and `key` in PEM; `ca` for a server with an authority of its own. */
  readonly certificate: { readonly cert?: string; readonly key?: string; readonly ca?: string }
}

/** A client that authenticates by its certificate, where the server has an endpoint of its own for these. */
export const withCertificate = ({ certificate, issuer, ...options }: Options) =>
  Layer.unwrap(Effect.gen(function*() {
    const { mtlsEndpointAliases, tokenEndpoint } = yield* yield* Discovery.make({ id: "acme", issuer })
    return OAuthServer.layer({
      ...options,
      tokenEndpoint: mtlsEndpointAliases?.tokenEndpoint ?? tokenEndpoint,
      clientAuthentication: ClientAuthentication.none
    })
  })).pipe(Layer.provide(NodeHttpClient.layerUndiciOptions({ connect: certificate })))
