import { isLoopback } from "@mintmark/core/internal/http/url"
import type { InvalidOption, TokenError } from "@mintmark/core/TokenError"
import { charactersThatDiffer, oddities } from "./doctor/Secret.ts"
import { type Evidence, secretsOf } from "./Evidence.ts"
import * as ExitCode from "./ExitCode.ts"
import { Failure } from "./Failure.ts"
import { program } from "./Program.ts"
import * as Providers from "./Providers.ts"
import * as Settings from "./Settings.ts"
import * as Snippet from "./Snippet.ts"

/** The likely cause, in a sentence, and the next step, in another. */
export interface Conclusion {
  readonly cause: string
  readonly next?: string | undefined
  /** How the process ends; `undefined` where everything works. */
  readonly exitCode?: number | undefined
}

/** What all that is known comes to. */
export const conclude = (evidence: Evidence): Conclusion => {
  const { code, error, isRemembered } = evidence
  const reason = error?.reason
  if (reason?._tag === "InvalidOption") return aboutOption(evidence, reason)
  if (isRemembered === true && (reason?._tag === "CredentialsRefused" || reason?._tag === "GrantRefused")) {
    return {
      cause: `nothing was sent: in an earlier run, ${reason.message}`,
      next: `Check ${
        credentials(evidence)
      }. \`${program} token ${evidence.service.argument} --renew\` sends them again.`,
      exitCode: ExitCode.credentials
    }
  }
  if (code !== undefined && evidence.exchange?.status === undefined) return aboutNetwork(evidence, code)
  if (evidence.isMetadata === true && error !== undefined) return aboutMetadata(evidence, error)
  switch (reason?._tag) {
    case undefined:
      return aboutApi(evidence) ?? aboutToken(evidence)
    case "CredentialsRefused":
    case "GrantRefused":
      return aboutCredentials(evidence, reason)
    case "RequestRefused":
    case "ReplyNotUnderstood":
    case "Unavailable":
    case "Throttled":
    case "Unsafe":
      return aboutReply(evidence)
  }
}

/** What all that is known comes to, as the end of a command. */
export const fromEvidence = (evidence: Evidence): Failure => {
  const { cause, exitCode, next } = conclude(evidence)
  return new Failure({
    problem: `${evidence.service.id}: ${sentence(cause)}`,
    advice: next,
    exitCode: exitCode ?? ExitCode.defect
  })
}

/** A cause as a sentence, which may end with a sentence of the server's. */
export const sentence = (cause: string): string => `${cause.replace(/[.\s]+$/, "")}.`

// -- settings -----------------------------------------------------------------------------------------------------------

const nameOf = ({ service }: Evidence, { option, variable }: InvalidOption): string =>
  variable === undefined
    ? option
    : variable === Providers.variable(service, "scopes")
    ? `--scope or ${variable}`
    : variable

const aboutOption = (evidence: Evidence, reason: InvalidOption): Conclusion => {
  const name = nameOf(evidence, reason)
  const setting = evidence.service.settings.find(({ option }) => option === reason.option)
  return {
    cause: `${name} ${reason.problem}`,
    next: reason.variable === undefined
      ? `Change ${name}, and try again.`
      : Settings.correction(evidence.settings, setting?.name ?? "", reason.variable, evidence.envFile),
    exitCode: ExitCode.settings
  }
}

/** The variables of the credentials that must be set. */
const credentials = ({ service: { provider: { clientAuthentication, grant }, required } }: Evidence): string =>
  required.filter(({ name }) => Object.hasOwn({ ...clientAuthentication.needs, ...grant.needs }, name))
    .map(({ variable }) => variable).join(" and ")

// -- the network --------------------------------------------------------------------------------------------------------

/** The flag or variable by which the token endpoint is where it is, if one is set. */
const leadOf = ({ service, settings }: Evidence): { readonly name: string; readonly variable: string } | undefined => {
  const name = ["baseUrl", "region", ...Settings.places].find((name) => settings.has(name))
  return name === undefined ? undefined : { name, variable: Settings.nameOf(service, settings, name) }
}

const orCheck = (evidence: Evidence): string => {
  const lead = leadOf(evidence)
  return lead?.name === "baseUrl"
    ? `Correct ${lead.variable}, or remove it to use the provider itself.`
    : lead === undefined
    ? "Check the network, the firewall and the proxy of this machine."
    : `Check ${lead.variable}, and the network of this machine.`
}

