import { assert } from "@effect/vitest"
import { nameOf } from "@mintmark/sandbox/Account"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as TestClock from "effect/testing/TestClock"
import type { Check } from "../Check.ts"
import type { Played } from "../Played.ts"
import type { Placement } from "../Statement.ts"
import type { Options, Subject } from "../Subject.ts"
import { awkward } from "./requesting.ts"
import { accountOf, connect, credentialsOf, grantName, type Pair } from "./rig.ts"

// The generic server has paths of its own.
const overridesOf = ({ by }: Played, url: string): Options =>
  by === "generic" ? { tokenEndpoint: `${url}/token`, apiUrl: url } : { baseUrl: url }

const journaled: Readonly<Record<Placement, "basic" | "body" | "none">> = {
  client_secret_basic_raw: "basic",
  client_secret_basic: "basic",
  client_secret_post: "body",
  none: "none"
}

/** A client of an account that the sandbox knows, and what the sandbox's journal says of it. */
const play = Effect.fnUntraced(function*(subject: Subject, played: Played, pair: Pair, secret = pair.secret) {
  const { stated } = subject
  const sandbox = yield* Sandbox
  if (played.behavior !== undefined) yield* sandbox.behave(played.behavior)
  const account = played.account(credentialsOf(stated, pair))
  yield* sandbox.addAccount(account)
  const of = { provider: played.by, account: nameOf(account) }
  const client = yield* connect(subject, {
    ...overridesOf(played, sandbox.urls[played.by]),
    ...accountOf(subject, { ...pair, secret }, played.scopes ?? [])
  })
  const callTo = (url: string) => {
    const request = HttpClientRequest.get(url).pipe(
      played.accept === undefined ? identity : HttpClientRequest.accept(played.accept)
    )
    return Effect.map(client.http.execute(request), ({ status }) => status)
  }
  return {
    client,
    of,
    call: callTo(played.path),
    callTo,
    tokenRequests: Effect.map(
      sandbox.journal,
      (entries) => entries.filter(({ account, kind }) => kind === "token" && account === of.account)
    )
  }
})

/** In the sandbox each host has an address of its own, so that a wrong one is a 404. */
const reachesItsHosts = (subject: Subject, played: Played): Check => ({
  topic: "sandbox",
  name: "reaches the documented hosts, by a relative path and by each documented URL",
  run: Effect.gen(function*() {
    const sandbox = yield* Sandbox
    yield* sandbox.clear
    const { stated } = subject
    const { callTo } = yield* play(subject, played, { id: "account-hosts", secret: "s3cret" })
    const bases = ["", stated.apiUrl, ...(stated.apiOrigins ?? [])]
    for (const base of bases) assert.strictEqual(yield* callTo(base + played.path), 200, base)
    const hosts = bases.map((base) => new URL(base === "" ? stated.apiUrl : base).host)
    assert.deepStrictEqual(
      (yield* sandbox.journal).map(({ host }) => host),
      [new URL(stated.tokenEndpoint).host, ...hosts]
    )
  })
})

/** What the provider's server, as the sandbox plays it, receives. */
export const sandboxed = (subject: Subject): ReadonlyArray<Check> => {
  const { played, stated } = subject
  if (played === undefined) return []
  const grant = grantName(stated)
  const placement = typeof stated.placement === "string" ? journaled[stated.placement] : "none"
  return [
    {
      topic: "sandbox",
      name: "is accepted by its server, with credentials of any characters",
      run: Effect.gen(function*() {
        for (const pair of awkward) {
          yield* (yield* Sandbox).clear
          const id = `${pair.id}-accepted-${pair.secret.length}`
          const { call, tokenRequests } = yield* play(subject, played, { ...pair, id })
          assert.strictEqual(yield* call, 200)
          const requests = yield* tokenRequests
          assert.deepStrictEqual(
            requests.map(({ grant, matched, placement, traced }) => ({ grant, matched, placement, traced })),
            [{ grant, matched: true, placement, traced: false }]
          )
        }
      })
    },
    ...(played.by === "generic" ? [] : [reachesItsHosts(subject, played)]),
    {
      topic: "sandbox",
      name: "replaces a token that its server revoked, with one token request for all API requests",
      run: Effect.gen(function*() {
        const sandbox = yield* Sandbox
        yield* sandbox.clear
        const { call, of, tokenRequests } = yield* play(subject, played, { id: "account-revoked", secret: "s3cret" })
        assert.strictEqual(yield* call, 200)
        yield* sandbox.revoke({ ...of, what: "access-tokens" })
        const statuses = yield* Effect.all(Effect.replicate(call, 20), { concurrency: "unbounded" })
        assert.deepStrictEqual(new Set(statuses), new Set([200]))
        assert.lengthOf(yield* tokenRequests, 2)
      })
    },
    {
      topic: "sandbox",
      name: `has ${played.refusedWith} as the reason for a wrong secret, and sends it once`,
      run: Effect.gen(function*() {
        yield* (yield* Sandbox).clear
        const { client, tokenRequests } = yield* play(
          subject,
          played,
          { id: "account-wrong", secret: "s3cret" },
          "wrong"
        )
        for (let call = 0; call < 10; call++) {
          assert.strictEqual((yield* Effect.flip(client.token)).reason._tag, played.refusedWith)
        }
        assert.lengthOf(yield* tokenRequests, 1)
      })
    },
    {
      topic: "sandbox",
      name: "never has two token requests of one account in flight, and uses no refresh token twice",
      run: Effect.gen(function*() {
        const sandbox = yield* Sandbox
        yield* sandbox.clear
        const { call, of, tokenRequests } = yield* play(subject, played, { id: "account-busy", secret: "s3cret" })
        yield* sandbox.setLifetime(of, 60)
        for (let life = 0; life < 5; life++) {
          const statuses = yield* Effect.all(Effect.replicate(call, 20), { concurrency: "unbounded" })
          assert.deepStrictEqual(new Set(statuses), new Set([200]))
          yield* TestClock.adjust("61 seconds")
        }
        assert.strictEqual((yield* sandbox.counts(of)).concurrentTokenRequests, 1)
        const grants = (yield* tokenRequests).map(({ grant }) => grant)
        const renewal = stated.renewal === undefined ? grant : "refresh_token"
        assert.deepStrictEqual(grants, [grant, renewal, renewal, renewal, renewal])
        const uses = (yield* sandbox.refreshTokens).filter(({ account }) => account === of.account)
        for (const { uses: count } of uses) assert.isAtMost(count, 1)
      })
    }
  ]
}
