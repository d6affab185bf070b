/**
 * What an authorization server tells of itself: its metadata, found by its issuer.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as Clocks from "./internal/engine/Clocks.ts"
import { within } from "./internal/engine/Deadline.ts"
import * as TokenEndpoint from "./internal/http/TokenEndpoint.ts"
import * as Url from "./internal/http/url.ts"
import { accepts } from "./internal/request/TokenRequest.ts"
import { parseObject } from "./internal/text/strictJson.ts"
import { millisOf, notASpan } from "./internal/timeSpan.ts"
import { InvalidOption, ReplyNotUnderstood, TokenError, Unavailable, Unsafe } from "./TokenError.ts"

/**
 * The metadata of an authorization server, as far as it is used here; the server's own names are in snake case.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-2 | RFC 8414 section 2}
 * @since 0.1.0
 * @category schemas
 */
export const Metadata = Schema.Struct({
  issuer: Schema.String,
  tokenEndpoint: Schema.String,
  /** The client authentication methods of the token endpoint; `client_secret_basic` where the server names none. */
  tokenEndpointAuthMethods: Schema.optionalKey(Schema.Array(Schema.String)),
  /** The algorithms of signed client assertions. */
  tokenEndpointAuthSigningAlgorithms: Schema.optionalKey(Schema.Array(Schema.String)),
  grantTypes: Schema.optionalKey(Schema.Array(Schema.String)),
  scopes: Schema.optionalKey(Schema.Array(Schema.String)),
  /** Where clients with a certificate find the endpoints (RFC 8705 section 5). */
  mtlsEndpointAliases: Schema.optionalKey(
    Schema.Struct({ tokenEndpoint: Schema.optionalKey(Schema.String) }).pipe(
      Schema.encodeKeys({ tokenEndpoint: "token_endpoint" })
    )
  )
}).pipe(Schema.encodeKeys({
  tokenEndpoint: "token_endpoint",
  tokenEndpointAuthMethods: "token_endpoint_auth_methods_supported",
  tokenEndpointAuthSigningAlgorithms: "token_endpoint_auth_signing_alg_values_supported",
  grantTypes: "grant_types_supported",
  scopes: "scopes_supported",
  mtlsEndpointAliases: "mtls_endpoint_aliases"
}))

/**
 * @since 0.1.0
 * @category schemas
 */
export type Metadata = typeof Metadata.Type

/**
 * Where and how to look.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** A short name of the server, for errors. */
  readonly id: string
  /** The issuer: an https URL without query and fragment, exactly as the server writes it. */
  readonly issuer: string
  /** How long the metadata is used before it is fetched again: one hour by default. A number is in milliseconds. */
  readonly timeToLive?: Duration.Input | undefined
  /** How long it may take to fetch the metadata: 30 seconds by default. A number is in milliseconds. */
  readonly deadline?: Duration.Input | undefined
  /** Whether plain http is allowed elsewhere than on loopback: `false` by default. */
  readonly insecure?: boolean | undefined
}

/**
 * Finds the metadata of an issuer, and keeps it. The effect that it returns gives the cached metadata; once it is older
 * than `timeToLive` it is fetched again, and the older one is still used where that fails or takes longer than a quarter
 * of the deadline. Many who need it at the same time wait for one look.
 *
 * Looks at `/.well-known/openid-configuration` and, if the server has no metadata there, at
 * `/.well-known/oauth-authorization-server`. Redirects are not followed.
 *
 * Fails with `InvalidOption` for an issuer that is none, `Unsafe` where the metadata is of another issuer or names a token
 * endpoint without TLS at another origin, `ReplyNotUnderstood` where there is none or it can't be read, and `Unavailable`
 * where the server can't be reached.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-3 | RFC 8414 section 3}
 * @see {@link https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig | OpenID Connect Discovery section 4}
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: Options
): Effect.Effect<Effect.Effect<Metadata, TokenError>, TokenError, HttpClient.HttpClient> =>
  Effect.flatMap(reader(options), (read) => {
    const age = Option.getOrUndefined(Duration.fromInput(options.timeToLive ?? life))
    return age === undefined ? invalid(options, "timeToLive", "must be a duration") : Effect.succeed(read(age))
  })

/**
 * How old metadata may be.
 *
 * @internal
 */
export const life: Duration.Duration = Duration.hours(1)

/**
 * How old it may be where it seems to be no longer right.
 *
 * @internal
 */
export const pause: Duration.Duration = Duration.minutes(1)

/**
 * What `make` makes, but the metadata may be as old as each look says.
 *
 * @internal
 */
