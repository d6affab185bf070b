import type { AccessToken } from "@mintmark/core/AccessToken"
import * as Authorization from "@mintmark/core/Authorization"
import type { ClientAuthentication } from "@mintmark/core/ClientAuthentication"
import * as ReplyReader from "@mintmark/core/internal/engine/ReplyReader"
import * as TokenEndpoint from "@mintmark/core/internal/http/TokenEndpoint"
import { isLoopback } from "@mintmark/core/internal/http/url"
import { credentialsOf, givenOf } from "@mintmark/core/internal/request/account"
import { resolve, type Resolved } from "@mintmark/core/internal/request/resolve"
import * as TokenRequest from "@mintmark/core/internal/request/TokenRequest"
import type { TokenError } from "@mintmark/core/TokenError"

import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Dns from "effect/net/Dns"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { isIP } from "node:net"
import { conclude, type Conclusion } from "../Conclusion.ts"
import * as Connection from "../Connection.ts"
import * as Evidence from "../Evidence.ts"
import * as Exchange from "../Exchange.ts"
import * as ExitCode from "../ExitCode.ts"
import * as Providers from "../Providers.ts"
import * as Server from "../Server.ts"
import * as Session from "../Session.ts"
import * as Settings from "../Settings.ts"
import * as Snippet from "../Snippet.ts"
import { whileWaiting } from "../Spinner.ts"
import type { Finding } from "./Finding.ts"
import * as Secret from "./Secret.ts"

/** What to examine. */
export interface Subject extends Session.Parameters {
  /** Where to put the credentials, instead of the provider's own placement. */
  readonly placement: ClientAuthentication | undefined
  /** The path of an API request to send, instead of the one that is known. */
  readonly call: string | undefined
}

/** What an examination came to. */
export interface Examined {
  readonly evidence: Evidence.Evidence
  readonly conclusion: Conclusion
}

/** Ends the examination: what comes after would depend on what failed. */
class Stop extends Data.TaggedError("Stop")<{
  readonly finding: Finding
  readonly evidence: Evidence.Evidence
  /** Where it doesn't follow from the evidence. */
  readonly conclusion?: Conclusion
}> {}

type Tell = (finding: Finding) => Effect.Effect<void>

/**
 * Looks at everything between the settings and the API, in order, tells what it finds as it finds it, and concludes. It
 * sends one token request, and no other after it.
 */
export const examine = Effect.fnUntraced(function*(subject: Subject, tell: Tell) {
  const { envFile } = subject
  return yield* look(subject, tell).pipe(
    Effect.flatMap((evidence) => Evidence.complete(evidence, envFile)),
    Effect.map((evidence): Examined => ({ evidence, conclusion: conclude(evidence) })),
    Effect.catchTag("Stop", ({ conclusion, evidence, finding }) =>
      Effect.gen(function*() {
        yield* tell(finding)
        const complete = yield* Evidence.complete(evidence, envFile)
        return { evidence: complete, conclusion: conclusion ?? conclude(complete) } satisfies Examined
      }))
  )
})

const look = Effect.fnUntraced(function*(subject: Subject, tell: Tell) {
  const settled = yield* readSettings(subject, tell)
  const endpoint = new URL(settled.evidence.provider.tokenEndpoint)
  yield* findName(endpoint, settled.evidence, tell)
  yield* connect(endpoint, subject, settled.evidence, tell)
  const { evidence: start, provider, request } = settled.evidence.settings.has("issuer")
    ? yield* readMetadata(subject, settled, tell)
    : settled
  const { evidence, outcome, response } = yield* exchange(provider, request, subject, start, tell)
  const clock = yield* compareClocks(response, tell)
  const token = yield* readReply(provider, outcome, { ...evidence, clock }, tell)
  const lifetime = Math.ceil((token.expiresAt - token.requestedAt) / 1000)
  yield* tell(lifetimeOf(token, lifetime))
  const notGranted = request.scopes.filter((scope) => !token.scopes.includes(scope))
  yield* tell(scopesOf(request.scopes, token.scopes, notGranted))
  const api = yield* callApi(provider, token, evidence, subject, tell)
  return { ...evidence, clock, lifetime, notGranted, api } satisfies Evidence.Evidence
})

const stop = (
  evidence: Evidence.Evidence,
  finding: Omit<Finding, "state">,
  conclusion?: Conclusion
): Stop =>
  new Stop({ evidence, finding: { ...finding, state: "failed" }, ...conclusion === undefined ? {} : { conclusion } })

// -- settings -----------------------------------------------------------------------------------------------------------

