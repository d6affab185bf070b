/**
 * Any other authorization server, described as data: what a token request must have, what it is answered with, and which
 * routes take the token. For a provider of your own, and for the shapes that no provider of the sandbox has.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * What a JSON Web Token must be: its signature is verified with this key, and its claims are compared.
 *
 * `exp` must be ahead, at most `maxLifetime` seconds after `iat` (300 by default), and a `jti` works once.
 *
 * @since 0.1.0
 * @category models
 * @see RFC 7523 section 3
 */
export const Jwt = Schema.TaggedStruct("Jwt", {
  /** A public key in PEM (SPKI, or a certificate), or as a JWK in JSON. */
  publicKey: Schema.String,
  /** `RS256`, `PS256`, `ES256` or `EdDSA`. */
  algorithm: Schema.Literals(["RS256", "PS256", "ES256", "EdDSA"]),
  /** The claims that it must have: a text, a number, or `true` for any. */
  claims: Schema.Record(Schema.String, Schema.Json),
  /** The fields that its header must have, likewise. */
  header: Schema.optional(Schema.Record(Schema.String, Schema.Json)),
  maxLifetime: Schema.optional(Schema.Int)
})

/**
 * What a JSON Web Token must be.
 *
 * @since 0.1.0
 * @category models
 */
export type Jwt = typeof Jwt.Type

/** A refresh token of this server: one of those that it starts with, or one that it issued. */
const RefreshToken = Schema.TaggedStruct("RefreshToken", {
  /** Refresh tokens that are known from the start. */
  known: Schema.Array(Schema.String),
  /** Whether each works once only. On by default. */
  rotation: Schema.optional(Schema.Boolean)
})

/** A token of any of the sandbox's servers. */
const AnyToken = Schema.TaggedStruct("AnyToken", {})

/**
 * What a field or a header of a request must be: exactly this text, any (`true`), a JSON Web Token, a refresh token of
 * this server, or an access token of another of the sandbox's servers.
 *
 * @since 0.1.0
 * @category models
 */
export const Field = Schema.Union([Schema.String, Schema.Literal(true), Jwt, RefreshToken, AnyToken])

/**
 * What a field or a header of a request must be.
 *
 * @since 0.1.0
 * @category models
 */
export type Field = typeof Field.Type

const Fields = Schema.Record(Schema.String, Field)

/** How the client authenticates. */
const Client = Schema.Union([
  Schema.TaggedStruct("Secret", {
    placement: Schema.Literals(["client_secret_basic_raw", "client_secret_basic", "client_secret_post"]),
    id: Schema.String,
    secret: Schema.String
  }),
  Schema.TaggedStruct("Bearer", { jwt: Jwt })
])

const status = Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 }))

const Path = Schema.TemplateLiteral(["/", Schema.String])

/**
 * One token endpoint. A server may have several at one path, as one for each grant.
 *
 * @since 0.1.0
 * @category models
 */
export const TokenEndpoint = Schema.Struct({
  /** `POST` by default. */
  method: Schema.optional(Schema.Literals(["GET", "POST", "PUT"])),
  /** Below the host. `{name}` stands for one segment. */
  path: Path,
  /** Where its fields are. `form` by default. */
  encoding: Schema.optional(Schema.Literals(["form", "json", "query"])),
  /** Absent: there is none, or the fields hold all of it, as with `private_key_jwt`. */
  client: Schema.optional(Client),
  /** What the request must have. `{ grant_type: "client_credentials" }` by default. */
  fields: Schema.optional(Fields),
  /** Whether fields that aren't listed are refused. Off by default; `scope` is always allowed. */
  strict: Schema.optional(Schema.Boolean),
  /** Headers that the request must have, in lower case. */
  headers: Schema.optional(Fields),
  /** 200 by default. */
  status: Schema.optional(status),
  /**
   * The reply, with these texts replaced: `$access_token`, `$refresh_token`, `$expires_in` (a number), `$expires_at` (ISO
   * 8601), `$expires_at_seconds` and `$expires_at_millis` (numbers), `$scope` (as requested), `$jwt` (an access token
   * that is a JSON Web Token), `$origin` (the sandbox's address of this host). By default that of RFC 6749 section 5.1.
   */
  reply: Schema.optional(Schema.Json),
  /** How long its access tokens live, in seconds. 3600 by default. */
  lifetime: Schema.optional(Schema.Int),
  /** What a wrong client, and any other wrong request, is answered with. By default as RFC 6749 section 5.2 has it. */
  refusals: Schema.optional(Schema.Struct({
    client: Schema.optional(Schema.Struct({ status, body: Schema.Json })),
    request: Schema.optional(Schema.Struct({ status, body: Schema.Json }))
  }))
})

