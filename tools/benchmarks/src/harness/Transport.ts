import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { constTrue } from "effect/Function"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { Agent as NodeAgent, type IncomingMessage, request as nodeRequest } from "node:http"
import { Agent, request as undiciRequest } from "undici"

/** What carries the requests. A contestant that can be given one is given it. */
export interface Transport {
  readonly name: "fetch" | "undici" | "node:http"
  /** The least that it takes, for what is written by hand and for interfaces of a contestant's own. */
  readonly send: (request: Request) => Promise<Reply>
  /** Its `fetch`; what isn't one by itself is made one in a few lines on top of `send`. */
  readonly fetch: typeof globalThis.fetch
  readonly layer: Layer.Layer<HttpClient.HttpClient>
  readonly agent: NodeAgent
}

interface Request {
  readonly url: string
  readonly method: "GET" | "POST"
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

interface Reply {
  readonly status: number
  readonly text: string
}

/** At most so many connections for each contestant, so that a burst of callers meets the contestant and not the sockets' limits. */
const connections = 128

const agent = new NodeAgent({ keepAlive: true, maxSockets: connections })

const dispatcher = new Agent({ connections })

const nodeFetch: Transport = {
  name: "fetch",
  send: async ({ body = null, headers, method, url }) => {
    const response = await globalThis.fetch(url, { method, headers, body })
    return { status: response.status, text: await response.text() }
  },
  fetch: globalThis.fetch,
  layer: FetchHttpClient.layer,
  agent
}

const undici: Transport = {
  name: "undici",
  send: async ({ body = null, headers, method, url }) => {
    const response = await undiciRequest(url, { method, headers, body, dispatcher })
    return { status: response.statusCode, text: await response.body.text() }
  },
  fetch: (input, init) => fetchBy(undici, input, init),
  layer: Layer.provide(
    NodeHttpClient.layerUndiciNoDispatcher,
    Layer.succeed(NodeHttpClient.Dispatcher, dispatcher)
  ),
  agent
}

const nodeHttp: Transport = {
  name: "node:http",
  send: ({ body, headers, method, url }) =>
    new Promise((resolve, reject) => {
      const read = (response: IncomingMessage) => {
        let text = ""
        response.setEncoding("utf8")
        response.on("data", (chunk: string) => text += chunk)
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }))
      }
      nodeRequest(url, { method, headers, agent }, read).on("error", reject).end(body)
    }),
  fetch: (input, init) => fetchBy(nodeHttp, input, init),
  layer: NodeHttpClient.layerNodeHttpOptions({ keepAlive: true, maxSockets: connections }),
  agent
}

export const transports = { fetch: nodeFetch, undici, "node:http": nodeHttp } as const

/** The same transport, whose `HttpClient` starts no span for a request. */
export const withoutSpans = (transport: Transport): Transport => ({
  ...transport,
  layer: Layer.provide(transport.layer, Layer.succeed(HttpClient.TracerDisabledWhen, constTrue))
})

const fetchBy = async (
  transport: Transport,
  input: Parameters<typeof globalThis.fetch>[0],
  init: RequestInit | undefined
): Promise<Response> => {
  const asked = input instanceof Request ? input : { ...init, url: String(input) }
  const { status, text } = await transport.send({
    url: asked.url,
    method: asked.method?.toUpperCase() === "POST" ? "POST" : "GET",
    headers: plain(asked.headers),
    body: init?.body === undefined || init.body === null ? undefined : String(init.body)
  })
  return new Response(text, { status, headers: { "content-type": "application/json" } })
}

const plain = (headers: HeadersInit | undefined): Record<string, string> =>
  headers === undefined
    ? {}
    : headers instanceof Headers || Array.isArray(headers)
    ? Object.fromEntries(headers)
    : headers