const aboutNetwork = (evidence: Evidence, code: string): Conclusion => {
  const { certificate, provider, service, settings } = evidence
  const url = new URL(provider.tokenEndpoint)
  const lead = leadOf(evidence)
  const isUrl = lead !== undefined && ["baseUrl", "tokenEndpoint", "issuer"].includes(lead.name)
  const led = isUrl ? `, where ${lead.variable} points,` : ""
  if (code === "ENOTFOUND" || code.startsWith("EAI_") || code === "NotFound") {
    const { regions = [] } = service
    const region = Settings.text(settings, "region")
    return lead?.name === "region" && region !== undefined && !regions.includes(region.toLowerCase())
      ? {
        cause: `${url.hostname} doesn't exist: ${lead.variable} is ${JSON.stringify(region)}`,
        next: `The regions are ${regions.join(", ")}.`,
        exitCode: ExitCode.unavailable
      }
      : {
        cause: `the name ${url.hostname}${led} can't be resolved`,
        next: isUrl ? orCheck(evidence) : "Check the network and the DNS of this machine.",
        exitCode: ExitCode.unavailable
      }
  }
  if (code === "ECONNREFUSED") {
    return {
      cause: `nothing listens on ${url.host}${led.replace(/,$/, "")}`,
      next: isLoopback(url.hostname) && !service.isServer
        ? `If that should be the sandbox, start it: \`${program} sandbox${
          url.port === "" ? "" : ` --port ${url.port}`
        }\`. ${orCheck(evidence)}`
        : orCheck(evidence),
      exitCode: ExitCode.unavailable
    }
  }
  if (/SSL_WRONG_VERSION|PACKET_LENGTH_TOO_LONG|RECORD_LAYER|^EPROTO$|HTTP_REQUEST/.test(code)) {
    return {
      cause: `${url.host} speaks http on that port, and not https (${code})`,
      next: isUrl && isLoopback(url.hostname)
        ? `Change ${lead.variable} to begin with http://, or to the port that accepts https.`
        : orCheck(evidence),
      exitCode: ExitCode.unsafe
    }
  }
  if (/ALTNAME|HOSTNAME_MISMATCH/.test(code)) {
    const names = certificate?.names ?? []
    return {
      cause: `the certificate of ${url.host} is for ${
        names.length === 0 ? "another host" : names.slice(0, 5).join(", ")
      }, not for ${url.hostname}`,
      next: lead === undefined
        ? "Another server replies: check the network and the proxy of this machine."
        : orCheck(evidence),
      exitCode: ExitCode.unsafe
    }
  }
  if (/EXPIRED|NOT_YET_VALID/.test(code)) {
    const [word, time] = code.includes("EXPIRED")
      ? ["has expired", certificate?.validUntil]
      : ["is not valid yet", certificate?.validFrom]
    const when = time === undefined || Number.isNaN(time) ? "" : ` (${new Date(time).toISOString()})`
    return {
      cause: `the certificate of ${url.host} ${word}${when}`,
      next: "Check this machine's clock. If it is right, the server needs another certificate.",
      exitCode: ExitCode.unsafe
    }
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO|SSL|TLS/.test(code)) {
    const issuer = certificate === undefined ? "" : ` by ${JSON.stringify(certificate.issuer)}`
    return {
      cause: `the certificate of ${url.host} is signed${issuer}, which this machine doesn't trust (${code})`,
      next: "If that is your own authority or your company's proxy, name its certificate in NODE_EXTRA_CA_CERTS.",
      exitCode: ExitCode.unsafe
    }
  }
  if (url.protocol === "http:" && certificate !== undefined) {
    return {
      cause: `${url.host} speaks https on that port, and not http`,
      next: lead === undefined ? undefined : `Change ${lead.variable} to begin with https://.`,
      exitCode: ExitCode.unavailable
    }
  }
  return {
    cause: `${url.host}${led} ${
      /TIME/.test(code) ? "didn't answer in time" : "can't be reached, or ended the connection"
    } (${code})`,
    next: orCheck(evidence),
    exitCode: ExitCode.unavailable
  }
}

// -- the issuer's metadata ----------------------------------------------------------------------------------------------

