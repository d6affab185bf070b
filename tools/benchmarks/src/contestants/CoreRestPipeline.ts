import {
  bearerTokenAuthenticationPolicy,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  type SendRequest
} from "@azure/core-rest-pipeline"
import { apiUrl, type Contestant, type Setting } from "../Contestant.ts"
import { handWritten } from "./HandWritten.ts"

const scopes = ["benchmark"]

/** It has no token request of its own: its credential is the one written by hand. */
export const coreRestPipeline: Contestant = {
  name: "@azure/core-rest-pipeline",
  package: "@azure/core-rest-pipeline",
  how: "`bearerTokenAuthenticationPolicy` over a credential written by hand; a cached token is one pass through the "
    + "policy with an empty request behind it; it requires https, so its HTTP client sends to loopback",
  endsEarly: 1,
  open: async (setting) => {
    const byHand = await handWritten.open(setting)
    const policy = () =>
      bearerTokenAuthenticationPolicy({
        scopes,
        credential: {
          getToken: async () => {
            const token = await byHand?.request?.()
            return isToken(token) ? { token: token.value, expiresOnTimestamp: token.expiresAt } : null
          }
        }
      })
    const cached = policy()
    const pass = createPipelineRequest({ url: "https://api.benchmark.test/" })
    const answer: SendRequest = (request) => Promise.resolve({ request, status: 200, headers: createHttpHeaders() })

    const pipeline = createEmptyPipeline()
    pipeline.addPolicy(cached)
    return {
      token: () => cached.sendRequest(pass, answer),
      api: async () => {
        const request = createPipelineRequest({ url: "https://api.benchmark.test/" })
        return (await pipeline.sendRequest(loopback(setting), request)).status
      }
    }
  }
}

const loopback = (setting: Setting): HttpClient => ({
  sendRequest: async (request) => {
    const { status, text } = await setting.transport.send({
      url: apiUrl(setting),
      method: "GET",
      headers: request.headers.toJSON()
    })
    return { request, status, bodyAsText: text, headers: createHttpHeaders() }
  }
})

const isToken = (token: unknown): token is { readonly value: string; readonly expiresAt: number } =>
  typeof token === "object" && token !== null && "value" in token && "expiresAt" in token
