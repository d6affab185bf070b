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
import { constUndefined, constVoid } from "effect/Function"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import type * as AccessToken from "./AccessToken.ts"
import { valueOf as valueOfToken } from "./Authorization.ts"
import {
  type Attachment,
  attachmentOf,
  hasLeft,
  isRepeatable,
  isSafe,
  permitted,
  renew,
  targetOf
} from "./internal/http/attachment.ts"
import { limit, readToTheEnd } from "./internal/http/heldResponse.ts"
import type { ProviderClient } from "./ProviderClient.ts"
import * as TokenError from "./TokenError.ts"
import { type Rejection, WaitUntil } from "./TokenSource.ts"

/**
 * An account at a provider, as promises.
 *
 * They are rejected with a `TokenError` where there is no token, and with whatever `fetch` itself is rejected with where
 * that fails.
 *
 * @since 0.1.0
 * @category models
 */
export interface Fetch<out Reply = unknown> extends AsyncDisposable {
  /**
   * As the `fetch` of the platform, with the token. A path alone (`/accounts/me`) goes to the provider's API; a URL
   * elsewhere is refused. Where the API refuses the token, the request is sent once more with another one, unless its
   * body is a stream or comes in a `Request`. What `AuthenticatedHttpClient` says of redirects and of a header of the
   * caller's own is true here too; a header that is `undefined` or `null` counts as none, too.
   *
   * A signal ends this request, and no other caller's wait for the same token.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit | null) => Promise<Response>
  /** An access token that is valid now. A signal ends this wait alone. */
  readonly token: (options?: { readonly signal?: AbortSignal | undefined }) => Promise<AccessToken.AccessToken<Reply>>
  /**
   * Reports that an API refused this token: for an API that does so in a response with another status, and for requests
   * that are sent by other means. `token()` then gets another one. See `TokenSource.reject`.
   */
  readonly reject: (token: AccessToken.AccessToken, rejection?: Rejection) => void
  /**
   * Ends the token requests that are in flight; callers who wait for one are rejected with `Unavailable`, and so are
   * later callers. Requests that carry their token already go on.
   */
  readonly close: () => Promise<void>
}

/**
 * Options of a `Fetch`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** What sends the requests: the platform's `fetch` by default. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /**
   * Keeps a renewal alive in a Worker when the request that started it has ended: `waitUntil` of `cloudflare:workers`.
   * Without it the next request starts another one.
   */
  readonly waitUntil?: ((promise: Promise<unknown>) => void) | undefined
}

