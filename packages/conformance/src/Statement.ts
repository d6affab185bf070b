/**
 * What a provider's own pages say, in the terms of the wire: the other witness, besides the provider's value.
 *
 * @since 0.1.0
 */
import type { TokenError } from "@mintmark/core/TokenError"
import type { Account } from "@mintmark/sandbox/Account"
import type { BehaviorChanges } from "@mintmark/sandbox/Behavior"
import type { Provider as Realm } from "@mintmark/sandbox/Provider"

/**
 * Where the client's credentials stand in a token request.
 *
 * - `basic-raw`: `Authorization: Basic`, both halves as they are
 * - `basic-form-encoded`: `Authorization: Basic`, both halves form-encoded first
 * - `body`: the fields `client_id` and `client_secret`
 * - `none`: the field `client_id` alone
 *
 * @since 0.1.0
 * @category models
 */
export type Placement = "basic-raw" | "basic-form-encoded" | "body" | "none"

/**
 * A failed reply, and what it means.
 *
 * @since 0.1.0
 * @category models
 */
export interface Refusal {
  /** What it is, to be read after "tells apart ": a part of the test's name. */
  readonly name: string
  readonly status: number
  /** An object is sent as JSON, a text as HTML. */
  readonly body: Readonly<Record<string, unknown>> | string
  /** The tag of the error's reason. */
  readonly reason: TokenError["reason"]["_tag"]
  /** The OAuth code that the error shows, if it shows one. */
  readonly code?: string | undefined
}

/**
 * A pair of credentials that the provider's pages write out as they go over the wire.
 *
 * @since 0.1.0
 * @category models
 */
export interface Vector {
  readonly id: string
  readonly secret: string
  readonly placement: Placement
  /** The whole `Authorization` header, or the piece of the body, that must be there. */
  readonly wire: string
}

/**
 * How the provider hands out refresh tokens.
 *
 * @since 0.1.0
 * @category models
 */
export interface Renewal {
  /** The reply's field with the refresh token's lifetime in seconds, where 0 means that it has no end. */
  readonly lifetimeField?: string | undefined
}

/**
 * Made-up credentials. Where the client asks for itself, username and password are empty.
 *
 * @since 0.1.0
 * @category models
 */
export interface Credentials {
  readonly clientId: string
  readonly clientSecret: string
  readonly username: string
  readonly password: string
}

/**
 * The sandbox's server that plays the provider.
 *
 * @since 0.1.0
 * @category models
 */
export interface Played {
  /** `generic` plays any provider that the sandbox doesn't know by name. */
  readonly by: Realm
  /** The sandbox's account with these credentials. */
  readonly account: (credentials: Credentials) => Account
  /** Scopes that the account may have, and that its path needs. */
  readonly scopes?: ReadonlyArray<string> | undefined
  /** A path of its API that the account may read. */
  readonly path: string
  /** The `Accept` that its API wants. */
  readonly accept?: string | undefined
  readonly behavior?: BehaviorChanges | undefined
  /** The tag of the error's reason where the secret, or the password, is wrong. */
  readonly refusedWith: TokenError["reason"]["_tag"]
}

/**
 * What the provider calls a setting.
 *
 * @since 0.1.0
 * @category models
 */
export interface Setting {
  /** The name of the option: `applicationId`. */
  readonly option: string
  /** The environment variable: `ROUTEE_APPLICATION_ID`. */
  readonly variable: string
}

/**
 * What is stated of a provider.
 *
 * @since 0.1.0
 * @category models
 */
export interface Statement {
  readonly tokenEndpoint: string
  readonly apiUrl: string
  /** Other origins whose requests carry the token. */
  readonly apiOrigins?: ReadonlyArray<string> | undefined
  readonly placement: Placement
  /** Placements that an application may choose in its place. */
  readonly alternatives?: ReadonlyArray<Placement> | undefined
  readonly grant: "client_credentials" | "password"
  /** The id of the client, where it is the same for everybody. */
  readonly client?: string | undefined
  /** Whether scopes are asked for. */
  readonly scopes: "unknown" | "optional" | "required"
  /** A reply as the pages show it. */
  readonly reply: Readonly<Record<string, unknown>>
  /** The lifetime of that reply's token, in seconds. */
  readonly lifetime: number
  /** The scopes of that reply's token; those that were asked for if left out. */
  readonly granted?: ReadonlyArray<string> | undefined
  /** The fields of that reply that are the provider's own, and that a program can read. */
  readonly adds?: ReadonlyArray<string> | undefined
  /** The lifetime of a token whose reply doesn't say it, in seconds; such a reply is not understood if left out. */
  readonly assumedLifetime?: number | undefined
  /** Left out where the provider has no refresh tokens. */
  readonly renewal?: Renewal | undefined
  readonly refusals: ReadonlyArray<Refusal>
  /** The statuses of the API that mean "get a new token and repeat the request". */
  readonly newTokenOn: ReadonlyArray<number>
  /** Of those, the ones that may as well mean something else, such as a missing right. */
  readonly doubtOn?: ReadonlyArray<number> | undefined
  /** What the provider calls its settings. */
  readonly settings: Readonly<Record<string, Setting>>
  readonly vectors?: ReadonlyArray<Vector> | undefined
  readonly played: Played
}
