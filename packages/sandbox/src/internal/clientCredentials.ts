import type { ClientAccount } from "../Account.ts"
import type { Placement } from "../Behavior.ts"
import type { Provider } from "../Provider.ts"
import type { Identity } from "./realm.ts"
import type { Received } from "./received.ts"
import { titles } from "./titles.ts"
import type { AccessToken, Issue } from "./tokens.ts"
import type { World } from "./world.ts"

/** An id and a secret as a request presented them. */
interface Presented {
  readonly clientId: string
  readonly clientSecret: string | undefined
}

/** How a provider reads the two halves of HTTP Basic. */
export type BasicReader = (text: string) => ReadonlyArray<Presented>

const halves = (text: string, decode: (half: string) => string): Presented => {
  const colon = text.indexOf(":")
  return colon < 0
    ? { clientId: decode(text), clientSecret: "" }
    : { clientId: decode(text.slice(0, colon)), clientSecret: decode(text.slice(colon + 1)) }
}

const formDecode = (half: string): string => new URLSearchParams(`v=${half.replaceAll("&", "%26")}`).get("v") ?? ""

/** As in RFC 7617: the text itself. */
export const raw: BasicReader = (text) => [halves(text, (half) => half)]

/** As in RFC 6749 section 2.3.1: each half is form-encoded. */
export const formEncoded: BasicReader = (text) => [halves(text, formDecode)]

/** Either of the two. */
export const either: BasicReader = (text) => [...raw(text), ...formEncoded(text)]

/** Which placements a provider takes. */
export interface Accepted {
  readonly basic?: BasicReader | undefined
  readonly body?: boolean | undefined
  /** A client that has no secret, and says its id in the body. */
  readonly none?: boolean | undefined
}

/** The placements of the generic server. */
export const acceptedOf = (placement: Placement): Accepted => {
  switch (placement) {
    case "client_secret_basic_raw":
      return { basic: raw }
    case "client_secret_basic":
      return { basic: formEncoded }
    case "client_secret_post":
      return { body: true }
    case "none":
      return { none: true }
  }
}

/** The ids and secrets that a request presents where they are accepted. */
export const credentialsIn = (request: Received, accepted: Accepted): ReadonlyArray<Presented> => {
  const clientId = request.form.get("client_id")
  switch (request.placement) {
    case "basic":
      return accepted.basic?.(request.basic ?? "") ?? []
    case "body":
      return accepted.body === true && clientId !== null
        ? [{ clientId, clientSecret: request.form.get("client_secret") ?? "" }]
        : []
    case "none":
      return accepted.none === true && clientId !== null ? [{ clientId, clientSecret: undefined }] : []
    case "both":
      return []
  }
}

/** The account whose credentials the request has, all of them right. */
export const authenticate = (
  world: World,
  provider: Provider,
  request: Received,
  accepted: Accepted
): ClientAccount | undefined => {
  for (const { clientId, clientSecret } of credentialsIn(request, accepted)) {
    const account = world.client(provider, clientId)
    if (account !== undefined && (clientSecret === undefined || clientSecret === account.clientSecret)) return account
  }
  return undefined
}

const places = (accepted: Accepted): string =>
  [
    ...(accepted.basic === undefined ? [] : ["the Authorization header (Basic)"]),
    ...(accepted.body === true ? ["the body (client_id, client_secret)"] : []),
    ...(accepted.none === true ? ["the body, as client_id without a secret"] : [])
  ].join(" or ")

/** Why the client of a request isn't accepted, as a sentence. */
export const refusalOf = (world: World, provider: Provider, request: Received, accepted: Accepted): string => {
  const candidates = credentialsIn(request, accepted)
  const [first] = candidates
  if (first === undefined) {
    if (request.basic === "") return "The Authorization header has Basic, and what follows isn't valid Base64 of UTF-8."
    return request.placement === "none" && !request.form.has("client_id")
      ? `The request has no client credentials: this server reads them from ${places(accepted)}.`
      : `The client's credentials are in the wrong place: this server reads them from ${places(accepted)}.`
  }
  for (const { clientId, clientSecret } of candidates) {
    const account = world.client(provider, clientId)
    if (account !== undefined) return refusalOfSecret(account, clientSecret ?? "", request)
  }
  const secrets = world.clients(provider).map((account) => account.clientSecret)
  if (secrets.includes(first.clientId)) return "The client id and the client secret are swapped."
  const trimmed = first.clientId.trim()
  if (world.client(provider, trimmed) !== undefined) return "The client id begins or ends with white space."
  return `The sandbox has no account of ${titles[provider]} with this client id.`
}

const refusalOfSecret = (account: ClientAccount, given: string, request: Received): string => {
  const wanted = account.clientSecret
  if (given === "") return "The client id is known, and the client secret is empty."
  if (given.trim() === wanted) return "The client id is known, and the client secret begins or ends with white space."
  if (formDecode(given) === wanted) {
    return request.placement === "basic"
      ? "The client secret is form-encoded, and this server compares it raw: it belongs into Basic as it is."
      : "The client secret is encoded twice."
  }
  if (formDecode(wanted) === given) {
    return "The client secret isn't form-encoded, and this server decodes it: + / = and the like must be escaped."
  }
  return "The client id is known, and the client secret is wrong."
}

const isText = (text: string | undefined): text is string => text !== undefined

/** A new access token for a client. */
export const issueTo = (
  world: World,
  { account, now, provider, scopes, value }: Omit<Issue, "account" | "lifetime"> & { readonly account: ClientAccount }
): AccessToken =>
  world.tokens.issue({
    value,
    provider,
    account: account.clientId,
    scopes,
    now,
    lifetime: world.lifetime(provider, account.clientId)
  })

/** For whom the request speaks, be it right or wrong. */
export const identifyClient = (
  world: World,
  provider: Provider,
  request: Received,
  accepted: Accepted
): Identity => {
  const account = authenticate(world, provider, request, accepted)
  // A wrong placement or encoding still tells whose request it was meant to be.
  const claims = [...raw(request.basic ?? ""), ...formEncoded(request.basic ?? "")]
    .map(({ clientId }) => clientId)
    .concat(request.form.get("client_id") ?? [])
  const secret = credentialsIn(request, accepted)[0]?.clientSecret ?? request.form.get("client_secret") ??
    (request.basic === undefined ? undefined : raw(request.basic)[0]?.clientSecret)
  return {
    provider,
    account: account?.clientId ?? claims.map((clientId) => world.client(provider, clientId)?.clientId).find(isText),
    matched: account !== undefined,
    clientSecret: secret === undefined ? undefined : account?.clientSecret ?? secret
  }
}
