import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import type { Policy } from "../Policy.ts"
import type { Carried, Credentials, Field, Placement, Sent, Statement } from "../Statement.ts"
import type { Options, Subject } from "../Subject.ts"
import { type Answer, record, type Recorded } from "./recorder.ts"
import * as Wire from "./wire.ts"

/** An id and its secret. With the password grant, the secret is the password, and the id is the username. */
export interface Pair {
  readonly id: string
  readonly secret: string
}

export const ordinary: Pair = { id: "ordinary", secret: "s3cret-of-ordinary" }

/** The same, in the provider's terms. */
export const credentialsOf = ({ client = "conformance-client", grant }: Statement, { id, secret }: Pair): Credentials =>
  grant === "password"
    ? { clientId: client, clientSecret: "s3cr3t+0f/app=", username: id, password: secret }
    : { clientId: id, clientSecret: secret, username: "", password: "" }

/** The account, as an application gives it: by the provider's names. */
export const accountOf = (
  subject: Subject,
  pair: Pair,
  scopes: ReadonlyArray<string> = subject.stated.scopes === "required" ? ["one"] : []
): Options => {
  const { account, policy, stated } = subject
  const credentials = credentialsOf(stated, pair)
  if (account !== undefined) return { ...account(credentials), scopes }
  const { clientId, clientSecret, password, username } = credentials
  const known = {
    ...(stated.client === undefined ? { clientId } : {}),
    ...(stated.placement === "none" ? {} : { clientSecret: Redacted.make(clientSecret) }),
    ...(stated.grant === "password" ? { username, password: Redacted.make(password) } : {})
  }
  return {
    ...Object.fromEntries(Object.entries(known).map(([name, value]) => [optionOf(policy, name), value])),
    scopes
  }
}

/** What the provider calls an option. */
export const optionOf = ({ settings }: Policy, name: string): string => settings[name]?.option ?? name

/** The grant's name, as errors have it. */
export const grantName = ({ grant }: Statement): string => typeof grant === "string" ? grant : grant.name

/** Whether a refused grant is remembered like a password. */
export const isPassword = ({ policy, stated }: Subject): boolean =>
  (policy.refusedAs ?? (stated.grant === "password" ? "password" : "client_credentials")) === "password"

