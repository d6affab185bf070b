import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as Client from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { apiUrl, type Contestant, credentials, tokenUrl } from "../Contestant.ts"

const authorization = `Basic ${btoa(`${credentials.id}:${credentials.secret}`)}`

/** The other floor: Effect's client without us. */
export const httpClient: Contestant = {
  name: "Effect's HttpClient alone",
  package: "effect",
  how: "`execute` on a request that is made once, and `json`; nothing is cached, and the API request has no token",
  open: async (setting) => {
    const runtime = ManagedRuntime.make(setting.transport.layer)
    const client = await runtime.runPromise(Client.HttpClient)
    const tokenRequest = HttpClientRequest.post(tokenUrl(setting), {
      acceptJson: true,
      headers: { authorization },
      body: HttpBody.text("grant_type=client_credentials", "application/x-www-form-urlencoded")
    })
    const token = Effect.flatMap(client.execute(tokenRequest), (response) => response.json)
    const api = client.get(apiUrl(setting)).pipe(
      Effect.tap((response) => response.text),
      Effect.map(({ status }) => status)
    )
    return {
      request: () => Effect.runPromise(token),
      api: () => Effect.runPromise(api),
      close: () => runtime.dispose()
    }
  }
}