/**
 * Makes a `fetch` of a provider's Layer and tag:
 * `Fetch.make(Routee.layer({ applicationId, applicationSecret: Redacted.make(secret) }), Routee)`. A `Redacted` keeps
 * the secret out of every log, and is the one thing to import from `effect`.
 *
 * Token requests go through the same `fetch`, unless the Layer has been provided with an `HttpClient` already.
 *
 * Throws `InvalidOption`, or whatever else the Layer fails with, if that is known at once; otherwise the call that
 * waits for the Layer is rejected with it, and the next call builds the Layer again. What is no Layer, and what is no
 * service of it, is a `TypeError`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <Service, Reply, E>(
  layer: Layer.Layer<Service, E, HttpClient.HttpClient>,
  tag: Context.Key<Service, ProviderClient<Reply, never>>,
  options?: Options
): Fetch<Reply> => {
  type Token = AccessToken.AccessToken<Reply>

  // A caller without types may give anything.
  must(Layer.isLayer(layer), "the first argument must be a Layer, such as Routee.layer({ … })")
  must(Context.isKey(tag), "the second argument must be the service of that Layer, such as Routee")
  const { fetch: sender, waitUntil } = options ?? {}
  for (const [option, value] of Object.entries({ fetch: sender, waitUntil })) {
    if ((value ?? undefined) === undefined || Predicate.isFunction(value)) continue
    const reason = new TokenError.InvalidOption({ option, problem: "must be a function" })
    throw ownOf(new TokenError.TokenError({ provider: tag.key, reason }), make)
  }

  const send: typeof globalThis.fetch = (input, init) => (sender ?? globalThis.fetch)(input, init)

  let opening: Opening<Reply, E> | undefined = open(layer, tag, send, waitUntil ?? undefined)
  let account = opening.exit && valueOf(opening.exit, make)
  let stored: { readonly token: Token; readonly promise: Promise<Token> } | undefined
  let join: (() => Promise<Token>) | undefined
  let closing: Promise<void> | undefined

  // In a Worker, what a request has started ends with it, and its promise is rejected: the Layer is built again then.
  const opened = async (): Promise<Account<Reply>> => {
    if (closing !== undefined) throw closed(account?.attached.provider ?? tag.key)
    if (account !== undefined) return account
    const current = opening ??= open(layer, tag, send, waitUntil ?? undefined)
    const exit = await current.promise.catch(constUndefined)
    if (opening === current && (exit === undefined || Exit.isFailure(exit))) opening = undefined
    if (exit !== undefined) account ??= valueOf(exit, opened)
    return opened()
  }

  const fresh = (): Token | undefined => closing === undefined ? account?.client.peek() : undefined

  const obtain = (): Promise<Token> => join === undefined ? begin() : join()

  const begin = async (): Promise<Token> => {
    const { client } = closing === undefined && account !== undefined ? account : await opened()
    return (waitUntil ?? undefined) === undefined ? (join ??= shared(client.token))() : run(client.token)
  }

  // Callers who wait share a promise. In a Worker it belongs to the request of the first of them, and is rejected when that
  // ends: then each waits by itself. So does each where a request is kept alive, and none of them is rejected.
  const shared = (token: Effect.Effect<Token, TokenError.TokenError>): () => Promise<Token> => {
    const leave = () => {
      if (join === wait) join = undefined
    }
    const promise = Effect.runPromiseExit(token).finally(leave)
    const settled = (exit: Exit.Exit<Token, TokenError.TokenError>): Token => valueOf(exit, settled)
    const lost = (): Promise<Token> => {
      leave()
      return run(token)
    }
    const wait = () => promise.then(settled, lost)
    return wait
  }

  const token: Fetch<Reply>["token"] = (options) => {
    const signal = options?.signal
    // While others wait for a token, there is none to look for.
    const known = signal === undefined && join === undefined ? fresh() : undefined
    if (known === undefined) return abortable(obtain(), signal)
    if (stored?.token !== known) stored = { token: known, promise: Promise.resolve(known) }
    return stored.promise
  }

  const reject: Fetch["reject"] = (token, rejection) => {
    must(Redacted.isRedacted(token?.value), "the token to reject must be one that token() returned")
    if (account !== undefined && closing === undefined) {
      Effect.runSync(account.client.reject(token, rejection ?? undefined))
    }
  }

  const fetch: Fetch["fetch"] = async (input, options) => {
    // What the caller changes while a token is waited for changes nothing, as with the platform's own.
    const init = initOf(options ?? {})
    const request = typeof input === "object" && input !== null && "url" in input ? input : undefined
    const given = request?.url ?? String(input)
    const headers = init.headers = copyOf(init.headers ?? request?.headers)
    const { attached } = account ?? await opened()
    const { authorization, origins, renewOn } = attached
    const { header } = authorization
    const at = (target: string) => request?.url === target ? request : target
    if (hasHeader(headers, header)) return send(at(origins.locate(given)), init)

    const signal = init.signal ?? request?.signal
    const urlFor = (token?: AccessToken.AccessToken): string => {
      const target = targetOf(attached, given, token)
      if (typeof target !== "string") throw ownOf(target, fetch)
      return target
    }
    const carry = (url: string, token: AccessToken.AccessToken): Promise<Response> =>
      send(at(url), { ...init, headers: withHeader(headers, header, valueOfToken(authorization, token)) })

    const token = fresh() ?? (urlFor(), await abortable(obtain(), signal))
    const url = urlFor(token)
    const response = responseOf(await carry(url, token))
    const { redirected, status } = response
    const exchanged = { method: (init.method ?? request?.method ?? "GET").toUpperCase(), url }
    if (!renewOn.has(status)) {
      permitted(attached, exchanged, redirected ? response : exchanged)
      return response
    }
    if (closing !== undefined || redirected && hasLeft(url, response.url)) return response
    const settled = renew(attached, {
      token,
      request: exchanged,
      status,
      isRepeatable: isRepeatable(init.body) && (request?.body ?? null) === null
        && (isSafe(exchanged.method) || !redirected),
      answer: Effect.succeed<Settled>(() => response),
      held: hold(response),
      repeat: (another) => Effect.succeed(async () => carry(urlFor(another), another))
    })
    const settle = await abortable(run(settled, signal), signal)
    return settle()
  }

  const close = (): Promise<void> =>
    closing ??= (opening?.promise ?? Promise.resolve()).then(constVoid, constVoid).then(() =>
      opening && Effect.runPromise(Scope.close(opening.scope, Exit.void))
    )

  return { fetch, token, reject, close, [Symbol.asyncDispose]: close }
}

/** A copy, also of a `Request` that is given as the options of another: `fetch` reads what that inherits. */
const initOf = (options: object): RequestInit => {
  const init: Record<string, unknown> = {}
  for (const name in options) init[name] = Reflect.get(options, name)
  return init
}

/** How a refused request ends: with the refusal, or with what came when it was sent once more. */
type Settled = () => Response | Promise<Response>

interface Account<out Reply> {
  readonly client: ProviderClient<Reply, never>
  readonly attached: Attachment
}

/** A Layer that is being built. */
interface Opening<out Reply, out E> {
  readonly scope: Scope.Closeable
  /** If that was done at once. */
  readonly exit: Exit.Exit<Account<Reply>, E> | undefined
  readonly promise: Promise<Exit.Exit<Account<Reply>, E>>
}

