/**
 * The sandbox: four telecom providers' authorization servers, and some of their APIs, on this machine.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type { ServeError } from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Account from "./Account.ts"
import type * as Answer from "./Answer.ts"
import type * as Behavior from "./Behavior.ts"
import type { Exchange } from "./Exchange.ts"
import { makeCertificate } from "./internal/certificate.ts"
import { controlRoutes } from "./internal/control.ts"
import { makeExchange } from "./internal/exchange.ts"
import { makeGeneric } from "./internal/generic.ts"
import { variablesOf } from "./internal/guide.ts"
import { makeJournal } from "./internal/journal.ts"
import { listen } from "./internal/listener.ts"
import { makeMapping } from "./internal/mapping.ts"
import { pageRoutes } from "./internal/page.ts"
import { makeRoutee } from "./internal/routee.ts"
import { makeRouteeEmail } from "./internal/routeeEmail.ts"
import { makeRoutera } from "./internal/routera.ts"
import { makeRouting } from "./internal/routing.ts"
import { makeScripts } from "./internal/scripts.ts"
import { makeServer } from "./internal/server.ts"
import { makeVoipex } from "./internal/voipex.ts"
import { makeVonage, makeVonageV0 } from "./internal/vonage.ts"
import { makeWorld } from "./internal/world.ts"
import type { Counts, JournalEntry } from "./JournalEntry.ts"
import type { Lifetime, Provider, Target } from "./Provider.ts"
import type { Server } from "./Server.ts"
import type { RefreshTokenUse, Revocation, ValidToken } from "./Token.ts"

/**
 * Which certificate the sandbox makes for itself. All are signed by themselves; a client that trusts
 * `Sandbox.certificate` finds nothing wrong with `self-signed`, and one thing with each of the others.
 *
 * @since 0.1.0
 * @category options
 */
export type Certificate = "self-signed" | "wrong-name" | "expired"

/**
 * How to start a sandbox. Everything has a default.
 *
 * @since 0.1.0
 * @category options
 */
export interface Options {
  /** The port to listen on. 0, the default, takes a free one. */
  readonly port?: number | undefined
  /** The address to listen on. `127.0.0.1` by default. */
  readonly host?: string | undefined
  /** Accounts beside the default ones; one with a known provider and name takes that one's place. */
  readonly accounts?: ReadonlyArray<Account.Account> | undefined
  /** Servers beside those of the providers, described as data. */
  readonly servers?: ReadonlyArray<Server> | undefined
  /** How long access tokens live, by provider. */
  readonly lifetimes?: Partial<Record<Provider, Lifetime | undefined>> | undefined
  /** Switches that differ from their defaults. */
  readonly behavior?: Behavior.BehaviorChanges | undefined
  /** Serves over TLS, with a certificate of this kind. Plain HTTP by default. */
  readonly tls?: Certificate | undefined
  /** How many entries the journal keeps; the oldest go first, and are still counted. 10,000 by default. */
  readonly journalCapacity?: number | undefined
}

/**
 * A running sandbox.
 *
 * It uses the `Clock` of the context that its Layer is built in: with Effect's `TestClock`, its tokens expire when a
 * test adjusts it. It starts no spans and logs nothing.
 *
 * @since 0.1.0
 * @category services
 */