const readSettings = Effect.fnUntraced(function*(subject: Subject, tell: Tell) {
  const { service } = subject
  const { id } = service
  const nothing: Evidence.Evidence = { service, provider: service.provider, settings: new Map() }
  if (subject.placement !== undefined && service.provider.clientAuthentication.needs["clientSecret"] === undefined) {
    const cause = `${id} has no client secret that could be sent elsewhere`
    const conclusion = { cause, next: "Omit --placement.", exitCode: ExitCode.usage }
    return yield* stop(nothing, { step: "settings", detail: cause }, conclusion)
  }
  const settings = yield* Effect.catchTag(
    Session.settings(subject),
    "Failure",
    ({ advice, exitCode, problem }) => {
      const cause = problem.replace(`${id}: `, "").replace(/\.$/, "")
      return stop(nothing, { step: "settings", detail: cause }, { cause, next: advice, exitCode })
    }
  )
  const known = Server.before(service, settings, subject.placement)
  const found: Evidence.Evidence = { service, provider: Server.resolved(known), settings }
  const { provider, request } = yield* Effect.mapError(prepare(known), (error) => {
    const evidence = { ...found, error }
    return stop(evidence, { step: "settings", detail: conclude(evidence).cause })
  })

  yield* tell({ step: "settings", state: "ok", detail: Settings.sources(service, settings) })
  const region = Settings.unknownRegion(service, settings)
  if (region !== undefined) yield* tell({ step: "settings", state: "note", detail: region })
  for (const [setting, idSetting] of [["clientSecret", "clientId"], ["password", "username"]] as const) {
    const secret = Settings.text(settings, setting) ?? ""
    for (const oddity of secret === "" ? [] : Secret.oddities(secret, Settings.text(settings, idSetting) ?? "")) {
      yield* tell({ step: "settings", state: "note", detail: `${Providers.variable(service, setting)} ${oddity}` })
    }
  }
  return { provider, request, evidence: { ...found, provider } satisfies Evidence.Evidence }
})

const prepare = Effect.fnUntraced(function*({ options, provider: known }: Server.Found) {
  const provider = yield* Effect.fromResult(resolve(known, options))
  const read = yield* credentialsOf(provider, givenOf(provider, options))
  const credentials = Effect.isEffect(read) ? yield* read : read
  return { provider, request: yield* TokenRequest.make(provider, credentials) }
})

/** Takes the token endpoint and its methods from the issuer's metadata. */
const readMetadata = Effect.fnUntraced(function*(
  subject: Subject,
  { evidence: before }: { readonly evidence: Evidence.Evidence },
  tell: Tell
) {
  const { placement, service, timeout } = subject
  const watched = Exchange.watch(yield* HttpClient.HttpClient, Exchange.isMetadata)
  const more = { clientAuthentication: placement, deadline: Duration.seconds(timeout) }
  const { provider, request } = yield* whileWaiting(Server.find(service, before.settings, more)).pipe(
    Effect.provideService(HttpClient.HttpClient, watched.client),
    Effect.flatMap(prepare),
    Effect.catchTag("TokenError", (error) =>
      Effect.flatMap(watched.seen, (exchange) => {
        const evidence = { ...before, error, exchange, code: exchange?.code, isMetadata: true }
        return stop(evidence, { step: "metadata", detail: conclude(evidence).cause })
      }))
  )
  yield* tell({
    step: "metadata",
    state: "ok",
    detail: `the token endpoint is ${provider.tokenEndpoint}; credentials go ${placed(provider)}`
  })
  const evidence: Evidence.Evidence = { ...before, provider }
  const endpoint = new URL(provider.tokenEndpoint)
  if (endpoint.host !== new URL(before.provider.tokenEndpoint).host) {
    yield* findName(endpoint, evidence, tell)
    yield* connect(endpoint, subject, evidence, tell)
  }
  return { provider, request, evidence }
})

// -- the way to the endpoint ----------------------------------------------------------------------------------------------

const findName = Effect.fnUntraced(function*({ hostname }: URL, evidence: Evidence.Evidence, tell: Tell) {
  if (isIP(hostname.replace(/^\[|\]$/g, "")) !== 0) {
    return yield* tell({ step: "name", state: "skipped", detail: `${hostname} is an address` })
  }
  const dns = yield* Dns.Dns
  const addresses = yield* Effect.mapError(
    dns.lookup(hostname),
    ({ reason }) =>
      stop({ ...evidence, code: "ENOTFOUND" }, {
        step: "name",
        detail: `${hostname} can't be resolved (${reason})`
      })
  )
  yield* tell({ step: "name", state: "ok", detail: `${hostname} is ${addresses.join(", ")}` })
})

