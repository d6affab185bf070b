import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Account, nameOf } from "../Account.ts"
import { Answer } from "../Answer.ts"
import type * as Behavior from "../Behavior.ts"
import type { Exchange } from "../Exchange.ts"
import type { Counts, JournalEntry } from "../JournalEntry.ts"
import type * as Of from "../Provider.ts"
import { providers } from "../Provider.ts"
import { Server } from "../Server.ts"
import type * as Token from "../Token.ts"
import { cardOf, dotenvOf } from "./guide.ts"
import type { Journal } from "./journal.ts"
import { loopbackOnly } from "./loopbackOnly.ts"
import type { Scripts } from "./scripts.ts"
import { inWords } from "./words.ts"
import type { World } from "./world.ts"

const Provider = Schema.Literals(providers)
const Kind = Schema.Literals(["token", "api", "other"])
const Lifetime = Schema.Union([
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER / 1000 })),
  Schema.Literal("unlimited")
])
const Target = Schema.Struct({ provider: Schema.optional(Provider), kind: Schema.optional(Kind) })

const Script = Schema.Struct({
  target: Target,
  answers: Schema.Array(Answer),
  repeat: Schema.optional(Schema.Literals(["once", "always"])),
  during: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 24 * 60 * 60 * 1000 })))
})

const Revocation = Schema.Struct({
  provider: Schema.optional(Provider),
  account: Schema.optional(Schema.String),
  token: Schema.optional(Schema.String),
  what: Schema.optional(Schema.Literals(["all", "access-tokens", "refresh-tokens", "sessions"]))
})

const ClientAccount = Schema.Struct({
  provider: Schema.Literals(providers.filter((provider) => provider !== "voipex")),
  clientId: Schema.NonEmptyString,
  clientSecret: Schema.String,
  scopes: Schema.optional(Schema.Array(Schema.String)),
  lifetime: Schema.optional(Lifetime),
  username: Schema.optional(Schema.String),
  password: Schema.optional(Schema.String)
})

const UserAccount = Schema.Struct({
  provider: Schema.Literal("voipex"),
  username: Schema.NonEmptyString,
  password: Schema.String,
  lifetime: Schema.optional(Lifetime),
  refreshLifetime: Schema.optional(Lifetime),
  setUp: Schema.optional(Schema.Boolean)
})

const LifetimeChange = Schema.Struct({
  provider: Provider,
  account: Schema.optional(Schema.String),
  lifetime: Schema.NullOr(Lifetime)
})

const BehaviorChanges = Schema.Struct({
  routee: Schema.optional(Schema.Struct({ expiredTokenStatus: Schema.optionalKey(Schema.Literals([401, 403])) })),
  "routee-email": Schema.optional(
    Schema.Struct({ expiredTokenStatus: Schema.optionalKey(Schema.Literals([401, 403])) })
  ),
  voipex: Schema.optional(Schema.Struct({
    refusedPasswordStatus: Schema.optionalKey(Schema.Literals([400, 401])),
    rotation: Schema.optionalKey(Schema.Boolean),
    lockout: Schema.optionalKey(Schema.Boolean),
    notBefore: Schema.optionalKey(Schema.Int),
    refreshLifetime: Schema.optionalKey(Lifetime)
  })),
  generic: Schema.optional(Schema.Struct({
    wholeSeconds: Schema.optionalKey(Schema.Boolean),
    renewedRefreshToken: Schema.optionalKey(Schema.Literals(["new", "same", "none"])),
    placement: Schema.optionalKey(
      Schema.Literals(["client_secret_basic_raw", "client_secret_basic", "client_secret_post", "none"])
    ),
    rotation: Schema.optionalKey(Schema.Boolean),
    refreshLifetime: Schema.optionalKey(Lifetime)
  }))
})

/** Of the tokens, so many are listed: the newest. */
const listed = 200

const done = HttpServerResponse.jsonUnsafe({ ok: true })

const get = <E, R>(path: `/${string}`, answer: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  HttpRouter.route("GET", `/_sandbox${path}`, loopbackOnly(answer))

const refuse = (status: number, error: string) => HttpServerResponse.jsonUnsafe({ error }, { status })

/** A command: JSON in, JSON out, and a sentence for what isn't what is wanted. */
const command = <A>(
  path: `/${string}`,
  schema: Schema.Decoder<A>,
  run: (input: A) => Effect.Effect<HttpServerResponse.HttpServerResponse>
) =>
  HttpRouter.route(
    "POST",
    `/_sandbox${path}`,
    loopbackOnly(
      Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => request.text).pipe(
        Effect.flatMap(Schema.decodeEffect(Schema.fromJsonString(schema), { onExcessProperty: "error" })),
        Effect.flatMap(run),
        Effect.catchTags({
          HttpServerError: () => Effect.succeed(refuse(413, "The body must be 1 MiB at most.")),
          SchemaError: ({ message }) => Effect.succeed(refuse(400, message))
        })
      )
    )
  )

