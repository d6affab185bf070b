import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Answer from "../Answer.ts"
import type { JournalEntry } from "../JournalEntry.ts"
import type { EndpointKind } from "../Provider.ts"
import type { Journal } from "./journal.ts"
import { openingOf, type Route } from "./opening.ts"
import { type Own, type Plan, planOf } from "./plan.ts"
import { type Endpoint, type Fields, oauthFailure, type Realm, type Reply } from "./realm.ts"
import { hasUrl, type Received, received } from "./received.ts"
import type { Scripts } from "./scripts.ts"
import { writeOn } from "./wire.ts"
import type { World } from "./world.ts"

const notFound: Reply = { status: 404, headers: {}, body: { error: "Not Found" }, answer: "refused", issued: {} }

const tooLarge: Reply = { ...notFound, status: 413, body: { error: "Payload Too Large" } }

const noUrl: Reply = { ...notFound, status: 400, body: { error: "Bad Request" } }

/** Takes requests from the wire to the provider and back, with an entry in the journal for each. */
export const makeExchange = (world: World, journal: Journal, scripts: Scripts) => {
  const perform = Effect.fnUntraced(function*(entry: JournalEntry, answer: Answer.Answer, own: Own) {
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
    const as = (body: Uint8Array, unread: Reply | undefined) => ({
      unread,
      request: received(request, body, world.now())
    })
    return yield* Effect.match(request.arrayBuffer, {
      onFailure: () => as(new Uint8Array(), tooLarge),
      onSuccess: (body) => as(new Uint8Array(body), hasUrl(request) ? undefined : noUrl)
    })
  })

  const journaled = (
    kind: EndpointKind,
    route: (request: Received) => Omit<Route, "kind" | "scripted">,
    answer: (request: Received) => Reply,
    failure: (status: number, request: Received) => Fields
  ) =>
    Effect.gen(function*() {
      const { request, unread } = yield* read
      const { identity, provider } = route(request)
      const scripted = scripts.take(provider, kind)
      const entry = journal.open(openingOf(world, { kind, identity, provider, scripted: scripted?._tag }, request))
      const own: Own = {
        reply: () => unread ?? answer(request),
        failure: (status) => failure(status, request)
      }
      return yield* perform(entry, scripted ?? Answer.ordinary, own)
    })

  // What can be read can be asked for without its body.
  const methodsOf = ({ method }: Endpoint) => method === "GET" ? ["GET", "HEAD"] as const : [method]

  const endpoint = (realm: Realm, endpoint: Endpoint, method: Endpoint["method"] | "HEAD") =>
    HttpRouter.route(
      method,
      `${realm.prefix}${endpoint.path}`,
      journaled(
        endpoint.kind,
        (request) => {
          const identity = endpoint.identify(request)
          return { identity, provider: identity.provider }
        },
        endpoint.answer,
        endpoint.failure
      )
    )

  const elsewhereIn = (realm: Realm) =>
    HttpRouter.route(
      "*",
      `${realm.prefix}/*`,
      journaled("other", () => ({ identity: undefined, provider: realm.provider }), () => notFound, oauthFailure)
    )

  return {
    realmRoutes: (realm: Realm) => [
      ...realm.endpoints.flatMap((one) => methodsOf(one).map((method) => endpoint(realm, one, method))),
      elsewhereIn(realm)
    ],
    /** What no route is for, a path that can't be decoded included. */
    elsewhere: journaled("other", () => ({ identity: undefined, provider: undefined }), () => notFound, oauthFailure)
  }
}
