/**
 * All that is known of one provider, as one plain value.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import type * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import { type Authorization, bearer } from "./Authorization.ts"
import type { ClientAuthentication, Needs, Parameters } from "./ClientAuthentication.ts"
import type * as Grant from "./Grant.ts"
import type { HostPart } from "./HostPart.ts"
import type { Standard } from "./TokenReply.ts"

/**
 * A provider: its token endpoint, how the client authenticates, its grant, how to read its reply, what its errors mean,
 * which origins may get the token.
 *
 * `Reply` is what its reply adds to OAuth's fields, `Account` the credentials of an account at it, `Parts` what stands
 * in the braces of its URLs; the last two by the names that the provider uses.
 *
 * @since 0.1.0
 * @category models
 */
export interface Provider<
  out Reply = unknown,
  out Account extends Needs = Needs,
  out Parts extends Needs = Needs
> {
  /** A short name in lower case, for metrics, spans, errors and environment variables: `acme` reads `ACME_*`. */
  readonly id: string
  /** The token endpoint: https, or http on loopback. May contain parts in braces, such as `{region}`. */
  readonly tokenEndpoint: string
  /** The base URL of the API: a request to a path goes there. May contain the same braces. */
  readonly apiUrl: string
  /**
   * Origins that may get the token, besides that of `apiUrl`. The first label of one may be `*`:
   * `https://*.my.salesforce.com`.
   */
  readonly apiOrigins: ReadonlyArray<string>
  /** The check of each part in braces, by the part's name. A part that isn't here is not replaced. */
  readonly urlParts: Readonly<Record<string, HostPart>>
  /** What a part, or a credential that is no secret, is if the application doesn't set it; by OAuth's names. */
  readonly defaults: Readonly<Record<string, string>>
  /** The provider's own names of credentials and parts, by OAuth's: `{ clientId: "applicationId" }`. */
  readonly names: Readonly<Record<string, string>>
  /** How the client authenticates. */
  readonly clientAuthentication: ClientAuthentication
  /** The grant that gets the first token. */
  readonly grant: Grant.Grant
  /** The grant that renews with a refresh token, where replies contain one; `undefined` for none. */
  readonly renewal: Grant.Renewal | undefined
  /** Scopes that are requested if the application names none. */
  readonly scopes: ReadonlyArray<string>
  /** Whether a request without scopes is refused before it is sent. */
  readonly scopesRequired: boolean
  /** Further fields of the token request. */
  readonly parameters: Parameters
  /** How the token request is written. */
  readonly request: RequestFormat
  /**
   * A Schema of the whole reply. `TokenReply.Standard` has OAuth's own fields; `TokenReply.make` and `TokenReply.from`
   * make one for a reply with other fields or another shape. Any other Schema that decodes to OAuth's fields may be used.
   */
  readonly reply: Schema.ConstraintDecoder<Standard & Reply>
  /**
   * The lifetime of a token whose reply doesn't contain it, counted from the request, such as `"1 hour"`; a number is in
   * milliseconds. `undefined` where such a reply is not understood.
   */
  readonly assumedLifetime: Duration.Input | undefined
  /** Failed replies whose meaning doesn't follow from status and OAuth's codes. */
  readonly errors: ReadonlyArray<DeclaredError>
  /** How the token goes on requests to the API. */
  readonly authorization: Authorization
  /** The statuses of the API that mean "get a new token and repeat the request". */
  readonly renewOn: ReadonlyArray<number>
  /**
   * The statuses in `renewOn` that may have another meaning, such as a missing right: after one of these, the token is
   * renewed, and the cached one is still served if that fails. A status that isn't in `renewOn` changes nothing here.
   */
  readonly doubtOn: ReadonlyArray<number>
  /**
   * The credentials of an account and the parts of its URLs, by the provider's names: for the compiler alone, never set.
   */
  readonly "~types"?: { readonly account: Account; readonly parts: Parts } | undefined
}

