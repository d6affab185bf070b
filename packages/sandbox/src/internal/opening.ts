import type { EndpointKind, Provider } from "../Provider.ts"
import type { Opening } from "./journal.ts"
import { lookahead, makeMask, makeSecrets, type Mask } from "./masking.ts"
import type { Identity } from "./realm.ts"
import type { Received } from "./received.ts"
import { copyOf } from "./text.ts"
import type { World } from "./world.ts"

const parameterNames = [
  "grant_type",
  "client_id",
  "client_secret",
  "scope",
  "username",
  "password",
  "refresh_token",
  "audience",
  "resource",
  "client_assertion",
  "client_assertion_type",
  "assertion"
]

const secretParameters = ["client_secret", "password", "refresh_token", "assertion", "client_assertion"]

const grants = ["client_credentials", "password", "refresh_token", "authorization_code"]

/** The list's own text, and not a slice of what came. */
const known = (texts: ReadonlyArray<string>, text: string): string | undefined => texts.find((one) => one === text)

/** A text is shown up to so many characters, and of a list so many items. */
const longest = 200
const most = 64

/** Whose request it is, and which kind of endpoint it met. */
export interface Route {
  readonly kind: EndpointKind
  readonly provider: Provider | undefined
  readonly identity: Identity | undefined
  /** The tag of the answer that a script has for it. */
  readonly scripted: string | undefined
}

/** The secrets and tokens that a request presented, as its server read them. */
export const presentedBy = (request: Received, clientSecret: string | undefined): ReadonlyArray<string> => [
  ...new Set([
    ...(clientSecret === undefined ? [] : [clientSecret]),
    ...(request.bearer === undefined ? [] : [request.bearer]),
    ...secretParameters.flatMap((name) => request.form.getAll(name).slice(0, 4))
  ])
]

/** Masks what a request presented as a secret, what is a secret of an account, and every token. */
export const maskOf = (world: World, request: Received, clientSecret: string | undefined): Mask => {
  // A client secret that was read is the second half of it.
  const basic = clientSecret === undefined ? request.basic ?? "" : ""
  const presented = [...presentedBy(request, clientSecret), basic]
  const unknown = presented.filter((secret) => secret !== "" && !world.secrets.has(secret) && !world.isToken(secret))
  if (unknown.length === 0) return world.mask
  const secrets = makeSecrets(world.fingerprint)
  for (const secret of unknown) secrets.add(secret)
  return makeMask([secrets, world.secrets], world.isToken, world.fingerprint)
}

/** A text of the client's as the journal shows it. Only what may be shown is looked at, however long the text is. */
export const shownBy = (mask: Mask, text: string, length = longest): string =>
  copyOf(mask(copyOf(text, length + lookahead)), length)

/**
 * Writes down a request without its secrets: values that could be one become fingerprints, and what a mistaken client
 * put elsewhere (a secret in the path, say) is masked.
 */
export const openingOf = (
  world: World,
  { identity, kind, provider, scripted }: Route,
  request: Received,
  mask: Mask
): Opening => {
  const { form, headers } = request
  const isToken = kind === "token"
  const shown = (text: string | undefined): string | undefined => text === undefined ? undefined : shownBy(mask, text)
  const print = (value: string | undefined): string | undefined =>
    value === undefined ? undefined : world.fingerprint(value)
  const nameOfParameter = (name: string): string => known(parameterNames, name) ?? `?${world.fingerprint(name)}`
  const grant = form.get("grant_type")
  const { accept, "content-type": contentType, "user-agent": userAgent } = headers

  return {
    time: request.now,
    provider,
    kind,
    method: request.method,
    path: shownBy(mask, request.path),
    host: request.host === "" ? undefined : shownBy(mask, request.host),
    query: [...request.query.keys()].slice(0, most).map(nameOfParameter),
    placement: request.placement,
    grant: !isToken || grant === null ? undefined : known(grants, grant) ?? "other",
    scope: isToken ? shown(form.get("scope") ?? undefined) : undefined,
    parameters: isToken ? [...form.keys()].slice(0, most).map(nameOfParameter) : [],
    account: identity?.account,
    matched: identity?.matched === true,
    headers: shownBy(mask, Object.keys(headers).slice(0, most).join(","), 4096).split(","),
    accept: shown(accept),
    contentType: shown(contentType),
    userAgent: shown(userAgent),
    traced: headers["traceparent"] !== undefined || headers["b3"] !== undefined,
    fingerprints: {
      clientSecret: print(identity?.clientSecret),
      password: print(form.get("password") ?? undefined),
      refreshToken: print(form.get("refresh_token") ?? undefined),
      bearer: print(request.bearer)
    },
    scripted
  }
}