const connect = Effect.fnUntraced(function*(
  url: URL,
  { timeout }: Subject,
  evidence: Evidence.Evidence,
  tell: Tell
) {
  if (url.protocol === "http:") {
    return yield* tell({ step: "TLS", state: "skipped", detail: "plain http" })
  }
  const { issuer, protocol, validUntil } = yield* whileWaiting(Connection.secure(url)).pipe(
    Effect.timeoutOrElse({ duration: Duration.seconds(timeout), orElse: () => Effect.fail("ETIMEDOUT") }),
    Effect.mapError((code) =>
      stop({ ...evidence, code }, {
        step: "TLS",
        detail: `${url.host} can't be ${Connection.isCertificateProblem(code) ? "trusted" : "reached"} (${code})`
      })
    )
  )
  const days = Math.floor((validUntil - (yield* Clock.currentTimeMillis)) / 86_400_000)
  yield* tell({
    step: "TLS",
    state: days < 14 ? "note" : "ok",
    detail: `${protocol}, certified by ${issuer} for ${days} more days`
  })
})

// -- the one token request ------------------------------------------------------------------------------------------------

const exchange = Effect.fnUntraced(function*(
  provider: Resolved,
  request: TokenRequest.TokenRequest,
  { timeout }: Subject,
  before: Evidence.Evidence,
  tell: Tell
) {
  const watched = Exchange.watch(yield* HttpClient.HttpClient, (url) => url === provider.tokenEndpoint)
  const sent = `${Redacted.value(request.http).method} ${provider.tokenEndpoint}`
  const [, response] = yield* TokenEndpoint.make(provider, watched.client)(
    Effect.succeed(request),
    timeout * 1000
  ).pipe(
    whileWaiting,
    Effect.catch((error) =>
      Effect.flatMap(
        watched.seen,
        (exchange) =>
          stop({ ...before, error, exchange, code: exchange?.code }, {
            step: "endpoint",
            detail: `${sent}: ${error.reason.message}`
          })
      )
    )
  )
  const outcome = ReplyReader.make(provider)(request, response)
  const error = Result.isFailure(outcome) ? outcome.failure : undefined
  const evidence: Evidence.Evidence = { ...before, error, exchange: yield* watched.seen }
  const detail = `${sent}: ${response.status} after ${response.receivedAt - response.requestedAt} ms`
  const body = evidence.exchange?.body
  // What shows that something takes token requests there is a token, or an answer in OAuth's terms.
  if (error !== undefined && !isAnswer(error)) {
    const secrets = Evidence.secretsOf(evidence)
    const came = body === undefined ? error.reason.message : Snippet.describe(body, secrets)
    const { location } = evidence.exchange ?? {}
    return yield* stop(evidence, {
      step: "endpoint",
      detail: `${detail}: ${location === undefined ? came : `to ${Snippet.location(location, secrets)}`}`
    })
  }
  yield* tell({ step: "endpoint", state: "ok", detail })
  return { evidence, outcome, response }
})

const isAnswer = ({ reason }: TokenError): boolean => {
  switch (reason._tag) {
    case "CredentialsRefused":
    case "GrantRefused":
    case "RequestRefused":
      return reason.certain && ![404, 405, 410].includes(reason.status)
    case "ReplyNotUnderstood":
      return false
    case "Unsafe":
      return reason.kind === "token_type"
    default:
      return false
  }
}

const compareClocks = Effect.fnUntraced(function*(
  { date, receivedAt, requestedAt }: ReplyReader.TokenResponse,
  tell: Tell
) {
  const server = date === undefined ? NaN : Date.parse(date)
  if (Number.isNaN(server)) {
    yield* tell({ step: "clock", state: "skipped", detail: "the answer has no Date header" })
    return undefined
  }
  // The header has whole seconds: half a second is lost on average.
  const ahead = Math.round(((requestedAt + receivedAt) / 2 - server - 500) / 1000)
  yield* tell(
    Math.abs(ahead) <= 5
      ? { step: "clock", state: "ok", detail: "this machine and the server agree, within 5 s" }
      : {
        step: "clock",
        state: "note",
        detail: `this machine is ${Math.abs(ahead)} s ${ahead > 0 ? "ahead of" : "behind"} the server`
      }
  )
  return ahead
})