const open = <Service, Reply, E>(
  layer: Layer.Layer<Service, E, HttpClient.HttpClient>,
  tag: Context.Key<Service, ProviderClient<Reply, never>>,
  send: typeof globalThis.fetch,
  waitUntil: Options["waitUntil"]
): Opening<Reply, E> => {
  const scope = Scope.makeUnsafe()
  const fiber = layer.pipe(
    Layer.provide(Layer.provide(
      FetchHttpClient.layer,
      Layer.succeed(FetchHttpClient.Fetch, async (input, init) => responseOf(await send(input, init)))
    )),
    Layer.provide(Layer.succeed(WaitUntil, waitUntil)),
    Layer.buildWithScope(scope),
    Effect.flatMap((context) => {
      const client = Context.getOrUndefined(context, tag)
      const attached = client && attachmentOf(client.http)
      return client === undefined || attached === undefined
        ? Effect.die(new TypeError(`the Layer provides no ${tag.key} that @mintmark/core has made`))
        : Effect.succeed({ client, attached })
    }),
    Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))),
    Effect.runFork
  )
  return { scope, exit: fiber.pollUnsafe(), promise: Effect.runPromise(Fiber.await(fiber)) }
}

/** What an effect has succeeded with. Throws what it has failed with, to the caller of a function. */
const valueOf = <A, E>(exit: Exit.Exit<A, E>, called: Function): A => {
  if (Exit.isSuccess(exit)) return exit.value
  throw ownOf(Cause.squash(exit.cause), called)
}

// A `fetch` of the caller's own may resolve to nothing.
const responseOf = (response: Response): Response => {
  must(Predicate.isObject(response), "fetch returned no Response")
  return response
}

const must = (holds: boolean, problem: string): void => {
  if (!holds) throw new TypeError(problem)
}

const closed = (provider: string): TokenError.TokenError =>
  new TokenError.TokenError({ provider, reason: new TokenError.Unavailable({ kind: "closed" }) })

// Making a `Headers` takes longer than all the rest that is done here for a request: a record stays one.
const isRecord = (headers: HeadersInit): headers is Record<string, string> =>
  Predicate.isObject(headers) && !(Symbol.iterator in headers)

const copyOf = (headers: HeadersInit = {}): HeadersInit => isRecord(headers) ? { ...headers } : new Headers(headers)

// `fetch` sends `undefined` and `null` as these words. An empty header says nothing.
const hasHeader = (headers: HeadersInit = {}, name: string): boolean =>
  isRecord(headers)
    ? Object.keys(headers).some((key) => key.toLowerCase() === name && String(headers[key] ?? "").trim() !== "")
    : (new Headers(headers).get(name) ?? "") !== ""

const withHeader = (headers: HeadersInit = {}, name: string, value: string): HeadersInit => {
  if (!isRecord(headers)) {
    const copy = new Headers(headers)
    copy.set(name, value)
    return copy
  }
  const copy = { ...headers }
  for (const key of Object.keys(copy)) {
    if (key.toLowerCase() === name) delete copy[key]
  }
  copy[name] = value
  return copy
}

/** The effect as a promise. */
const run = async <A, E>(effect: Effect.Effect<A, E>, signal?: AbortSignal | null): Promise<A> => {
  try {
    return await Effect.runPromise(effect, signal ? { signal } : undefined)
  } catch (error) {
    throw ownOf(error, run)
  }
}

/** The error with the frames of who called a function and awaits it: one error may be that of many callers. */
const ownOf = (error: unknown, called: Function): unknown => {
  if (!(error instanceof TokenError.TokenError)) return error
  const own = new TokenError.TokenError({ ...error })
  Reflect.get(Error, "captureStackTrace")?.(own, called)
  return own
}

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

const hold = (response: Response): Effect.Effect<Effect.Effect<Settled>> => {
  const { body } = response
  const answer: Settled = () => response
  return body === null ? Effect.succeed(Effect.succeed(answer)) : Effect.map(
    readToTheEnd(read(body)),
    Effect.map((bytes) =>
      bytes === undefined
        ? answer
        : () => Object.defineProperty(new Response(bytes, response), "url", { value: response.url })
    )
  )
}

/** The bytes of a body, or `undefined` where it is too large or can't be read. A `Stream` would take twice the time. */
const read = (body: ReadableStream<Uint8Array<ArrayBuffer>>): Effect.Effect<Blob | undefined> =>
  Effect.callback((resume) => {
    const reader = body.getReader()
    const chunks: Array<Uint8Array<ArrayBuffer>> = []
    let left = limit
    const cancel = () => {
      reader.cancel().catch(constVoid)
    }
    const end = (bytes?: Blob) => resume(Effect.succeed(bytes))
    const next = () => {
      reader.read().then(({ done, value }) => {
        if (done) return end(new Blob(chunks))
        chunks.push(value)
        left -= value.length
        if (left >= 0) return next()
        cancel()
        end()
      }, () => end())
    }
    next()
    return Effect.sync(cancel)
  })
