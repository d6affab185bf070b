import type { AccessToken } from "@mintmark/core/AccessToken"
import * as Token from "@mintmark/core/AccessToken"
import type { ClientAuthentication } from "@mintmark/core/ClientAuthentication"
import * as ReplyReader from "@mintmark/core/internal/engine/ReplyReader"
import { credentialsOf } from "@mintmark/core/internal/request/account"
import { resolve, type Resolved } from "@mintmark/core/internal/request/resolve"
import { variableOf } from "@mintmark/core/internal/request/settings"
import * as TokenRequest from "@mintmark/core/internal/request/TokenRequest"
import * as TokenEndpoint from "@mintmark/core/TokenEndpoint"
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
import * as ExitCode from "../ExitCode.ts"
import { fromTokenError, problemOf } from "../Failure.ts"
import * as Providers from "../Providers.ts"
import * as Session from "../Session.ts"
import * as Settings from "../Settings.ts"
import * as Connection from "./Connection.ts"
import type { Finding, Step } from "./Finding.ts"
import * as Secret from "./Secret.ts"

/** What to examine. */
export interface Subject extends Session.Parameters {
  /** Where to put the credentials, in the place of the provider's own placement. */
  readonly placement: ClientAuthentication | undefined
  /** The path of an API call to make, in the place of the one that is known. */
  readonly call: string | undefined
}

/** Ends the examination: what comes after would stand on what failed. */
class Stop extends Data.TaggedError("Stop")<Finding & { readonly state: "failed"; readonly exitCode: number }> {}

type Tell = (finding: Finding) => Effect.Effect<void>

/**
 * Looks at everything between the settings and the API, in order, and tells what it finds as it finds it. It sends one
 * token request, and no other after it.
 */
export const examine = Effect.fnUntraced(function*(subject: Subject, tell: Tell) {
  const { provider, request, settings } = yield* readSettings(subject, tell)
  const endpoint = new URL(provider.tokenEndpoint)
  yield* findName(endpoint, tell)
  yield* connect(endpoint, subject, tell)
  const { date, outcome, response } = yield* exchange(provider, request, subject, tell)
  yield* compareClocks(date, response, tell)
  const token = yield* readReply(provider, settings, subject, outcome, tell)
  yield* tell(lifetimeOf(token))
  yield* tell(compareScopes(request.scopes, token.scopes))
  yield* callApi(provider, token, subject, tell)
}, (examination, _, tell) => Effect.catchTag(examination, "Stop", tell))

// -- settings -----------------------------------------------------------------------------------------------------------

const readSettings = Effect.fnUntraced(function*(subject: Subject, tell: Tell) {
  const id = subject.provider
  const known = Providers.entry(id).provider
  if (subject.placement !== undefined && known.clientAuthentication.needs["clientSecret"] === undefined) {
    return yield* stop({
      step: "settings",
      detail: `${id} has no client secret that could be placed elsewhere`,
      advice: "Leave out --placement.",
      exitCode: ExitCode.usage
    })
  }
  const settings = yield* Effect.catchTag(
    Session.settings(subject),
    "Failure",
    ({ advice, exitCode, problem }) => stop({ step: "settings", detail: problem, advice, exitCode })
  )
  const { provider, request } = yield* Effect.gen(function*() {
    const options = { ...Settings.options(id, settings), clientAuthentication: subject.placement }
    const provider = yield* Effect.fromResult(resolve(known, options))
    const read = yield* credentialsOf(provider, options, options.scopes)
    const credentials = Effect.isEffect(read) ? yield* read : read
    return { provider, request: yield* TokenRequest.make(provider, credentials) }
  }).pipe(Effect.mapError((error) => stopAt("settings", known, error)))

  yield* tell({ step: "settings", state: "ok", detail: Settings.sources(id, settings) })
  for (const [setting, idSetting] of [["clientSecret", "clientId"], ["password", "username"]] as const) {
    const name = variableOf(provider, setting)
    const secret = Settings.text(settings, setting) ?? ""
    for (const oddity of secret === "" ? [] : Secret.oddities(secret, Settings.text(settings, idSetting) ?? "")) {
      yield* tell({ step: "settings", state: "note", detail: `${name} ${oddity}` })
    }
  }
  return { provider, request, settings }
})

// -- the way to the endpoint ----------------------------------------------------------------------------------------------

