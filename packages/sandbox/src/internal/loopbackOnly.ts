import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"

const loopbackNames = new Set(["127.0.0.1", "localhost", "[::1]"])

const refusal = (status: number, error: string): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe({ error }, { status })

type Refusal = HttpServerResponse.HttpServerResponse | undefined

// A name that somebody made to point here (DNS rebinding) is in the Host header of every request that it brings.
const refusalOfHost = ({ headers: { host = "" } }: HttpServerRequest.HttpServerRequest): Refusal => {
  const address = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined
  return address?.host === host.toLowerCase() && loopbackNames.has(address.hostname)
    ? undefined
    : refusal(403, "Only a loopback name may stand in Host.")
}

const refusalOfPage = (request: HttpServerRequest.HttpServerRequest): Refusal => {
  const { host, origin, "content-type": contentType, "sec-fetch-site": site } = request.headers
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
    return refusal(403, "Another page may not ask.")
  }
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return refusal(403, "Another site may not ask.")
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

/** Lets in whoever calls this machine by a name of its own. */
export const loopbackHost = unless(refusalOfHost)

/** Lets in programs on this machine and the sandbox's own page, and nobody who merely has a browser here. */
export const loopbackOnly = unless((request) => refusalOfHost(request) ?? refusalOfPage(request))