const aboutMetadata = (evidence: Evidence, { reason }: TokenError): Conclusion => {
  const { exchange = {}, service, settings } = evidence
  const issuer = Settings.text(settings, "issuer") ?? ""
  const { host } = new URL(issuer)
  const name = Settings.nameOf(service, settings, "issuer")
  const instead = `or name the token endpoint instead, with --token-endpoint or ${
    Providers.variable(service, "tokenEndpoint")
  }.`
  if (reason._tag === "Unavailable") {
    return {
      cause: `${host} failed when it was asked for the metadata of ${issuer} (status ${exchange.status})`,
      next: `Try again later, ${instead}`,
      exitCode: ExitCode.unavailable
    }
  }
  if (reason._tag === "Unsafe" && reason.kind === "redirect" && exchange.location !== undefined) {
    return {
      cause: `${host} redirects to ${
        Snippet.location(exchange.location, secretsOf(evidence))
      } instead of returning the metadata of ${issuer}`,
      next: `Correct ${name}: metadata is taken from the issuer itself; ${instead}`,
      exitCode: ExitCode.unsafe
    }
  }
  if (reason._tag === "Unsafe") {
    return {
      cause: reason.message,
      next: `Write ${name} exactly as the server does, ${instead}`,
      exitCode: ExitCode.unsafe
    }
  }
  if (reason._tag === "InvalidOption") return aboutOption(evidence, reason)
  const came = exchange.body === undefined ? "" : `, ${Snippet.describe(exchange.body, secretsOf(evidence))}`
  return {
    cause: `there is no metadata of ${issuer} at ${host} (status ${exchange.status}${came})`,
    next: `Correct ${name}, ${instead}`,
    exitCode: ExitCode.reply
  }
}

// -- credentials --------------------------------------------------------------------------------------------------------

const pairs = [["clientSecret", "clientId"], ["password", "username"]] as const

const aboutCredentials = (
  evidence: Evidence,
  reason: { readonly _tag: string; readonly message: string; readonly certain: boolean }
): Conclusion => {
  const { envFile, namesake, service, settings } = evidence
  const refused = (cause: string, next: string): Conclusion => ({ cause, next, exitCode: ExitCode.credentials })
  const { body = "", status = 0 } = evidence.exchange ?? {}
  if (!reason.certain && (Snippet.isHtml(body) || status === 404)) return aboutReply(evidence)
  if (
    reason._tag === "CredentialsRefused" && evidence.provider.clientAuthentication.needs["clientSecret"] === undefined
  ) {
    const variable = Providers.variable(service, "clientId")
    return refused(
      reason.message,
      settings.has("clientId")
        ? `Correct ${variable}, or remove it to use the default.`
        : `The server doesn't know the default client id: set ${variable} to the account's.`
    )
  }
  for (const [secretName, idName] of pairs) {
    const secret = Settings.text(settings, secretName)
    if (secret === undefined) continue
    const own = Settings.text(settings, idName) ?? ""
    const names = { secret: Providers.variable(service, secretName), id: Providers.variable(service, idName) }
    const [oddity] = oddities(secret, own)
    if (oddity !== undefined) {
      return refused(`${names.secret} ${oddity}`, Settings.correction(settings, secretName, names.secret, envFile))
    }
    const [idOddity] = own === "" ? [] : oddities(own, " ")
    if (idOddity !== undefined) {
      return refused(`${names.id} ${idOddity}`, Settings.correction(settings, idName, names.id, envFile))
    }
    if (looksSwapped(service, own, secret)) {
      return refused(`${names.id} and ${names.secret} look exchanged`, "Exchange them.")
    }
    const { shape } = service
    const other = service.isServer ?
      undefined :
      Providers.ids.find((other) =>
        other !== service.id && shape?.id.test(own) !== true && Providers.entry(other).shape?.id.test(own) === true
      )
    if (namesake !== undefined) {
      return refused(
        `${names.id} is the same as ${namesake}, which is another provider's`,
        `Set ${names.id} and ${names.secret} to those of ${service.id}.`
      )
    }
    if (other !== undefined) {
      return refused(
        `${names.id} looks like an id of ${other}`,
        `Set ${names.id} and ${names.secret} to those of ${service.id}.`
      )
    }
    if (shape?.isDocumented === true && !shape.id.test(own)) {
      return refused(
        `${reason.message}; ${names.id} is not ${shape.words}`,
        Settings.correction(settings, idName, names.id, envFile)
      )
    }
  }
  if (reason._tag === "GrantRefused") {
    return refused(
      reason.message,
      `Check ${credentials(evidence)} before you try again: a few refusals can lock the account.`
    )
  }
  return refused(reason.message, `Check ${credentials(evidence)}.${differences(evidence)}`)
}

const looksSwapped = ({ shape }: Providers.Service, own: string, secret: string): boolean =>
  shape !== undefined
    ? !shape.id.test(own) && shape.id.test(secret)
    : /[+/=]/.test(own) && !/[+/=]/.test(secret)

