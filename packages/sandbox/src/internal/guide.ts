import { type Account, nameOf } from "../Account.ts"
import type { Provider } from "../Provider.ts"
import { titles } from "./titles.ts"

/** What a newcomer must know of a server. */
interface Guide {
  /** Documented URL of the token endpoint. */
  readonly token: string
  /** A documented or made-up route that takes the token. */
  readonly api: string
  /** What is accepted. */
  readonly right: string
  /** What is refused, and how. */
  readonly wrong: string
  /** The prefix of its environment variables, and the names that the provider gives its credentials. */
  readonly prefix: string
  readonly id: string
  readonly secret: string
  /** More variables that its packages need. */
  readonly more?: Readonly<Record<string, string>>
}

const guides: Readonly<Record<Provider, Guide>> = {
  "routee": {
    token: "POST https://auth.routee.net/oauth/token",
    api: "GET https://connect.routee.net/accounts/me/balance",
    right: "Basic, raw. scope may be left out: the token then has every scope.",
    wrong: "Credentials in the body or a wrong secret: 401. An empty or unknown scope: 400 invalid_scope.",
    prefix: "ROUTEE",
    id: "APPLICATION_ID",
    secret: "APPLICATION_SECRET"
  },
  "routee-email": {
    token: "POST https://emailapi.routee.net/oauth/access_token",
    api: "GET https://emailapi.routee.net/accounts/me",
    right: "Credentials in the body, or Basic, raw.",
    wrong: "A wrong secret: 401 invalid_client. A token of Routee's other API: 401.",
    prefix: "ROUTEE_EMAIL",
    id: "APPLICATION_ID",
    secret: "APPLICATION_SECRET"
  },
  "routera": {
    token: "POST https://api.routera.io/oauth2/token",
    api: "GET https://api.routera.io/me",
    right: "Credentials in the body, or Basic, raw.",
    wrong: "Both at once, or no grant_type: 400. A wrong secret: 401 invalid_client.",
    prefix: "ROUTERA",
    id: "CLIENT_ID",
    secret: "CLIENT_SECRET"
  },
  "voipex": {
    token: "POST https://auth.voipex.io/token",
    api: "GET https://ipbxapi.voipex.io/me",
    right: "The password grant with client_id=api, then the refresh token, each of which works once.",
    wrong:
      "A wrong password: 401 invalid_grant; two within a second lock the account for a minute. A used refresh token ends the session.",
    prefix: "VOIPEX",
    id: "USERNAME",
    secret: "PASSWORD"
  },
  "vonage-contact-center-v0": {
    token: "POST https://emea.cc.vonage.com/v0/oauth2/token",
    api: "GET https://emea.cc.vonage.com/v0/a1b2c3d4e5/calls/",
    right: "Basic, raw; or the body, percent-encoded. Regions: emea, nam, apac. The API is at the same host.",
    wrong: "A form-encoded secret in Basic, or a bare + in the body: 401 invalid_client.",
    prefix: "VONAGE_CONTACT_CENTER_V0",
    id: "ACCOUNT_KEY",
    secret: "API_TOKEN",
    more: { REGION: "emea" }
  },
  "vonage-contact-center": {
    token: "POST https://emea.cc.vonage.com/Auth/connect/token",
    api: "GET https://emea.api.cc.vonage.com/useradmin/users",
    right:
      "Credentials in the body, or Basic. A scope is required. The API requires Accept: application/vnd.newvoicemedia.v2+json.",
    wrong: "No scope, or an unknown one: 400 invalid_scope. A wrong secret: 400 invalid_client. Another Accept: 406.",
    prefix: "VONAGE_CONTACT_CENTER",
    id: "CLIENT_ID",
    secret: "CLIENT_SECRET",
    more: { REGION: "emea", SCOPES: "users:read" }
  },
  "generic": {
    token: "POST /generic/token",
    api: "GET /generic/me",
    right:
      "Client credentials, password and refresh tokens; form-encoded Basic, or the placement that you set. Scopes: read, write.",
    wrong: "Another placement or a wrong secret: 401 invalid_client. An unknown scope: 400 invalid_scope.",
    prefix: "GENERIC",
    id: "CLIENT_ID",
    secret: "CLIENT_SECRET"
  }
}

/** An account as the page shows it. */
export interface Card {
  readonly provider: Provider
  readonly title: string
  readonly account: string
  readonly token: string
  readonly api: string
  readonly right: string
  readonly wrong: string
  /** The variables of its `.env`. */
  readonly variables: { readonly id: string; readonly secret: string }
}

/** What there is to know of an account. */
export const cardOf = (account: Account): Card => {
  const { api, id, prefix, right, secret, token, wrong } = guides[account.provider]
  const provider = account.provider
  const variables = { id: `${prefix}_${id}`, secret: `${prefix}_${secret}` }
  return { provider, title: titles[provider], account: nameOf(account), token, api, right, wrong, variables }
}

// Shells and .env files read single quotes alike; what holds one can't be quoted so for both.
const quoted = (value: string): string => value.includes("'") ? JSON.stringify(value) : `'${value}'`

/** The environment variables that lead a provider's package to the sandbox, with this account. */
export const variablesOf = (account: Account, baseUrl: string): Readonly<Record<string, string>> => {
  const { id, more = {}, prefix, secret } = guides[account.provider]
  const values = {
    [id]: nameOf(account),
    [secret]: account.provider === "voipex" ? account.password : account.clientSecret,
    ...more,
    ...(account.provider === "generic"
      ? { TOKEN_ENDPOINT: `${baseUrl}/token`, API_URL: baseUrl }
      : { BASE_URL: baseUrl })
  }
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}_${name}`, value]))
}

/** The same, as the lines of a `.env` file. */
export const dotenvOf = (account: Account, baseUrl: string): string =>
  Object.entries(variablesOf(account, baseUrl)).map(([name, value]) => `${name}=${quoted(value)}`).join("\n")

/** What there is to know of an account, in lines for a terminal. */
export const describeAccount = (account: Account): ReadonlyArray<string> => {
  const { right, title, token, wrong } = cardOf(account)
  const secret = account.provider === "voipex" ? account.password : account.clientSecret
  return [
    `  ${title}: ${nameOf(account)}, ${account.provider === "voipex" ? "password" : "secret"} ${secret}`,
    `    token     ${token}`,
    `    accepted  ${right}`,
    `    refused   ${wrong}`
  ]
}