export class Sandbox extends Context.Service<Sandbox, {
  /** The scheme, host and port that it listens on. */
  readonly origin: string
  /** The certificate that it made for itself, in PEM, if it serves over TLS. */
  readonly certificate: string | undefined
  /**
   * What to give each provider's package as `baseUrl`: the origin, and `{host}` instead of the provider's host.
   * That of `generic`, which has no host of its own, is a URL.
   */
  readonly urls: Readonly<Record<Provider, string>>
  /**
   * Where a documented URL of a provider is at this sandbox: `https://auth.routee.net/oauth/token` is
   * `<origin>/auth.routee.net/oauth/token`. Throws a `TypeError` for a host, a scheme or a port that no provider
   * documents.
   */
  readonly at: (url: string | URL) => string
  /**
   * A `fetch` that takes the providers' documented URLs, sends them to this sandbox, and refuses every other host. It
   * follows no redirects: where `redirect` is `follow`, as by default, one is a `TypeError`.
   */
  readonly fetch: typeof globalThis.fetch
  /** The requests so far, those that are still open included. */
  readonly journal: Effect.Effect<ReadonlyArray<JournalEntry>>
  /**
   * The whole exchange of a journal entry, request and answer, with its secrets masked. `undefined` where it is no
   * longer kept: the journal keeps 32 MiB of them.
   */
  readonly exchange: (seq: number) => Effect.Effect<Exchange | undefined>
  /** Every request from now on, as soon as it is finished. */
  readonly entries: Stream.Stream<JournalEntry>
  /** Every request from now on, twice: when it is read, and when it is finished. */
  readonly changes: Stream.Stream<JournalEntry>
  /** How many requests there were, since the start or the last `clear`. */
  readonly counts: (
    choice?: { readonly provider?: Provider | undefined; readonly account?: string | undefined }
  ) => Effect.Effect<Counts>
  /** Waits until so many requests have come in, answered or not, since the start or the last `clear`. */
  readonly arrived: (target: Target, count: number) => Effect.Effect<void>
  /** Forgets the journal, its counts and the scripts. Accounts, tokens and settings stay. */
  readonly clear: Effect.Effect<void>
  /** Forgets the journal and its counts, and nothing else. */
  readonly clearJournal: Effect.Effect<void>
  /** What the journal shows instead of this secret or token. */
  readonly fingerprint: (secret: string | Redacted.Redacted<string>) => string
  /** The access tokens that the APIs would accept now. */
  readonly tokens: Effect.Effect<ReadonlyArray<ValidToken>>
  /** The refresh tokens that were issued, with the number of times that each was presented. */
  readonly refreshTokens: Effect.Effect<ReadonlyArray<RefreshTokenUse>>
  /** Revokes the tokens that are chosen, by default all of them, and returns how many were valid. */
  readonly revoke: (selection?: Revocation) => Effect.Effect<number>
  readonly accounts: Effect.Effect<ReadonlyArray<Account.Account>>
  /** Adds an account, or changes the one with its provider and name. */
  readonly addAccount: (account: Account.Account) => Effect.Effect<void>
  /** Sets how long access tokens live that are issued from now on. `undefined` goes back to the default. */
  readonly setLifetime: (
    of: { readonly provider: Provider; readonly account?: string | undefined },
    lifetime: Lifetime | undefined
  ) => Effect.Effect<void>
  /**
   * Gives the next requests of a kind these answers, one each: `once` until they are used up, `always` repeatedly.
   * Where several scripts fit a request, the oldest answers it. `during`: for so many milliseconds of the sandbox's
   * clock, and no longer.
   */
  readonly script: (
    target: Target,
    answers: ReadonlyArray<Answer.Answer>,
    options?: { readonly repeat?: "once" | "always" | undefined; readonly during?: number | undefined }
  ) => Effect.Effect<void>
  /** Removes what is left of the scripts for these requests, by default of all. */
  readonly unscript: (target?: Target) => Effect.Effect<void>
  /** Turns some switches. */
  readonly behave: (changes: Behavior.BehaviorChanges) => Effect.Effect<void>
  /** Adds a server that is described as data. It comes before a server of the sandbox with the same host. */
  readonly addServer: (server: Server) => Effect.Effect<void>
}>()("@mintmark/sandbox/Sandbox") {
  /**
   * A sandbox of its own, by default on a free port, that ends with the Layer's scope.
   *
   * @since 0.1.0
   */
  static layer(options: Options = {}): Layer.Layer<Sandbox, ServeError> {
    return Layer.effect(Sandbox, make(options))
  }
}

/**
 * The environment variables with which the providers' `layerConfig` uses a sandbox: its `urls`, and the first default
 * account of each provider.
 *
 * @since 0.1.0
 * @category configuration
 */
