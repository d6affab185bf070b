import * as Effect from "effect/Effect"
import * as Client from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { apiUrl, type Contestant } from "../Contestant.ts"

const prefix = "Bearer b2014e88-86ff-44fc-ac98-"

/** Headers like those of a token: one that the API always permits, and one that it always refuses. */
export const fixed = { permitted: `${prefix}999999999`, refused: `${prefix}0` }

/** Effect's `HttpClient`, with a header that is always the same in the token's place. */
export const fixedHeader = (authorization: string): Contestant => ({
  name: "Effect's HttpClient with a fixed header",
  how: "a request with an `authorization` that is always the same",
  open: async (setting) => {
    const runtime = ManagedRuntime.make(setting.transport.layer)
    const client = Client.mapRequest(
      await runtime.runPromise(Client.HttpClient),
      HttpClientRequest.setHeader("authorization", authorization)
    )
    const api = client.get(apiUrl(setting)).pipe(
      Effect.tap((response) => response.text),
      Effect.map(({ status }) => status)
    )
    return { api: () => Effect.runPromise(api), close: () => runtime.dispose() }
  }
})

/** The platform's `fetch`, with no header or with one that is always the same. */
export const fetchAlone = (authorization?: string): Contestant => ({
  name: authorization === undefined ? "fetch alone" : "fetch with a fixed header",
  how: authorization === undefined
    ? "a request without a token"
    : "a request with an `authorization` that is always the same",
  open: async ({ lifetime, origin, transport }) => {
    const init = authorization === undefined ? {} : { headers: { authorization } }
    return {
      api: async () => {
        const response = await transport.fetch(apiUrl({ lifetime, origin, transport }), init)
        await response.text()
        return response.status
      }
    }
  }
})
