import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import type { Credentials, Placement, Statement } from "../Statement.ts"
import type { Options, Subject } from "../Subject.ts"
import { type Answer, record, type Recorded } from "./recorder.ts"
import * as Wire from "./wire.ts"

/** Who asks. With the password grant, the secret is the password, and the id is the username. */
export interface Who {
  readonly id: string
  readonly secret: string
}

export const somebody: Who = { id: "somebody", secret: "s3cret-of-somebody" }

/** The same, in the provider's terms. */
export const credentialsOf = ({ client = "conformance-client", grant }: Statement, { id, secret }: Who): Credentials =>
  grant === "password"
    ? { clientId: client, clientSecret: "s3cret-of-client", username: id, password: secret }
    : { clientId: id, clientSecret: secret, username: "", password: "" }

/** The account, as an application gives it: by the provider's names. */
export const accountOf = (
  stated: Statement,
  who: Who,
  scopes: ReadonlyArray<string> = stated.scopes === "required" ? ["one"] : []
): Options => {
  const { clientId, clientSecret, password, username } = credentialsOf(stated, who)
  const account = {
    clientId,
    ...(stated.placement === "none" ? {} : { clientSecret: Redacted.make(clientSecret) }),
    ...(stated.grant === "password" ? { username, password: Redacted.make(password) } : {})
  }
  return {
    ...Object.fromEntries(Object.entries(account).map(([name, value]) => [optionOf(stated, name), value])),
    scopes
  }
}

/** What the provider calls an option. */
export const optionOf = ({ settings }: Statement, name: string): string => settings[name]?.option ?? name

/** The `Authorization` header and the body that must go over the wire. */
export const expected = (
  stated: Statement,
  who: Who,
  { placement = stated.placement, refreshToken, scope }: {
    readonly placement?: Placement | undefined
    readonly refreshToken?: string | undefined
    readonly scope?: string | undefined
  } = {}
) => {
  const { clientId, clientSecret, password, username } = credentialsOf(stated, who)
  const grant: ReadonlyArray<Wire.Field> = refreshToken !== undefined
    ? [["refresh_token", refreshToken]]
    : stated.grant === "password"
    ? [["username", username], ["password", password]]
    : []
  return {
    authorization: Wire.authorization(placement, clientId, clientSecret),
    body: Wire.body([
      ["grant_type", refreshToken === undefined ? stated.grant : "refresh_token"],
      ...Wire.clientFields(placement, clientId, clientSecret),
      ...grant,
      ...(scope === undefined ? [] : [["scope", scope] as const])
    ])
  }
}

/** The scope that `accountOf` asks for unless told otherwise. */
export const ownScope = (stated: Statement): string | undefined => stated.scopes === "required" ? "one" : undefined

/** Core's method for a placement. */
export const methodOf: Readonly<Record<Placement, ClientAuthentication.ClientAuthentication>> = {
  "basic-raw": ClientAuthentication.clientSecretBasicRaw,
  "basic-form-encoded": ClientAuthentication.clientSecretBasic,
  body: ClientAuthentication.clientSecretPost,
  none: ClientAuthentication.none
}

/** What the servers of a rig answer. `count` is the number of the request, from 1. */
export interface Answers {
  readonly token?: (count: number, request: Recorded) => Answer
  readonly api?: (count: number, request: Recorded) => Answer
}

/** The documented reply, with tokens that tell which request they answer. */
export const reply = (
  stated: Statement,
  count: number,
  changes: Readonly<Record<string, unknown>> = {}
): Answer => ({
  status: 200,
  body: {
    ...stated.reply,
    access_token: `token-${count}`,
    ...("refresh_token" in stated.reply ? { refresh_token: `refresh-${count}` } : {}),
    ...changes
  }
})

/** A client of the provider, and servers in the provider's place that write down what they are sent. */
export interface Rig {
  readonly client: ProviderClient.ProviderClient
  readonly tokenRequests: () => ReadonlyArray<Recorded>
  readonly apiRequests: () => ReadonlyArray<Recorded>
}

/** Starts the servers, and makes the client. */
export const rig = Effect.fnUntraced(function*(
  subject: Subject,
  { account = accountOf(subject.stated, somebody), answers = {}, overrides = {} }: {
    readonly account?: Options
    readonly answers?: Answers
    readonly overrides?: Options
  } = {}
): Effect.fn.Return<Rig, TokenError, HttpClient.HttpClient | Scope.Scope> {
  const { stated } = subject
  const tokenPath = new URL(stated.tokenEndpoint).pathname
  const isForToken = ({ method, path }: Recorded) => path === tokenPath && method === "POST"
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

// Retries then wait for nothing, and nothing needs the clock to be turned for it.
const noChance: Random.Random = { nextIntUnsafe: () => 0, nextDoubleUnsafe: () => 0 }

/** Waits, in real time, for what happens behind the caller's back: for 2 s, and longer on a machine that is held up. */
export const eventually = <E, R>(holds: Effect.Effect<boolean, E, R>): Effect.Effect<boolean, E, R> =>
  Effect.gen(function*() {
    for (let attempt = 0; attempt < 400; attempt++) {
      if (yield* holds) return true
      yield* TestClock.withLive(Effect.sleep(5))
    }
    return false
  })