// Where the two ways of writing them into a header differ, the other one may be right.
const differences = ({ provider, service, settings }: Evidence): string => {
  const { name } = provider.clientAuthentication
  if (!name.startsWith("client_secret_basic")) return ""
  if (service.isServer && settings.has("tokenEndpoint")) {
    return ` They were sent in a Basic header: \`${program} doctor ${service.argument} --placement body\` ` +
      "sends them in the body, once."
  }
  const found = ["clientId", "clientSecret"].flatMap((setting) => {
    const characters = charactersThatDiffer(Settings.text(settings, setting) ?? "")
    return characters.length === 0 ? [] : [`${Providers.variable(service, setting)} contains ${characters.join(" ")}`]
  })
  if (found.length === 0) return ""
  const [sent, other] = name === "client_secret_basic_raw" ? ["raw", "basic"] : ["form-encoded", "basic-raw"]
  return ` They were sent ${sent}; form-encoded and raw differ, since ${found.join(" and ")}: ` +
    `\`${program} doctor ${service.argument} --placement ${other}\` sends them the other way, once.`
}

// -- the reply ----------------------------------------------------------------------------------------------------------

const aboutReply = (evidence: Evidence): Conclusion => {
  const { error, exchange = {}, provider, service } = evidence
  const reason = error?.reason
  const url = new URL(provider.tokenEndpoint)
  const lead = leadOf(evidence)
  const { body, location } = exchange
  // `fetch` gives no response with status 407.
  const status = exchange.status ?? (reason?._tag === "Unavailable" ? reason.status : undefined)
  const came = body === undefined || body.trim() === "" ? undefined : Snippet.describe(body, secretsOf(evidence))
  if (reason?._tag === "Unsafe") {
    switch (reason.kind) {
      case "redirect":
        return {
          cause: `${url.host} redirects token requests${
            location === undefined ? "" : ` to ${Snippet.location(location, secretsOf(evidence))}`
          }`,
          next: `Credentials don't follow redirects. ${orCheck(evidence)}`,
          exitCode: ExitCode.unsafe
        }
      case "certificate":
        return { cause: reason.message, next: orCheck(evidence), exitCode: ExitCode.unsafe }
      case "token_type":
        return { cause: reason.message, next: "Only bearer tokens can be used.", exitCode: ExitCode.unsafe }
      case "origin":
        return {
          // The option that adds origins is for programs.
          cause: reason.message.replace(/; add it with the option .*$/, ""),
          next: `The token goes to the provider's API alone: a path, or a URL below ${provider.apiUrl}.`,
          exitCode: ExitCode.unsafe
        }
    }
  }
  if (reason?._tag === "Throttled") {
    return {
      cause: reason.message,
      next: error?.retryAt === undefined
        ? "Try again in a while."
        : `Try again after ${new Date(error.retryAt).toISOString()}.`,
      exitCode: ExitCode.throttled
    }
  }
  if (body !== undefined && Snippet.isHtml(body) && (status ?? 0) < 500) {
    return {
      cause: `${url.host} returned ${came} (status ${status}) instead of a token reply`,
      next: lead?.name === "baseUrl"
        ? orCheck(evidence)
        : "A proxy or a login page of the network may answer instead of the provider: check the network of this machine.",
      exitCode: ExitCode.reply
    }
  }
  if (status === 407) {
    return {
      cause: `a proxy between this machine and ${url.host} wants credentials (status 407)`,
      next: "Check the user name and the password in HTTPS_PROXY, or list the host in NO_PROXY.",
      exitCode: ExitCode.unavailable
    }
  }
  if (status === 404 || status === 405 || status === 410) {
    const path = new URL(service.provider.tokenEndpoint.replaceAll(/[{}]/g, "")).pathname
    const cause = `${url.host} has no token endpoint at ${url.pathname} (status ${status})`
    const hosts = Snippet.sandboxHosts(body ?? "", secretsOf(evidence))
    if (lead?.name === "baseUrl" && !Settings.text(evidence.settings, "baseUrl")?.includes("{host}") && hosts) {
      return {
        cause: `${cause}: ${hosts}`,
        next:
          `It is the sandbox, where {host} stands for the provider's host: set ${lead.variable} to ${url.origin}/{host}.`,
        exitCode: ExitCode.request
      }
    }
    return {
      cause,
      next: lead?.name === "baseUrl" && url.pathname.endsWith(`${path}${path}`)
        ? `Remove ${path} from the end of ${lead.variable}: it is added to a base URL.`
        : orCheck(evidence),
      exitCode: ExitCode.request
    }
  }
  if (reason?._tag === "RequestRefused") {
    const scopes = Providers.variable(service, "scopes")
    const given = Settings.text(evidence.settings, "scopes")
    return reason.code === "invalid_scope"
      ? {
        cause: reason.message,
        next: given === undefined
          ? `Request scopes, with --scope or ${scopes}.`
          : /[,;]/.test(given)
          ? `Separate the scopes in ${scopes} with spaces: it has a ${given.includes(",") ? "comma" : "semicolon"}.`
          : `Request other scopes, with --scope or ${scopes}.`,
        exitCode: ExitCode.request
      }
      : {
        cause: reason.message,
        next: lead?.name === "baseUrl"
          ? `Is this ${service.id}'s token endpoint? ${orCheck(evidence)}`
          : "The server's error description says what it expects.",
        exitCode: ExitCode.request
      }
  }
  if (reason?._tag === "Unavailable") {
    return {
      cause: status === undefined ?
        reason.message :
        `${url.host} failed (status ${status}${came === undefined ? "" : `, ${came}`})`,
      next: "Try again later.",
      exitCode: ExitCode.unavailable
    }
  }
  return {
    cause: `${reason?.message ?? "the reply was not understood"}${came === undefined ? "" : `; the reply is ${came}`}`,
    next: lead?.name === "baseUrl"
      ? orCheck(evidence)
      : "If it is the provider's own reply, report it to Mintmark: " +
        `\`${program} doctor ${service.argument} --report report.md\` writes the file to attach.`,
    exitCode: ExitCode.reply
  }
}