/** What the routes use of the service `Sandbox`, which this can't import without a cycle. */
interface Controlled {
  readonly origin: string
  readonly urls: Readonly<Record<Of.Provider, string>>
  readonly journal: Effect.Effect<ReadonlyArray<JournalEntry>>
  readonly exchange: (seq: number) => Effect.Effect<Exchange | undefined>
  readonly counts: () => Effect.Effect<Counts>
  readonly clearJournal: Effect.Effect<void>
  readonly tokens: Effect.Effect<ReadonlyArray<Token.ValidToken>>
  readonly refreshTokens: Effect.Effect<ReadonlyArray<Token.RefreshTokenUse>>
  readonly revoke: (selection: Token.Revocation) => Effect.Effect<number>
  readonly addAccount: (account: Account) => Effect.Effect<void>
  readonly setLifetime: (
    of: { readonly provider: Of.Provider; readonly account?: string | undefined },
    lifetime: Of.Lifetime | undefined
  ) => Effect.Effect<void>
  readonly script: (
    target: Of.Target,
    answers: ReadonlyArray<Answer>,
    options: { readonly repeat?: "once" | "always" | undefined; readonly during?: number | undefined }
  ) => Effect.Effect<void>
  readonly unscript: (target: Of.Target) => Effect.Effect<void>
  readonly addServer: (server: Server) => Effect.Effect<void>
  readonly behave: (changes: Behavior.BehaviorChanges) => Effect.Effect<void>
}

/** The routes by which the page, and other processes, watch and steer the sandbox. */
export const controlRoutes = (sandbox: Controlled, world: World, journal: Journal, scripts: Scripts) => {
  const state = Effect.gen(function*() {
    const tokens = yield* sandbox.tokens
    const refreshTokens = yield* sandbox.refreshTokens
    return HttpServerResponse.jsonUnsafe({
      now: world.now(),
      origin: sandbox.origin,
      urls: sandbox.urls,
      counts: yield* sandbox.counts(),
      validTokens: tokens.length,
      cleared: journal.cleared(),
      accounts: world.accounts().map((account) => ({
        ...cardOf(account),
        lifetime: world.lifetime(account.provider, nameOf(account))
      })),
      lifetimes: world.lifetimesSet(),
      behavior: world.behavior(),
      initialBehavior: world.initialBehavior(),
      tokens: tokens.slice(-listed),
      refreshTokens: refreshTokens.slice(-listed).toReversed(),
      scripts: scripts.pending().map(({ answers, id, repeat, target, until }) => ({
        id,
        target,
        repeat,
        until,
        left: answers.length,
        answers: answers.slice(0, 10).map(inWords)
      }))
    })
  })

  const parameter = Effect.map(
    HttpServerRequest.HttpServerRequest,
    ({ originalUrl }) => (name: string) => new URL(originalUrl, sandbox.origin).searchParams.get(name) ?? ""
  )

  const exchange = Effect.flatMap(
    parameter,
    (get) =>
      Effect.map(sandbox.exchange(Number(get("seq"))), (found) =>
        found === undefined
          ? refuse(404, "The journal doesn't keep this exchange any more.")
          : HttpServerResponse.jsonUnsafe(found))
  )

  const dotenv = Effect.map(parameter, (get) => {
    const account = world.accounts().find((one) => one.provider === get("provider") && nameOf(one) === get("account"))
    return account === undefined
      ? refuse(404, "There is no such account.")
      : HttpServerResponse.text(`${dotenvOf(account, sandbox.urls[account.provider])}\n`)
  })

  const entryEvent = (entry: JournalEntry): Sse.AnyEvent => ({
    _tag: "Event",
    event: "entry",
    id: String(entry.seq),
    data: JSON.stringify(entry)
  })

  // The headers leave with the first event, so there must be one even if the journal is empty.
  const firstEvent: Sse.AnyEvent = new Sse.Retry({ duration: Duration.seconds(1), lastEventId: undefined })

  const events = Effect.succeed(HttpServerResponse.stream(
    Stream.concat(Stream.make(firstEvent), Stream.map(journal.history, entryEvent)).pipe(
      Stream.map(Sse.encoder.write),
      Stream.encodeText
    ),
    { contentType: "text/event-stream", headers: { "cache-control": "no-store" } }
  ))

  return [
    get("/state", state),
    get("/journal", Effect.map(sandbox.journal, (entries) => HttpServerResponse.jsonUnsafe(entries))),
    get("/events", events),
    get("/exchange", exchange),
    get("/dotenv", dotenv),
    command(
      "/script",
      Script,
      ({ answers, target, ...options }) => Effect.as(sandbox.script(target, answers, options), done)
    ),
    command(
      "/unscript",
      Schema.Struct({ ...Target.fields, id: Schema.optional(Schema.Int) }),
      ({ id, ...target }) =>
        Effect.as(id === undefined ? sandbox.unscript(target) : Effect.sync(() => scripts.removeOne(id)), done)
    ),
    command(
      "/revoke",
      Revocation,
      (selection) =>
        Effect.map(sandbox.revoke(selection), (revoked) => HttpServerResponse.jsonUnsafe({ ok: true, revoked }))
    ),
    command(
      "/accounts",
      Schema.Union([ClientAccount, UserAccount]),
      (account) => Effect.as(sandbox.addAccount(account), done)
    ),
    command(
      "/lifetimes",
      LifetimeChange,
      ({ lifetime, ...of }) => Effect.as(sandbox.setLifetime(of, lifetime ?? undefined), done)
    ),
    command("/servers", Server, (server) => Effect.as(sandbox.addServer(server), done)),
    command("/behavior", BehaviorChanges, (changes) => Effect.as(sandbox.behave(changes), done)),
    command("/clear", Schema.Struct({}), () => Effect.as(sandbox.clearJournal, done)),
    HttpRouter.route("*", "/_sandbox/*", loopbackOnly(Effect.succeed(refuse(404, "There is no such command."))))
  ]
}