/** A token request, as far as it is stated. */
export interface Expected extends Wire.Written {
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** What must go over the wire. */
export const expected = (
  { stated }: Subject,
  pair: Pair,
  { placement = stated.placement, refreshToken, scopes = [] }: {
    readonly placement?: Statement["placement"] | undefined
    readonly refreshToken?: string | undefined
    readonly scopes?: ReadonlyArray<string> | undefined
  } = {}
): Expected => {
  const { request: format = {} } = stated
  const credentials = credentialsOf(stated, pair)
  const byClient = typeof placement === "string" ? sentBy(placement, credentials) : placement.sent(credentials)
  const { fields = [], headers } = refreshToken === undefined ? grantOf(stated, credentials) : {
    fields: [["grant_type", "refresh_token"], ["refresh_token", refreshToken]] satisfies ReadonlyArray<Field>
  }
  const scope: ReadonlyArray<Field> = scopes.length === 0 || refreshToken !== undefined
    ? []
    : [["scope", scopes.join(format.scopeSeparator ?? " ")]]
  const isType = ([name]: Field) => name === "grant_type"
  return {
    headers: { authorization: undefined, ...format.headers, ...byClient.headers, ...headers },
    ...Wire.written(
      pathOf(stated),
      Wire.named([
        ...fields.filter(isType),
        ...byClient.fields ?? [],
        ...fields.filter((field) => !isType(field)),
        ...scope
      ], format),
      format
    )
  }
}

const sentBy = (placement: Placement, { clientId, clientSecret }: Credentials): Sent => {
  const authorization = Wire.authorization(placement, clientId, clientSecret)
  return {
    headers: authorization === undefined ? {} : { authorization },
    fields: Wire.clientFields(placement, clientId, clientSecret)
  }
}

const grantOf = ({ grant }: Statement, credentials: Credentials): Sent => {
  if (typeof grant !== "string") return grant.sent(credentials)
  const { password, username } = credentials
  return {
    fields: [
      ["grant_type", grant],
      ...(grant === "password" ? [["username", username], ["password", password]] as const : [])
    ]
  }
}

const pathOf = ({ tokenEndpoint }: Statement): string => new URL(tokenEndpoint).pathname

/** What went over the wire, as far as it is stated. */
export const sent = (stated: Expected, { body, headers, method, path }: Recorded): Expected => ({
  method,
  target: path,
  contentType: headers["content-type"],
  body,
  headers: Object.fromEntries(Object.keys(stated.headers).map((name) => [name, headers[name]?.toString()]))
})

/** The fields of a token request, wherever they are. */
const fieldsOf = ({ body, headers, path }: Recorded): URLSearchParams => {
  const { searchParams } = new URL(path, "http://localhost")
  if (body === "") return searchParams
  return headers["content-type"] === "application/json"
    ? new URLSearchParams(Object.entries<string>(JSON.parse(body)))
    : new URLSearchParams(body)
}

/** The value of a field of a token request, by OAuth's name. */
export const field = ({ request = {} }: Statement, recorded: Recorded, name: string): string | null =>
  fieldsOf(recorded).get(request.fields?.[name] || name)

/** The name of the grant that a token request was sent with. */
export const grantSent = (stated: Statement, recorded: Recorded): string =>
  field(stated, recorded, "refresh_token") === null ? grantName(stated) : "refresh_token"

/** How the token goes on API requests by default. */
export const bearer: Carried = { header: "authorization", scheme: "Bearer" }

/** The value of the header that carries the token. */
export const carriedAs = ({ carried: { scheme } = bearer }: Statement, token: string): string =>
  scheme === undefined ? token : `${scheme} ${token}`

/** The scopes that `accountOf` requests by default. */
export const ownScopes = ({ defaultScopes = [], scopes }: Statement): ReadonlyArray<string> =>
  scopes === "required" ? ["one"] : defaultScopes

/** Core's method for a placement. */
export const methodOf: Readonly<Record<Placement, ClientAuthentication.ClientAuthentication>> = {
  client_secret_basic_raw: ClientAuthentication.clientSecretBasicRaw,
  client_secret_basic: ClientAuthentication.clientSecretBasic,
  client_secret_post: ClientAuthentication.clientSecretPost,
  none: ClientAuthentication.none
}

/** What the servers of a rig return. `count` is the number of the request, from 1. */
export interface Answers {
  readonly token?: (count: number, request: Recorded) => Answer
  readonly api?: (count: number, request: Recorded) => Answer
}

/** The documented reply, with tokens that tell which request they belong to. */
export const reply = (
  { reply, written = (fields) => fields }: Statement,
  count: number,
  changes: Readonly<Record<string, unknown>> = {}
): Answer => ({
  status: 200,
  body: written({
    ...reply,
    access_token: `token-${count}`,
    ...("refresh_token" in reply ? { refresh_token: `refresh-${count}` } : {}),
    ...changes
  })
})

/** A client of the provider, and servers that stand for the provider's and record what they receive. */
export interface Rig {
  readonly client: ProviderClient.ProviderClient
  readonly tokenRequests: () => ReadonlyArray<Recorded>
  readonly apiRequests: () => ReadonlyArray<Recorded>
}

/** Starts the servers, and makes the client. */
export const rig = Effect.fnUntraced(function*(
  subject: Subject,
  { account = accountOf(subject, ordinary), answers = {}, overrides = {} }: {
    readonly account?: Options
    readonly answers?: Answers
    readonly overrides?: Options
  } = {}
): Effect.fn.Return<Rig, TokenError, HttpClient.HttpClient | Scope.Scope> {
  const { stated } = subject
  const { method = "POST" } = stated.request ?? {}
  const isForToken = (request: Recorded) => request.path.split("?")[0] === pathOf(stated) && request.method === method
  const counts = { token: 0, api: 0 }
  const recorder = yield* record((request) =>
    isForToken(request)
      ? (answers.token ?? ((count) => reply(stated, count)))(++counts.token, request)
      : (answers.api ?? (() => ({ status: 200, body: {} })))(++counts.api, request)
  )
  const client = yield* connect(subject, { baseUrl: recorder.origin, ...account, ...overrides }).pipe(
    Effect.provideService(Random.Random, noChance)
  )
  return {
    client,
    tokenRequests: () => recorder.requests.filter(isForToken),
    apiRequests: () => recorder.requests.filter((request) => !isForToken(request))
  }
})

/** The client of an account. */
export const connect = (
  { connect, parts, provider }: Subject,
  account: Options
): Effect.Effect<ProviderClient.ProviderClient, TokenError, HttpClient.HttpClient | Scope.Scope> => {
  const options: Options = { ...parts, ...account }
  return connect === undefined ? ProviderClient.make(provider, options) : connect(options)
}

// Retries then wait for nothing, and the clock does not have to be turned for them.
const noChance: Random.Random = { nextIntUnsafe: () => 0, nextDoubleUnsafe: () => 0 }

/** Waits, in real time, for what happens in the background: for 2 s, and longer on a machine that is slow. */
export const eventually = <E, R>(holds: Effect.Effect<boolean, E, R>): Effect.Effect<boolean, E, R> =>
  Effect.gen(function*() {
    for (let attempt = 0; attempt < 400; attempt++) {
      if (yield* holds) return true
      yield* TestClock.withLive(Effect.sleep(5))
    }
    return false
  })