// -- the token and the API ----------------------------------------------------------------------------------------------

const aboutApi = ({ api, service, settings }: Evidence): Conclusion | undefined => {
  if (api === undefined || (api.status ?? 0) < 400 && api.code === undefined && api.page === undefined) return undefined
  const { host } = new URL(api.url)
  const request = `GET ${api.path}`
  if (api.page !== undefined && (api.status ?? 0) < 300) {
    return {
      cause: `there is a token, but ${host} returned ${api.page} instead of an API's reply (${request}: ${api.status})`,
      next: settings.has("baseUrl")
        ? `Correct ${Providers.variable(service, "baseUrl")}, or remove it to use the provider itself.`
        : "A proxy or a login page of the network may answer instead of the API: check the network of this machine.",
      exitCode: ExitCode.api
    }
  }
  if (api.status === undefined) {
    return {
      cause: `there is a token, but the API at ${host} can't be reached (${api.code})`,
      next: settings.has("baseUrl")
        ? `Correct ${Providers.variable(service, "baseUrl")}, or remove it to use the provider itself.`
        : "Check the network, the firewall and the proxy of this machine.",
      exitCode: ExitCode.unavailable
    }
  }
  return api.status === 401
    ? {
      cause: `there is a token, but the API at ${host} refuses it (${request}: 401)`,
      next: settings.has("baseUrl")
        ? `Do token endpoint and API belong together? ${Providers.variable(service, "baseUrl")} is set for both.`
        : "The account may not be allowed to use this API.",
      exitCode: ExitCode.api
    }
    : api.status === 403
    ? {
      cause: `there is a token, but it lacks a right for ${request} (403)`,
      next: "Request a scope that includes it (--scope), or grant the right to the account."
    }
    : api.status >= 500
    ? {
      cause: `there is a token, but the API at ${host} fails (${request}: ${api.status})`,
      next: "Try again later: the token is not the cause.",
      exitCode: ExitCode.api
    }
    : {
      cause: `there is a token, and the API at ${host} was reached (${request}: ${api.status})`,
      next: "An API request of your own shows more: --call /path."
    }
}

const aboutToken = ({ clock, lifetime, notGranted = [], service, settings }: Evidence): Conclusion => {
  const where = settings.has("baseUrl") ? ", at the base URL that is set" : ""
  if (clock !== undefined && Math.abs(clock) > 5) {
    return {
      cause: `there is a token, but this machine's clock is ${Math.abs(clock)} s ${
        clock > 0 ? "ahead of" : "behind"
      } the server's`,
      next: "Set the clock: signatures and certificates are not valid at other times."
    }
  }
  if (notGranted.length > 0) {
    return {
      cause: `there is a token, but without the scope${notGranted.length === 1 ? "" : "s"} ${notGranted.join(" ")}`,
      next: "Grant them to the account, or request others."
    }
  }
  if (lifetime !== undefined && lifetime < 30) {
    return {
      cause: `there is a token, but it expires after ${lifetime} s`,
      next: "Requests that take longer will fail: ask the provider for a longer lifetime."
    }
  }
  const region = Settings.unknownRegion(service, settings)
  if (region !== undefined) {
    return {
      cause: `there is a token, but ${region}`,
      next: "Correct it, unless the region is a new one: the sandbox accepts any."
    }
  }
  return { cause: `everything works${where}` }
}
