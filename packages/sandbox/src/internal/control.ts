import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Sse from "effect/encoding/Sse"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { nameOf } from "../Account.ts"
import { Answer } from "../Answer.ts"
import type { JournalEntry } from "../JournalEntry.ts"
import { providers } from "../Provider.ts"
import type { Sandbox } from "../Sandbox.ts"
import type { Journal } from "./journal.ts"
import { loopbackOnly } from "./loopbackOnly.ts"
import type { Scripts } from "./scripts.ts"
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
  repeat: Schema.optional(Schema.Literals(["once", "always"]))
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
  lifetime: Lifetime
})

const BehaviorChanges = Schema.Struct({
  routee: Schema.optional(Schema.Struct({ deadTokenStatus: Schema.optionalKey(Schema.Literals([401, 403])) })),
  "routee-email": Schema.optional(
    Schema.Struct({ deadTokenStatus: Schema.optionalKey(Schema.Literals([401, 403])) })
  ),
  voipex: Schema.optional(Schema.Struct({
    refusedPasswordStatus: Schema.optionalKey(Schema.Literals([400, 401])),
    rotation: Schema.optionalKey(Schema.Boolean),
    lockout: Schema.optionalKey(Schema.Boolean),
    notBefore: Schema.optionalKey(Schema.Int),
    refreshLifetime: Schema.optionalKey(Lifetime)
  })),
  generic: Schema.optional(Schema.Struct({
    placement: Schema.optionalKey(Schema.Literals(["basic-raw", "basic-form-encoded", "body", "none"])),
    rotation: Schema.optionalKey(Schema.Boolean),
    refreshLifetime: Schema.optionalKey(Lifetime)
  }))
})

const inWords = (answer: Answer): string => answer._tag === "Status" ? `Status ${answer.status}` : answer._tag

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

/** The routes by which the page, and other processes, watch and steer the sandbox. */
export const controlRoutes = (sandbox: Sandbox["Service"], world: World, journal: Journal, scripts: Scripts) => {
  const state = Effect.gen(function*() {
    return HttpServerResponse.jsonUnsafe({
      now: world.now(),
      origin: sandbox.origin,
      urls: sandbox.urls,
      counts: yield* sandbox.counts(),
      cleared: journal.cleared(),
      accounts: world.accounts().map((account) => ({
        provider: account.provider,
        account: nameOf(account),
        lifetime: world.lifetime(account.provider, nameOf(account))
      })),
      behavior: world.behavior(),
      tokens: yield* sandbox.tokens,
      refreshTokens: yield* sandbox.refreshTokens,
      scripts: scripts.pending().map(({ answers, repeat, target }) => ({
        target,
        repeat,
        answers: answers.map(inWords)
      }))
    })
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
    command(
      "/script",
      Script,
      ({ answers, repeat, target }) => Effect.as(sandbox.script(target, answers, { repeat }), done)
    ),
    command("/unscript", Target, (target) => Effect.as(sandbox.unscript(target), done)),
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
    command("/lifetimes", LifetimeChange, ({ lifetime, ...of }) => Effect.as(sandbox.setLifetime(of, lifetime), done)),
    command("/behavior", BehaviorChanges, (changes) => Effect.as(sandbox.behave(changes), done)),
    command("/clear", Schema.Struct({}), () => Effect.as(sandbox.clear, done)),
    HttpRouter.route("*", "/_sandbox/*", loopbackOnly(Effect.succeed(refuse(404, "There is no such command."))))
  ]
}
