// Code that takes an HttpClient gets the token by `Routee.httpLayer`: here the client of an RPC service behind the API's
// gateway. `HttpApiClient.make` and generated clients take it the same way.
import { Routee } from "@mintmark/routee"
import * as Layer from "effect/Layer"
import * as Rpc from "effect/rpc/Rpc"
import * as RpcClient from "effect/rpc/RpcClient"
import * as RpcGroup from "effect/rpc/RpcGroup"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as Schema from "effect/Schema"

export class Numbers extends RpcGroup.make(
  Rpc.make("Double", { payload: { value: Schema.Finite }, success: Schema.Finite })
) {}

export const client = RpcClient.make(Numbers)

/** A path alone goes to the provider's API; another URL needs the option `apiOrigins`. */
export const ClientLive = RpcClient.layerProtocolHttp({ url: "/rpc" }).pipe(
  Layer.provide(RpcSerialization.layerNdjson),
  Layer.provide(Routee.httpLayer)
)
