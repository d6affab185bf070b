// An HTTP client that writes down what it sends. For the quickstart's `--live`; an application reads Mintmark's spans,
// metrics and events instead.
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { LogEntry } from "./figures.ts"

const readReply = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({
  access_token: Schema.String,
  expires_in: Schema.optional(Schema.Union([Schema.Finite, Schema.FiniteFromString])),
  scope: Schema.optional(Schema.String)
})))

export const recording = (
  http: HttpClient.HttpClient,
  provider: string,
  log: Array<LogEntry>
): HttpClient.HttpClient => {
  const names = new Map<string, string>()
  const nameOf = (token: string): string => {
    const name = names.get(token) ?? `token ${names.size + 1}`
    names.set(token, name)
    return name
  }

  return HttpClient.transform(http, (send, request) =>
    Effect.gen(function*() {
      const [scheme = "", credentials = ""] = request.headers["authorization"]?.split(" ") ?? []
      const form = formOf(request)
      const grant = form.get("grant_type")
      if (grant === null) {
        log.push({ kind: "api", provider, tokenType: scheme, token: nameOf(credentials) })
        return yield* send
      }
      const asked = {
        kind: "token",
        provider,
        grant,
        placement: scheme === "" ? form.has("client_secret") ? "body" : "none" : scheme.toLowerCase()
      } as const
      const response = yield* send
      if (response.status !== 200) {
        log.push({ ...asked, token: undefined, scopes: [], lifetime: undefined })
        return response
      }
      const body = yield* response.text
      const reply = Option.getOrUndefined(readReply(body))
      log.push({
        ...asked,
        token: reply === undefined ? undefined : nameOf(reply.access_token),
        scopes: (reply?.scope ?? form.get("scope") ?? "").split(" ").filter((scope) => scope !== ""),
        lifetime: reply?.expires_in
      })
      return HttpClientResponse.fromWeb(request, new Response(body, { headers: response.headers }))
    }))
}

const formOf = ({ body }: HttpClientRequest.HttpClientRequest): URLSearchParams =>
  new URLSearchParams(body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : "")
