import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Answer from "../Answer.ts"
import type { JournalEntry } from "../JournalEntry.ts"
import type { Journal } from "./journal.ts"
import type { Mask } from "./masking.ts"
import { maskOf, openingOf, presentedBy, type Route, shownBy } from "./opening.ts"
import { type Own, type Plan, planOf } from "./plan.ts"
import { type Endpoint, oauthFailure, refused, type Reply } from "./realm.ts"
import { hasUrl, type Received, received } from "./received.ts"
import { keptRequest, keptResponse } from "./recording.ts"
import type { Routing } from "./routing.ts"
import type { Scripts } from "./scripts.ts"
import { writeOn } from "./wire.ts"
import { inWords } from "./words.ts"
import type { World } from "./world.ts"

const notFound = (reason: string): Reply => refused(reason, 404, { error: "Not Found", message: reason })

const tooLarge: Reply = refused("The body is larger than 1 MiB.", 413, { error: "Payload Too Large" })

const noUrl: Reply = refused("The request's target isn't a URL.", 400, { error: "Bad Request" })

/** What a request met: whose it is, and what answers it. */
interface Met extends Omit<Route, "scripted"> {
  readonly answer: Endpoint["answer"]
  readonly failure: Endpoint["failure"]
}

/** Why a request didn't get what it requested: the server's own reason, or the script that answered it. */
const reasonOf = (plan: Plan | undefined, scripted: string | undefined, mask: Mask): string | undefined => {
  if (plan?.reason !== undefined) return shownBy(mask, plan.reason, 400)
  return plan?.answer === "fault" && scripted !== undefined ? `Scripted: ${scripted}.` : undefined
}

/** Takes requests from the wire to the provider and back, with an entry in the journal for each. */
export const makeExchange = (world: World, journal: Journal, scripts: Scripts, routing: Routing) => {
  const perform = Effect.fnUntraced(function*(
    entry: JournalEntry,
    answer: Answer.Answer,
    own: Own,
    scripted: string | undefined,
    mask: Mask
  ) {
    let isClosed = false
    let plan: Plan | undefined
    const closeAs = (state: "answered" | "cut") =>
      Effect.sync(() => {
        if (isClosed) return
        isClosed = true
        const { accessToken, refreshToken } = plan?.issued ?? {}
        journal.close(entry, {
          state,
          time: world.now(),
          status: plan?.status,
          answer: plan?.answer,
          reason: reasonOf(plan, scripted, mask),
          answered: {
            response: plan?.shown === undefined
              ? undefined
              : keptResponse(plan.shown.status, plan.shown.headers, plan.shown.body)
          },
          accessTokenIssued: accessToken === undefined ? undefined : world.fingerprint(accessToken),
          refreshTokenIssued: refreshToken === undefined ? undefined : world.fingerprint(refreshToken)
        })
      })
    return yield* Effect.gen(function*() {
      if (answer._tag === "Delay") yield* Effect.sleep(answer.millis)
      plan = planOf(answer._tag === "Delay" ? answer.answer : answer, own)
      const { out, state } = plan
      const request = yield* HttpServerRequest.HttpServerRequest
      if (out._tag === "Wire") return yield* writeOn(request, out.wire, closeAs(state))
      // Closed before a byte leaves, so that whoever has the answer finds it in the journal.
      if (out._tag === "Response" || request.method === "HEAD") yield* closeAs(state)
      return out._tag === "Response"
        ? out.response
        : out.response({ beforeEnd: closeAs(state), afterwards: closeAs("cut") })
    }).pipe(Effect.onExitIf(Exit.isFailure, () => closeAs("cut")))
  })

  const read = Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const as = (body: Uint8Array, unread: Reply | undefined) => {
      const read = received(request, body, world.now())
      return { unread, request: read, kept: keptRequest(request, read, body) }
    }
    return yield* Effect.match(request.arrayBuffer, {
      onFailure: () => as(new Uint8Array(), tooLarge),
      onSuccess: (body) => as(new Uint8Array(body), hasUrl(request) ? undefined : noUrl)
    })
  })

  const destinationOf = (request: Received): Met => {
    const destination = routing.find(request.method, request.host, request.below)
    if (destination._tag === "Nowhere") {
      return {
        kind: "other",
        provider: destination.provider,
        identity: undefined,
        answer: () => notFound(destination.reason),
        failure: oauthFailure
      }
    }
    const { answer, failure, identify, kind } = destination.endpoint
    const identity = identify(request)
    return { kind, provider: identity.provider, identity, answer, failure }
  }

  /** Answers any request but those to the page and the control endpoint. */
  return Effect.gen(function*() {
    const { kept, request, unread } = yield* read
    const { answer, failure, identity, kind, provider } = destinationOf(request)
    const scripted = scripts.take(provider, kind)
    const words = scripted === undefined ? undefined : inWords(scripted)
    const mask = maskOf(world, request, identity?.clientSecret)
    const { account } = identity ?? {}
    const entry = journal.open(
      openingOf(world, { kind, identity, provider, scripted: scripted?._tag }, request, mask),
      { kind, request: kept, mask, fingerprint: world.fingerprint, account, scripted: words }
    )
    const own: Own = {
      reply: () => unread ?? answer(request),
      failure: (status) => failure(status, request),
      presented: () => presentedBy(request, identity?.clientSecret),
      now: world.now
    }
    return yield* perform(entry, scripted ?? Answer.ordinary, own, words, mask)
  })
}