/**
 * One token endpoint.
 *
 * @since 0.1.0
 * @category models
 */
export type TokenEndpoint = typeof TokenEndpoint.Type

/**
 * A route of the API, or a public document such as that of RFC 8414.
 *
 * @since 0.1.0
 * @category models
 */
export const Route = Schema.Struct({
  /** By default that of the server. */
  host: Schema.optional(Schema.String),
  /** `GET` by default. */
  method: Schema.optional(Schema.Literals(["GET", "POST", "PUT", "PATCH", "DELETE"])),
  path: Path,
  /** Whether requests without a token are accepted. Off by default: the route takes a token of this server. */
  public: Schema.optional(Schema.Boolean),
  /** The scheme before the token in `Authorization`. `Bearer` by default. */
  scheme: Schema.optional(Schema.String),
  /** The header that holds the token alone, in lower case, instead of `Authorization`. */
  header: Schema.optional(Schema.String),
  /** Further headers that the request must have, in lower case. */
  headers: Schema.optional(Fields),
  status: Schema.optional(status),
  /** The reply, in which `$origin` is the sandbox's address of this host. */
  body: Schema.optional(Schema.Json)
})

/**
 * A route of the API, or a public document.
 *
 * @since 0.1.0
 * @category models
 */
export type Route = typeof Route.Type

/**
 * A server. Its requests are those of `generic` in the journal, the counts and the scripts.
 *
 * @since 0.1.0
 * @category models
 */
export const Server = Schema.Struct({
  /** `{name}` stands for one label: `{account}.my.example.com`. */
  host: Schema.String.check(Schema.isPattern(/^(?:[a-z0-9-]+|\{\w+\})(?:\.(?:[a-z0-9-]+|\{\w+\}))*$/)),
  tokens: Schema.Array(TokenEndpoint),
  routes: Schema.optional(Schema.Array(Route))
})

/**
 * A server.
 *
 * @since 0.1.0
 * @category models
 */
export type Server = typeof Server.Type

/**
 * A JSON Web Token that is signed with the private key to this public key.
 *
 * @since 0.1.0
 * @category constructors
 */
export const jwt = (options: Omit<Jwt, "_tag">): Jwt => ({ _tag: "Jwt", ...options })

/**
 * A refresh token of this server: one of those that are known from the start, or one that it issued. Each works once
 * where `rotation` isn't off.
 *
 * @since 0.1.0
 * @category constructors
 */
export const refreshToken = (
  known: ReadonlyArray<string> = [],
  options: { readonly rotation?: boolean } = {}
): Field => ({
  _tag: "RefreshToken",
  known,
  rotation: options.rotation
})

/**
 * A live access token of any other server of the sandbox, as the subject token of a token exchange (RFC 8693).
 *
 * @since 0.1.0
 * @category constructors
 */
export const anyToken: Field = { _tag: "AnyToken" }

/**
 * A client with an id and a secret.
 *
 * @since 0.1.0
 * @category constructors
 */
export const clientSecret = (
  placement: "client_secret_basic_raw" | "client_secret_basic" | "client_secret_post",
  id: string,
  secret: string
): NonNullable<TokenEndpoint["client"]> => ({ _tag: "Secret", placement, id, secret })

/**
 * A client that sends a JSON Web Token as the bearer token of its token request.
 *
 * @since 0.1.0
 * @category constructors
 */
export const clientBearer = (options: Omit<Jwt, "_tag">): NonNullable<TokenEndpoint["client"]> => ({
  _tag: "Bearer",
  jwt: jwt(options)
})