const readReply = Effect.fnUntraced(function*(
  provider: Resolved,
  outcome: Result.Result<AccessToken, TokenError>,
  evidence: Evidence.Evidence,
  tell: Tell
) {
  if (Result.isFailure(outcome)) {
    const { reason } = outcome.failure
    if (reason._tag === "CredentialsRefused" || reason._tag === "GrantRefused") {
      return yield* stop(evidence, { step: "credentials", detail: reason.message })
    }
    yield* tell({ step: "credentials", state: "skipped", detail: "the reply doesn't show whether they are accepted" })
    const step = reason._tag === "RequestRefused" && reason.code === "invalid_scope" ? "scopes" : "reply"
    return yield* stop(evidence, { step, detail: reason.message })
  }
  const token = outcome.success
  yield* tell({ step: "credentials", state: "ok", detail: `accepted, ${placed(provider)}` })
  const value = Redacted.value(token.value)
  yield* tell({
    step: "reply",
    state: "ok",
    detail: `a bearer token of ${value.length} characters${/^ey[\w-]*\.[\w-]+\.[\w-]*$/.test(value) ? ", a JWT" : ""}${
      token.refreshToken === undefined ? "" : ", and a refresh token"
    }`
  })
  return token
})

const placed = ({ clientAuthentication: { name } }: Resolved): string => placements[name] ?? `by ${name}`

const placements: Readonly<Record<string, string>> = {
  client_secret_basic: "form-encoded in a Basic header",
  client_secret_basic_raw: "raw in a Basic header",
  client_secret_post: "in the body",
  none: "in the body"
}

// -- what the token is worth ----------------------------------------------------------------------------------------------

const lifetimeOf = ({ expiresAt, refreshToken, requestedAt }: AccessToken, seconds: number): Finding => {
  const refresh = refreshToken === undefined
    ? ""
    : refreshToken.expiresAt === undefined
    ? "; the refresh token doesn't expire"
    : `; the refresh token ${Math.ceil((refreshToken.expiresAt - requestedAt) / 1000)} s`
  return {
    step: "lifetime",
    state: seconds < 30 ? "note" : "ok",
    detail: `${seconds} s, until ${new Date(expiresAt).toISOString()}${refresh}`
  }
}

const scopesOf = (
  requested: ReadonlyArray<string>,
  granted: ReadonlyArray<string>,
  missing: ReadonlyArray<string>
): Finding => {
  const list = granted.length === 0 ? "none named" : granted.join(" ")
  return missing.length > 0
    ? { step: "scopes", state: "note", detail: `granted: ${list}; not granted: ${missing.join(" ")}` }
    : { step: "scopes", state: "ok", detail: `granted: ${list}${requested.length === 0 ? "; none requested" : ""}` }
}

const callApi = Effect.fnUntraced(function*(
  provider: Resolved,
  token: AccessToken,
  evidence: Evidence.Evidence,
  subject: Subject,
  tell: Tell
) {
  const { service, settings } = evidence
  if (service.isServer && !settings.has("apiUrl")) {
    const detail = `${Providers.variable(service, "apiUrl")} is not set, nor --api-url`
    yield* tell({ step: "API", state: "skipped", detail })
    return undefined
  }
  const isLocal = isLoopback(new URL(provider.apiUrl).hostname)
  const own: Providers.Probe | undefined = subject.call === undefined ? undefined : { path: subject.call }
  // Where no path is known that any token may GET, the API's root still shows whether the token is refused.
  const { accept, path } = own ?? (isLocal ? service.sandbox?.probe : service.probe) ?? { path: "/" }
  const url = `${provider.apiUrl.replace(/\/+$/, "")}${path}`
  const request = HttpClientRequest.get(url).pipe(
    HttpClientRequest.setHeader(provider.authorization.header, Authorization.valueOf(provider.authorization, token)),
    accept === undefined ? (self) => self : HttpClientRequest.accept(accept)
  )
  const watched = Exchange.watch(yield* HttpClient.HttpClient, (sent) => sent === url.split("?")[0])
  const reached = yield* whileWaiting(watched.client.execute(request)).pipe(
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
    Effect.timeoutOrElse({
      duration: Duration.seconds(subject.timeout),
      orElse: () => Effect.fail({ code: "ETIMEDOUT" })
    }),
    // What an HTTP client fails with may quote the header.
    Effect.map(({ status }) => ({ status })),
    Effect.catch((error) => Effect.succeed({ code: Exchange.codeOf(error, 0) ?? "no answer" }))
  )
  const { body = "" } = (yield* watched.seen) ?? {}
  const page = Snippet.isHtml(body) ? Snippet.describe(body, Evidence.secretsOf(evidence)) : undefined
  const api = { url, path, page, ...reached }
  const detail = `GET ${url}: ${"status" in reached ? reached.status : reached.code}${
    page === undefined ? "" : `, ${page}`
  }`
  const state = !("status" in reached) || reached.status === 401
    ? "failed"
    : reached.status < 300 && page === undefined
    ? "ok"
    : "note"
  yield* tell({ step: "API", state, detail })
  return api
})
