/**
 * What a provider's own pages say, in the terms of the wire: a second description, besides the provider's value.
 *
 * @since 0.1.0
 */

/**
 * Where the client's credentials are in a token request.
 *
 * - `client_secret_basic_raw`: `Authorization: Basic`, both halves as they are
 * - `client_secret_basic`: `Authorization: Basic`, both halves form-encoded first
 * - `client_secret_post`: the fields `client_id` and `client_secret`
 * - `none`: the field `client_id` alone
 *
 * @since 0.1.0
 * @category models
 */
export type Placement = "client_secret_basic_raw" | "client_secret_basic" | "client_secret_post" | "none"

/**
 * Made-up credentials. With the client credentials grant, username and password are empty.
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
 * A field of a token request: its name and its value.
 *
 * @since 0.1.0
 * @category models
 */
export type Field = readonly [name: string, value: string]

/**
 * What a method or a grant of the provider's own adds to a token request.
 *
 * @since 0.1.0
 * @category models
 */
export interface Sent {
  /** Headers, by their names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly fields?: ReadonlyArray<Field> | undefined
}

/**
 * A client authentication method, or a grant, that is the provider's own.
 *
 * @since 0.1.0
 * @category models
 */
export interface Own {
  /** The name that its tests go by. For a grant, the name of the grant in errors. */
  readonly name: string
  /** What goes over the wire for these credentials, written by hand. */
  readonly sent: (credentials: Credentials) => Sent
}

/**
 * How the token request is written, where it isn't a form that is sent by POST.
 *
 * @since 0.1.0
 * @category models
 */
export interface RequestFormat {
  /** `POST` by default. A GET has its fields in the query. */
  readonly method?: "POST" | "GET" | undefined
  /** `form` by default. */
  readonly encoding?: "form" | "json" | "query" | undefined
  /** Further headers, by their names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Other names of fields, by OAuth's names; `false` for a field that is not sent. */
  readonly fields?: Readonly<Record<string, string | false>> | undefined
  /** Further fields, in order. */
  readonly parameters?: ReadonlyArray<Field> | undefined
  /** What is between scopes: a space by default. */
  readonly scopeSeparator?: string | undefined
}

/**
 * How the token goes on API requests.
 *
 * @since 0.1.0
 * @category models
 */
export interface Carried {
  /** The header's name, in lower case. */
  readonly header: string
  /** What is before the token, with a space between them; omitted for the token alone. */
  readonly scheme?: string | undefined
}

/**
 * A failed reply that the pages document.
 *
 * @since 0.1.0
 * @category models
 */
export interface Failure {
  /** What it means, by the pages: a part of the test's name. */
  readonly name: string
  readonly status: number
  /** An object is sent as JSON, a text as HTML. */
  readonly body: Readonly<Record<string, unknown>> | string
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
  /** The whole `Authorization` header, or the part of the body, that must be there. */
  readonly wire: string
}

/**
 * How the provider's refresh tokens work.
 *
 * @since 0.1.0
 * @category models
 */
export interface Renewal {
  /** The reply's field with the refresh token's lifetime in seconds, where 0 means that it doesn't expire. */
  readonly lifetimeField?: string | undefined
}

/**
 * What the pages say of a provider. Nothing in it is Mintmark's own decision: that is in `Policy`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Statement {
  readonly tokenEndpoint: string
  readonly apiUrl: string
  /** Other origins whose requests carry the token. */
  readonly apiOrigins?: ReadonlyArray<string> | undefined
  /** How the token goes on API requests: `Authorization: Bearer <token>` by default. */
  readonly carried?: Carried | undefined
  readonly request?: RequestFormat | undefined
  readonly placement: Placement | Own
  /** Documented placements that an application may choose instead. */
  readonly alternatives?: ReadonlyArray<Placement> | undefined
  /** `produced`: the client makes the token itself, without a token request. */
  readonly grant: "client_credentials" | "password" | "produced" | Own
  /** The client id, where it is the same for every account. */
  readonly client?: string | undefined
  /** Whether a token request may, or must, name scopes; `unknown` where the pages don't say. */
  readonly scopes: "unknown" | "optional" | "required"
  /** The scopes that must be requested if the application names none; none by default. */
  readonly defaultScopes?: ReadonlyArray<string> | undefined
  /** The fields of a reply as the pages show it. Where a reply has another shape: the same values by OAuth's names. */
  readonly reply: Readonly<Record<string, unknown>>
  /**
   * The reply's JSON, from its fields by OAuth's names, where it has another shape. The checks omit fields, and give them
   * wrong types: each may be missing or anything. For a date, count from `Date.now()`: the server's `Date` header is of
   * the real clock, and a date in a reply means how far away it is from that, whatever time the `TestClock` has.
   */
  readonly written?: ((fields: Readonly<Record<string, unknown>>) => unknown) | undefined
  /** The reply's field with the base URL of the API, by the name that `reply` has for it. */
  readonly apiUrlField?: string | undefined
  /** The lifetime of that reply's token, in seconds. */
  readonly lifetime: number
  /** The scopes of that reply's token; by default those that were requested. */
  readonly granted?: ReadonlyArray<string> | undefined
  /** Omitted where the provider has no refresh tokens. */
  readonly renewal?: Renewal | undefined
  readonly failures: ReadonlyArray<Failure>
  readonly vectors?: ReadonlyArray<Vector> | undefined
}