export const environment = (urls: Readonly<Record<Provider, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    // The first one of a provider comes last, and stays.
    Account.defaults.toReversed().flatMap((account) => Object.entries(variablesOf(account, urls[account.provider])))
  )

/**
 * Starts a sandbox that ends with the scope.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(options: Options = {}) {
  const world = makeWorld(
    yield* Clock.Clock,
    [...Account.defaults, ...(options.accounts ?? [])],
    options.lifetimes ?? {},
    options.behavior ?? {}
  )
  const journal = yield* makeJournal(options.journalCapacity ?? 10_000)
  const scripts = makeScripts(world.now)
  const keyPair = options.tls === undefined ? undefined : yield* makeCertificate(options.tls)
  const { origin, serve } = yield* listen({ host: options.host ?? "127.0.0.1", port: options.port ?? 0, keyPair })
  const routing = makeRouting([
    makeRoutee(world),
    makeRouteeEmail(world),
    makeRoutera(world),
    makeVoipex(world),
    makeVonage(world),
    makeVonageV0(world),
    makeGeneric(world, origin)
  ])

  const matcher = (token: Revocation["token"]): (value: string) => boolean => {
    if (token === undefined) return () => true
    const wanted = Redacted.isRedacted(token) ? Redacted.value(token) : token
    return (value) => value === wanted || world.fingerprint(value) === wanted
  }

  const byHost = `${origin}/{host}`
  const sandbox = Sandbox.of({
    origin,
    certificate: keyPair?.cert,
    urls: {
      "routee": byHost,
      "routee-email": byHost,
      "routera": byHost,
      "voipex": byHost,
      "vonage-contact-center-v0": byHost,
      "vonage-contact-center": byHost,
      "generic": `${origin}/generic`
    },
    ...makeMapping(origin, routing),
    journal: Effect.sync(journal.entries),
    exchange: (seq) => Effect.sync(() => journal.exchange(seq)),
    entries: Stream.filter(journal.changes, (entry) => entry.state !== "open"),
    changes: journal.changes,
    counts: (choice = {}) => Effect.sync(() => journal.counts(choice)),
    arrived: journal.arrived,
    clearJournal: Effect.sync(journal.clear),
    clear: Effect.sync(() => {
      journal.clear()
      scripts.remove({})
    }),
    fingerprint: (secret) => world.fingerprint(Redacted.isRedacted(secret) ? Redacted.value(secret) : secret),
    tokens: Effect.sync(() => world.tokens.live(world.now())),
    refreshTokens: Effect.sync(() => world.tokens.refreshUses(world.now())),
    revoke: ({ account, provider, token, what = "all" } = {}) =>
      Effect.sync(() => world.tokens.revoke(what, { provider, account, matches: matcher(token) }, world.now())),
    accounts: Effect.sync(world.accounts),
    addAccount: (account) => Effect.sync(() => world.addAccount(account)),
    setLifetime: ({ account, provider }, lifetime) => Effect.sync(() => world.setLifetime(provider, account, lifetime)),
    script: (target, answers, { during, repeat = "once" } = {}) =>
      Effect.sync(() => {
        const until = during === undefined ? undefined : world.now() + during
        scripts.add({ target, answers, repeat, until })
      }),
    unscript: (target = {}) => Effect.sync(() => scripts.remove(target)),
    behave: (changes) => Effect.sync(() => world.behave(changes)),
    addServer: (server) => Effect.sync(() => routing.add(makeServer(world, server, origin)))
  })
  for (const server of options.servers ?? []) yield* sandbox.addServer(server)

  const answer = makeExchange(world, journal, scripts, routing)
  const routed = yield* HttpRouter.toHttpEffect(
    HttpRouter.addAll([...controlRoutes(sandbox, world, journal, scripts), ...pageRoutes])
  )
  // The router makes what it has a route for interruptible, and only that; a request ends with its connection.
  yield* serve(Effect.catchReason(routed, "HttpServerError", "RouteNotFound", () => Effect.interruptible(answer)))
  return sandbox
})
