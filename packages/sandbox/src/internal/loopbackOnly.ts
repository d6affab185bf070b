import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

const loopbackNames = new Set(["127.0.0.1", "localhost", "[::1]"])

const refusal = (status: number, error: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe({ error }, { status })

type Refusal = HttpServerResponse.HttpServerResponse | undefined

// A name that was made to resolve to this machine (DNS rebinding) is in the Host header of each such request.
const refusalOfHost = ({ headers: { host = "" } }: HttpServerRequest.HttpServerRequest): Refusal => {
  const address = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined
  return address?.host === host.toLowerCase() && loopbackNames.has(address.hostname)
    ? undefined
    : refusal(403, "The Host header must have a loopback name.")
}

const refusalOfPage = (request: HttpServerRequest.HttpServerRequest): Refusal => {
  const { host, origin, "content-type": contentType, "sec-fetch-site": site } = request.headers
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    return refusal(403, "Requests of other pages are refused.")
  }
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return refusal(403, "Requests of other sites are refused.")
  }
  // A page elsewhere can send a form or plain text without asking first, but not JSON.
  if (request.method === "POST" && contentType?.split(";", 1)[0]?.trim().toLowerCase() !== "application/json") {
    return refusal(415, "The body must be application/json.")
  }
  return undefined
}

const unless = (refusalOf: (request: HttpServerRequest.HttpServerRequest) => Refusal) =>
<E, R>(
  answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest> =>
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const refused = refusalOf(request)
    return refused === undefined ? answer : Effect.succeed(refused)
  })

/** Accepts requests to this machine by a loopback name. */
export const loopbackHost = unless(refusalOfHost)

/** Accepts programs on this machine and the sandbox's own page, and no other page in a browser here. */
export const loopbackOnly = unless((request) => refusalOfHost(request) ?? refusalOfPage(request))
