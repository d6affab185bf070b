/**
 * The token on requests, for programs that aren't written with Effect: a `fetch` that carries it.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { constVoid, identity } from "effect/Function"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as AccessToken from "./AccessToken.ts"
import {
  type Attachment,
  attachment,
  hasLeft,
  isRepeatable,
  isSafe,
  permitted,
  refusalOf,
  renew
} from "./Attachment.ts"
import { readToTheEnd } from "./internal/heldResponse.ts"
import type { ProviderClient } from "./ProviderClient.ts"
import * as TokenError from "./TokenError.ts"

/**
 * An account at a provider, as promises.
 *
 * What the promises are rejected with is a `TokenError` where the token is the trouble, and whatever `fetch` itself is
 * rejected with where that is.
 *
 * @since 0.1.0
 * @category models
 */
export interface Fetch<out Reply = unknown> extends AsyncDisposable {
  /**
   * As the `fetch` of the platform, with the token. A path alone (`/accounts/me`) goes to the provider's API; a URL
   * elsewhere is refused. Where the API refuses the token, the request is sent once more with another one, unless its
   * body is a stream or comes in a `Request`. What `AuthenticatedHttpClient` says of redirects and of a header of the
   * caller's own holds here too.
   *
   * A signal ends this request, and nobody else's wait for the same token.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /** An access token that is valid now. A signal ends this wait alone. */
  readonly token: (options?: { readonly signal?: AbortSignal | undefined }) => Promise<AccessToken.AccessToken<Reply>>
  /**
   * Ends the token requests that are under way; those who wait for one are rejected with `Unavailable`, and so is
   * whoever comes later. Requests that carry their token already go on.
   */
  readonly close: () => Promise<void>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** What sends the requests: the platform's `fetch` unless told otherwise. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/**
 * Makes a `fetch` of a provider's Layer and tag:
 * `Fetch.make(Routee.layer({ applicationId, applicationSecret: Redacted.make(secret) }), Routee)`. A `Redacted` keeps
 * the secret out of every log, and is the one thing to import from `effect`.
 *
 * Token requests go through the same `fetch`, unless the Layer has been provided with an `HttpClient` already.
 *
 * Throws `InvalidOption`, or whatever else the Layer fails with, if that is known at once; else the first call is
 * rejected with it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <Service, Reply, E>(
  layer: Layer.Layer<Service, E, HttpClient.HttpClient>,
  tag: Context.Key<Service, ProviderClient<Reply, never>>,
  options: Options = {}
): Fetch<Reply> => {
  type Token = AccessToken.AccessToken<Reply>

  const send: typeof globalThis.fetch = (input, init) => (options.fetch ?? globalThis.fetch)(input, init)
  const scope = Scope.makeUnsafe()
  const opening = Effect.runFork(open(layer, tag, send, scope))
  let account = succeededIn(opening)
  const opened = Effect.runPromise(Fiber.join(opening)).then((opened) => account = opened)
  // Whoever calls hears of it.
  opened.catch(constVoid)

  let stored: { readonly token: Token; readonly promise: Promise<Token> } | undefined
  let pending: Promise<Token> | undefined
  let closing: Promise<void> | undefined

  const fresh = (): Token | undefined => closing === undefined ? account?.client.peek() : undefined

  const obtain = async (): Promise<Token> => {
    const { attached, client } = account ?? await opened
    if (closing !== undefined) throw closed(attached)
    return fresh() ?? (pending ??= Effect.runPromise(client.token).finally(() => {
      pending = undefined
    }))
  }

  const token: Fetch<Reply>["token"] = ({ signal } = {}) => {
    const known = signal === undefined ? fresh() : undefined
    if (known === undefined) return abortable(obtain(), signal)
    if (stored?.token !== known) stored = { token: known, promise: Promise.resolve(known) }
    return stored.promise
  }

  const fetch: Fetch["fetch"] = async (input, init = {}) => {
    const { attached } = account ?? await opened
    const request = typeof input === "object" && "url" in input ? input : undefined
    const url = attached.origins.locate(request?.url ?? String(input))
    const headers = init.headers ?? request?.headers
    if (hasAuthorization(headers)) return send(request ?? url, init)
    const refusal = refusalOf(attached, url)
    if (refusal !== undefined) throw refusal

    const signal = init.signal ?? request?.signal
    const carry = (token: AccessToken.AccessToken): Promise<Response> =>
      send(request ?? url, { ...init, headers: withAuthorization(headers, AccessToken.authorization(token)) })
    const token = fresh() ?? await abortable(obtain(), signal)
    const response = await carry(token)
    const method = (init.method ?? request?.method ?? "GET").toUpperCase()
    if (closing !== undefined || response.redirected && hasLeft(url, response.url)) return response
    if (!attached.renewOn.has(response.status)) {
      permitted(attached, { method, url })
      return response
    }
    const settled = renew(attached, {
      token,
      request: { method, url },
      status: response.status,
      isRepeatable: isRepeatable(init.body) && (request?.body ?? null) === null
        && (isSafe(method) || !response.redirected),
      answer: Effect.succeed<Settled>(() => response),
      held: Effect.map(hold(response), (held) => Effect.succeed(() => held)),
      repeat: (another) => Effect.succeed(() => carry(another))
    })
    const settle = await abortable(Effect.runPromise(settled, signal ? { signal } : undefined), signal)
    return settle()
  }

  const close = (): Promise<void> =>
    closing ??= opened.then(constVoid, constVoid).then(() => Effect.runPromise(Scope.close(scope, Exit.void)))

  return { fetch, token, close, [Symbol.asyncDispose]: close }
}

/** How a refused request ends: with the refusal, or with what came when it was sent once more. */
type Settled = () => Response | Promise<Response>

interface Account<out Reply> {
  readonly client: ProviderClient<Reply, never>
  readonly attached: Attachment
}

const open = <Service, Reply, E>(
  layer: Layer.Layer<Service, E, HttpClient.HttpClient>,
  tag: Context.Key<Service, ProviderClient<Reply, never>>,
  send: typeof globalThis.fetch,
  scope: Scope.Closeable
): Effect.Effect<Account<Reply>, E> =>
  layer.pipe(
    Layer.provide(Layer.provide(FetchHttpClient.layer, Layer.succeed(FetchHttpClient.Fetch, send))),
    Layer.buildWithScope(scope),
    Effect.flatMap((context) => {
      const client = Context.get(context, tag)
      const attached = client.http[attachment]
      return attached === undefined
        ? Effect.die(new TypeError("the Layer's client doesn't say how requests carry its token"))
        : Effect.succeed({ client, attached })
    }),
    Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
  )

/** What a fiber has answered, if it has. Throws what it has failed with. */
const succeededIn = <A, E>(fiber: Fiber.Fiber<A, E>): A | undefined => {
  const exit = fiber.pollUnsafe()
  if (exit === undefined) return undefined
  if (Exit.isSuccess(exit)) return exit.value
  throw Cause.squash(exit.cause)
}

const closed = ({ provider }: Attachment): TokenError.TokenError =>
  new TokenError.TokenError({
    provider,
    reason: new TokenError.Unavailable({ kind: "closed" })
  })

// Making a `Headers` takes longer than all the rest that is done here for a request: a record stays one.
const isRecord = (headers: HeadersInit): headers is Record<string, string> => !(Symbol.iterator in headers)

const hasAuthorization = (headers: HeadersInit = {}): boolean =>
  isRecord(headers)
    ? Object.keys(headers).some((name) => name.toLowerCase() === "authorization")
    : new Headers(headers).has("authorization")

const withAuthorization = (headers: HeadersInit = {}, authorization: string): HeadersInit =>
  isRecord(headers)
    ? { ...headers, authorization }
    : new Headers([...new Headers(headers), ["authorization", authorization]])

/** The promise, or the signal's reason, whichever comes first. */
const abortable = <A>(promise: Promise<A>, signal: AbortSignal | null | undefined): Promise<A> =>
  signal === null || signal === undefined
    ? promise
    : new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason)
      if (signal.aborted) abort()
      signal.addEventListener("abort", abort, { once: true })
      promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort))
    })

const hold = (response: Response): Effect.Effect<Response> => {
  const { body } = response
  return body === null ? Effect.succeed(response) : Effect.map(
    readToTheEnd(Stream.fromReadableStream({ evaluate: () => body, onError: identity })),
    (bytes) =>
      bytes === undefined
        ? response
        : Object.defineProperty(new Response(bytes, response), "url", { value: response.url })
  )
}