/**
 * How a token request is written, where it isn't a form that is sent by POST.
 *
 * @since 0.1.0
 * @category models
 */
export interface RequestFormat {
  /** `POST` by default. A GET has no body: its fields go into the query. */
  readonly method?: "POST" | "GET" | undefined
  /** Where the fields go: the body as a form (the default), the body as JSON, or the URL's query. */
  readonly encoding?: "form" | "json" | "query" | undefined
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Other names for fields, by the names that grant and method give them; `false` leaves a field out. */
  readonly fields?: Readonly<Record<string, string | false>> | undefined
  /** What stands between scopes: a space by default. */
  readonly scopeSeparator?: string | undefined
}

/**
 * A failed reply of a provider, and its meaning. It is recognized by its `status`, by the text of its field `error`, or by both.
 *
 * @since 0.1.0
 * @category models
 */
export type DeclaredError = Declared & ({ readonly status: number } | { readonly error: string })

interface Declared {
  /** The status of the reply; omitted, it may be any. */
  readonly status?: number | undefined
  /** The text of the reply's field `error`; omitted, it may be any, or missing. */
  readonly error?: string | undefined
  /**
   * - `credentials`: the client's credentials are refused
   * - `grant`: the grant itself is refused, such as a password
   * - `request`: the request is refused for another reason
   * - `throttled`: too many requests
   * - `unavailable`: the server can't reply for now
   */
  readonly means: "credentials" | "grant" | "request" | "throttled" | "unavailable"
}

/**
 * A secret: a `Redacted`, which `Redacted.make(text)` makes of a text (`import * as Redacted from "effect/Redacted"`), or
 * an effect that reads one anew for each token request. What that effect fails with is not shown in errors.
 *
 * @since 0.1.0
 * @category models
 */
export type Secret = Redacted.Redacted | Effect.Effect<Redacted.Redacted, unknown>

type Optional<N extends Needs> = { [Name in keyof N]: N[Name] extends `${string}?` ? Name : never }[keyof N]
type Given<Kind> = Kind extends "text" | "text?" ? string : Secret

/**
 * Credentials or URL parts as an application gives them, by the provider's names: a text is a string, the rest is a
 * `Secret`.
 *
 * @since 0.1.0
 * @category models
 */
export type Account<N extends Needs> =
  & { readonly [Name in Exclude<keyof N, Optional<N>>]: Given<N[Name]> }
  & { readonly [Name in Optional<N>]?: Given<N[Name]> | undefined }

/**
 * Where a provider is, instead of its own URLs.
 *
 * @since 0.1.0
 * @category models
 */
export interface Endpoints {
  /**
   * Another base URL for both the token endpoint and the API, such as a test server: replaces their origins, and keeps
   * their paths. `{host}` in it stands for the host that is replaced: `http://localhost:4010/{host}`.
   */
  readonly baseUrl?: string | undefined
  /** The token endpoint: https, or http on loopback. */
  readonly tokenEndpoint?: string | undefined
  /** The base URL of the API: a request to a path goes there. */
  readonly apiUrl?: string | undefined
  /** Whether plain http is allowed elsewhere than on loopback: `false` by default. */
  readonly insecure?: boolean | undefined
}

/**
 * What an application may override of a provider. What is omitted, or `undefined`, changes nothing.
 *
 * @since 0.1.0
 * @category models
 */
export interface Overrides extends Endpoints {
  /** How the client authenticates: a method that needs no other credentials than the provider's own. */
  readonly clientAuthentication?: ClientAuthentication | undefined
  /** The grant that renews with a refresh token; `false` for none. */
  readonly renewal?: Grant.Renewal | false | undefined
  /** Further fields of the token request; merged over the provider's, one by one. */
  readonly parameters?: Parameters | undefined
  /** The lifetime of a token whose reply doesn't contain it, such as `"1 hour"`; a number is in milliseconds. */
  readonly assumedLifetime?: Duration.Input | undefined
}

/**
 * What is known of a provider. What is omitted takes the default that `make` names.
 *
 * @since 0.1.0
 * @category models
 */
