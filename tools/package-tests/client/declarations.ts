// What an application exports of a provider's service, with types that the compiler has to name. The provider's package
// and `effect` are all that is installed.
import { authorization, makeFetch, retrySchedule, Routee as Service, type TokenError } from "@mintmark/routee"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

export const balance = Service.use((client) => client.http.get("/x"))
export const token = Service.use((client) => client.token)
export const header = Effect.map(token, authorization)
export const renewed = Service.use((client) => client.renew)
export const withScopes = Effect.map(Service, (client) => client.withScopes)
export const retried = Effect.retry(balance, retrySchedule({ times: 2 }))
export const events = Effect.map(Service, (client) => client.events)
export const reject = Effect.map(Service, (client) => client.reject)
export const attach = Effect.map(Service, (client) => client.attach)
export const http = Effect.map(Service, (client) => client.http)
export const live = Service.layerConfig()
export const test = Service.layerTest({ token: "token" })
export const httpLive = Service.httpLayer
export const source = Service.tokenSource
export const make = Service.make
export const api = makeFetch(live, Service)
export const reasonOf = (error: TokenError) => error.reason
export class Second extends Context.Service<Second, typeof Service.Service>()("a-user/Second") {}