export const reader = Effect.fnUntraced(function*(
  { deadline: given = TokenEndpoint.defaultDeadline, id, insecure = false, issuer }: Options
): Effect.fn.Return<
  (age: Duration.Duration) => Effect.Effect<Metadata, TokenError>,
  TokenError,
  HttpClient.HttpClient
> {
  const deadline = millisOf(given)
  if (deadline === undefined) return yield* invalid({ id }, "deadline", notASpan)
  if (typeof insecure !== "boolean") return yield* invalid({ id }, "insecure", "must be true or false")
  const problem = typeof issuer !== "string" || issuer.includes("?")
    ? "must be an https URL without a query"
    : Url.problemOf(issuer, insecure)
  if (problem !== undefined) {
    return yield* invalid({ id }, "issuer", problem)
  }
  const exchange = TokenEndpoint.make({ id }, yield* HttpClient.HttpClient)
  const fail = (reason: TokenError["reason"]) => Effect.fail(new TokenError({ provider: id, reason }))

  const look = (url: string) =>
    Effect.flatMap(
      exchange(
        Effect.succeed({ http: Redacted.make(HttpClientRequest.get(url, { headers: accepts })) }),
        deadline
      ),
      ([, { body, status }]) =>
        status === 0 || status >= 300 && status < 400
          ? fail(new Unsafe({ kind: "redirect", problem: `the issuer's metadata redirects (status ${status})` }))
          : status >= 500 || status === 429
          ? fail(new Unavailable({ kind: "status", status }))
          : decode(status === 200 && body !== undefined ? documentOf(body) : undefined).pipe(
            Effect.orElseSucceed(() => undefined)
          )
    )

  const fetch = Effect.gen(function*() {
    const [first, second] = locationsOf(issuer)
    const elsewhere = look(second)
    // Some servers redirect to a page, or fail, at a location where they have nothing.
    const metadata = yield* Effect.catchIf(
      look(first),
      isReply,
      (error) =>
        Effect.filterOrFail(
          Effect.orElseSucceed(elsewhere, () => undefined),
          (found) => found !== undefined,
          () => error
        )
    )
      .pipe(Effect.flatMap((found) => found === undefined ? elsewhere : Effect.succeed(found)))
    if (metadata === undefined) {
      return yield* fail(new ReplyNotUnderstood({ problem: "the issuer's metadata is missing or invalid" }))
    }
    if (metadata.issuer !== issuer) {
      const difference = withoutSlash(metadata.issuer) === withoutSlash(issuer)
        ? "; they differ by the slash at the end"
        : ""
      return yield* fail(
        new Unsafe({ kind: "origin", problem: `the issuer's metadata names another issuer${difference}` })
      )
    }
    const endpoint = Url.problemOf(metadata.tokenEndpoint, insecure)
      ?? (isElsewhereWithoutTls(metadata.tokenEndpoint, issuer) ? "is plain http at another origin" : undefined)
    return endpoint === undefined
      ? metadata
      : yield* fail(new Unsafe({ kind: "origin", problem: `the issuer's token endpoint ${endpoint}` }))
  })

  // A token request that waits for it needs time, too.
  const again = (known: Metadata) =>
    within(Effect.orElseSucceed(fetch, () => known), deadline / 4, () => Effect.succeed(known))

  const one = yield* Semaphore.make(1)
  const clocks = Clocks.make(yield* Clock.clockWith(Effect.succeed))
  let cached: { readonly metadata: Metadata; readonly at: number } | undefined
  return (age) =>
    one.withPermits(1)(Effect.gen(function*() {
      const now = clocks.look().steady
      const known = cached
      if (known !== undefined && now < known.at + Duration.toMillis(age)) return known.metadata
      const metadata = yield* known === undefined ? fetch : again(known.metadata)
      cached = { metadata, at: now }
      return metadata
    }))
})

const invalid = ({ id }: Pick<Options, "id">, option: string, problem: string) =>
  Effect.fail(new TokenError({ provider: id, reason: new InvalidOption({ option, problem }) }))

/** Whether the server replied, with something else than a document. */
const isReply = ({ reason }: TokenError): boolean =>
  reason._tag === "Unsafe" || reason._tag === "Unavailable" && reason.kind === "status"

const isElsewhereWithoutTls = (url: string, issuer: string): boolean => {
  const [there, here] = [new URL(url), new URL(issuer)]
  const isOwn = there.origin === here.origin || Url.isLoopback(there.hostname) && Url.isLoopback(here.hostname)
  return there.protocol === "http:" && !isOwn
}

const decode = Schema.decodeUnknownEffect(Metadata)

// Some servers write null for what they don't have.
const documentOf = (body: Uint8Array): unknown => withoutNull(parseObject(new TextDecoder().decode(body)))

const withoutNull = (value: unknown): unknown =>
  Predicate.isReadonlyObject(value) ? Record.map(Record.filter(value, Predicate.isNotNull), withoutNull) : value

const withoutSlash = (url: string): string => url.replace(/\/$/, "")

const locationsOf = (issuer: string): readonly [string, string] => {
  const { origin, pathname } = new URL(issuer)
  return [
    `${withoutSlash(issuer)}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${withoutSlash(pathname)}`
  ]
}