export interface Facts<
  Reply,
  Client extends Needs,
  Owner extends Needs,
  UrlParts extends Readonly<Record<string, HostPart>>,
  Names extends Readonly<Record<string, string>>,
  Defaults extends Readonly<Record<string, string>>
> extends
  Pick<Provider<Reply>, "id" | "tokenEndpoint" | "apiUrl" | "reply">,
  Partial<
    Pick<
      Provider<Reply>,
      | "apiOrigins"
      | "renewal"
      | "scopes"
      | "scopesRequired"
      | "parameters"
      | "request"
      | "assumedLifetime"
      | "errors"
      | "authorization"
      | "renewOn"
      | "doubtOn"
    >
  >
{
  /** How the client authenticates. */
  readonly clientAuthentication: ClientAuthentication<Client>
  /** The grant that gets the first token. */
  readonly grant: Grant.Grant<Owner>
  /** The check of each part in braces of the URLs, by the part's name. A part that isn't here is not replaced. */
  readonly urlParts?: UrlParts
  /** The provider's own names of credentials and parts, by OAuth's. */
  readonly names?: Names & Only<Names, Client & Owner & UrlParts>
  /** What a part, or a credential that is no secret, is if the application doesn't set it; by OAuth's names. */
  readonly defaults?: Defaults & Only<Defaults, Client & Owner & UrlParts>
}

/** Refuses a name that is neither of a credential nor of a part. */
type Only<Given, Known> = { readonly [Name in Exclude<keyof Given, keyof Known>]: never }

type Renamed<N extends Needs, Names, Defaults> = {
  readonly [Name in keyof N as Name extends keyof Names ? Names[Name] & string : Name]: Name extends keyof Defaults
    ? N[Name] extends "text" ? "text?" : N[Name]
    : N[Name]
}

type Texts<UrlParts> = { readonly [Name in keyof UrlParts]: "text" }

/**
 * A provider.
 *
 * Defaults: no scopes, no further parameters, a form sent by POST, `token_type` and `expires_in` required, no refresh
 * token, the access token in an `Authorization: Bearer` header, `renewOn` 401, `doubtOn` 403 (by RFC 6750 section 3.1 a
 * missing right). The value is checked when a client is made of it.
 *
 * ```ts
 * import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
 * import * as Grant from "@mintmark/core/Grant"
 * import * as Provider from "@mintmark/core/Provider"
 * import * as TokenReply from "@mintmark/core/TokenReply"
 *
 * const acme = Provider.make({
 *   id: "acme",
 *   tokenEndpoint: "https://auth.acme.example/oauth/token",
 *   apiUrl: "https://api.acme.example",
 *   clientAuthentication: ClientAuthentication.clientSecretBasic,
 *   grant: Grant.clientCredentials,
 *   reply: TokenReply.Standard
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <
  Reply = {},
  Client extends Needs = Needs,
  Owner extends Needs = Needs,
  const UrlParts extends Readonly<Record<string, HostPart>> = {},
  const Names extends Readonly<Record<string, string>> = {},
  const Defaults extends Readonly<Record<string, string>> = {}
>(
  facts: Facts<Reply, Client, Owner, UrlParts, Names, Defaults>
): Provider<Reply, Renamed<Client & Owner, Names, Defaults>, Renamed<Texts<UrlParts>, Names, Defaults>> => {
  return {
    apiOrigins: [],
    renewal: undefined,
    scopes: [],
    scopesRequired: false,
    parameters: {},
    request: {},
    assumedLifetime: undefined,
    errors: [],
    authorization: bearer,
    renewOn: [401],
    doubtOn: [403],
    urlParts: {},
    names: {},
    defaults: {},
    ...given(facts)
  }
}

// What is `undefined`, or `null` from JavaScript, is as if it were omitted.
function given<A extends object>(facts: A): A
function given(facts: Readonly<Record<string, unknown>>): object {
  return Record.filter(facts, Predicate.isNotNullish)
}