const findName = Effect.fnUntraced(function*({ hostname }: URL, tell: Tell) {
  if (isIP(hostname.replace(/^\[|\]$/g, "")) !== 0) {
    return yield* tell({ step: "name", state: "skipped", detail: `${hostname} is an address` })
  }
  const dns = yield* Dns.Dns
  const addresses = yield* Effect.mapError(dns.lookup(hostname), ({ reason }) =>
    stop({
      step: "name",
      detail: `${hostname} can't be resolved (${reason})`,
      advice: "Is this machine online, and is the name right?",
      exitCode: ExitCode.unavailable
    }))
  yield* tell({ step: "name", state: "ok", detail: `${hostname} is ${addresses.join(", ")}` })
})

const connect = Effect.fnUntraced(function*(url: URL, { timeout }: Subject, tell: Tell) {
  if (url.protocol === "http:") {
    return yield* tell({ step: "TLS", state: "skipped", detail: "plain http" })
  }
  const { issuer, protocol, validUntil } = yield* Connection.secure(url).pipe(
    Effect.timeoutOrElse({ duration: Duration.seconds(timeout), orElse: () => Effect.fail("TIMEOUT") }),
    Effect.mapError((code) =>
      Connection.isCertificateProblem(code)
        ? stop({
          step: "TLS",
          detail: `${url.host} can't be trusted (${code})`,
          advice: "If you trust an authority of your own, name its certificate in NODE_EXTRA_CA_CERTS.",
          exitCode: ExitCode.unsafe
        })
        : stop({
          step: "TLS",
          detail: `${url.host} can't be reached (${code})`,
          advice: "Does a firewall or a proxy stand between?",
          exitCode: ExitCode.unavailable
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
  tell: Tell
) {
  let date: string | undefined
  const http = HttpClient.tap(yield* HttpClient.HttpClient, ({ headers }) =>
    Effect.sync(() => {
      date = headers["date"]
    }))
  const [, response] = yield* TokenEndpoint.make(provider, http)(Effect.succeed(request), Duration.seconds(timeout))
    .pipe(
      Effect.mapError((error) => stopAt("endpoint", provider, error))
    )
  const outcome = ReplyReader.make(provider)(request, response)
  const reason = Result.isFailure(outcome) ? outcome.failure.reason : undefined
  const detail = `POST ${provider.tokenEndpoint}: ${response.status} after ${
    response.receivedAt - response.requestedAt
  } ms`

  if (Result.isFailure(outcome)) {
    const { advice, exitCode } = fromTokenError(provider)(outcome.failure)
    if (reason?._tag === "Unsafe" && reason.kind === "redirect" || isStrange(response.status)) {
      const baseUrl = variableOf(provider, "baseUrl")
      return yield* stop({
        step: "endpoint",
        detail: `${detail}: nothing takes token requests there`,
        advice: `Is ${baseUrl} right?`,
        exitCode
      })
    }
    if (reason?._tag === "Throttled" || reason?._tag === "Unavailable") {
      return yield* stop({ step: "endpoint", detail: `${detail}: ${reason.message}`, advice, exitCode })
    }
  }
  yield* tell({ step: "endpoint", state: "ok", detail })
  return { date, outcome, response }
})

// Statuses that tell of the URL, not of the request.
const isStrange = (status: number): boolean => status === 404 || status === 405 || status === 410

const compareClocks = (date: string | undefined, response: ReplyReader.TokenResponse, tell: Tell) => {
  const server = date === undefined ? NaN : Date.parse(date)
  // The header has whole seconds: half a second is lost on average.
  const ahead = Math.round(((response.requestedAt + response.receivedAt) / 2 - server - 500) / 1000)
  return tell(
    Number.isNaN(server)
      ? { step: "clock", state: "skipped", detail: "the answer has no Date header" }
      : Math.abs(ahead) <= 5
      ? { step: "clock", state: "ok", detail: "this machine and the server agree, within 5 s" }
      : {
        step: "clock",
        state: "note",
        detail: `this machine is ${Math.abs(ahead)} s ${ahead > 0 ? "ahead of" : "behind"} the server`,
        advice: "Set one of the clocks: signatures and certificates don't hold at other times."
      }
  )
}

const readReply = Effect.fnUntraced(function*(
  provider: Resolved,
  settings: Settings.Settings,
  subject: Subject,
  outcome: Result.Result<AccessToken, TokenError>,
  tell: Tell
) {
  if (Result.isFailure(outcome)) {
    const { advice, exitCode } = fromTokenError(provider)(outcome.failure)
    const { reason } = outcome.failure
    if (reason._tag === "CredentialsRefused" || reason._tag === "GrantRefused") {
      return yield* stop({
        step: "credentials",
        detail: reason.message,
        advice: refusedAdvice(provider, settings, subject),
        exitCode
      })
    }
    const taken = reason._tag !== "RequestRefused" || reason.code === "invalid_scope"
    yield* tell({
      step: "credentials",
      state: taken ? "ok" : "skipped",
      detail: taken ? "not refused" : "the request was refused before it was clear"
    })
    const step = reason._tag === "RequestRefused" && reason.code === "invalid_scope" ? "scopes" : "reply"
    return yield* stop({ step, detail: reason.message, advice, exitCode })
  }
  const token = outcome.success
  yield* tell({ step: "credentials", state: "ok", detail: `taken, ${placed(provider)}` })
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

const refusedAdvice = (provider: Resolved, settings: Settings.Settings, subject: Subject): string => {
  const name = (setting: string) => variableOf(provider, setting)
  if (provider.grant.refusedAs === "password") {
    return `Check ${name("username")} and ${name("password")}.\n` +
      "They were sent once, and won't be again by themselves: a few refusals can lock the account."
  }
  const differences = ["clientId", "clientSecret"].flatMap((setting) => {
    const characters = Secret.charactersThatDiffer(Settings.text(settings, setting) ?? "")
    return characters.length === 0 ? [] : [`${name(setting)} holds ${characters.join(" ")}`]
  })
  const sent = `They were sent ${placed(provider)}.`
  if (differences.length === 0) {
    return `${sent} Raw and form-encoded Basic would be the same.\nCheck ${name("clientId")} and ${
      name("clientSecret")
    }.`
  }
  const other = provider.clientAuthentication.name === "client_secret_basic_raw" ? "basic" : "basic-raw"
  return `${sent} Raw and form-encoded Basic would differ: ${differences.join("; ")}\n` +
    `If they are right, \`mintmark doctor ${subject.provider} --placement ${other}\` sends them otherwise, once.`
}

// -- what the token is worth ----------------------------------------------------------------------------------------------

const lifetimeOf = ({ expiresAt, refreshToken, requestedAt }: AccessToken): Finding => {
  const seconds = Math.ceil((expiresAt - requestedAt) / 1000)
  const refresh = refreshToken === undefined
    ? ""
    : refreshToken.expiresAt === undefined
    ? "; the refresh token has no end"
    : `; the refresh token ${Math.ceil((refreshToken.expiresAt - requestedAt) / 1000)} s`
  return {
    step: "lifetime",
    state: seconds < 30 ? "note" : "ok",
    detail: `${seconds} s, until ${new Date(expiresAt).toISOString()}${refresh}`
  }
}

const compareScopes = (asked: ReadonlyArray<string>, granted: ReadonlyArray<string>): Finding => {
  const missing = asked.filter((scope) => !granted.includes(scope))
  const list = granted.length === 0 ? "none named" : granted.join(" ")
  return missing.length > 0
    ? { step: "scopes", state: "note", detail: `granted: ${list}; not granted: ${missing.join(" ")}` }
    : { step: "scopes", state: "ok", detail: `granted: ${list}${asked.length === 0 ? "; none asked for" : ""}` }
}

const callApi = Effect.fnUntraced(function*(provider: Resolved, token: AccessToken, subject: Subject, tell: Tell) {
  const path = subject.call ?? Providers.entry(subject.provider).probe
  if (path === undefined) {
    return yield* tell({
      step: "API",
      state: "skipped",
      detail: "no call is known that any token may make: see --call"
    })
  }
  const request = HttpClientRequest.get(`${provider.apiUrl}${path}`).pipe(
    HttpClientRequest.setHeader("authorization", Token.authorization(token))
  )
  const { status } = yield* HttpClient.execute(request).pipe(
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
    Effect.timeout(Duration.seconds(subject.timeout)),
    // What an HTTP client fails with may quote the header.
    Effect.mapError(() =>
      stop({ step: "API", detail: `${provider.apiUrl} can't be reached`, exitCode: ExitCode.unavailable })
    )
  )
  const detail = `GET ${path}: ${status}`
  return yield* status < 300
    ? tell({ step: "API", state: "ok", detail })
    : status === 401
    ? stop({ step: "API", detail: `${detail}: the API doesn't take the token`, exitCode: ExitCode.api })
    : tell({
      step: "API",
      state: "note",
      detail,
      advice: status === 403 ? "The token lacks a right, or a scope (--scope)." : undefined
    })
})

const stop = (finding: Omit<Finding, "state"> & { readonly exitCode: number }) =>
  new Stop({ advice: undefined, ...finding, state: "failed" })

const stopAt = (step: Step, provider: Providers.AnyProvider, error: TokenError) => {
  const { advice, exitCode } = fromTokenError(provider)(error)
  return stop({ step, detail: problemOf(provider, error), advice, exitCode })
}
