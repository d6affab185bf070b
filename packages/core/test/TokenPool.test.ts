import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenPool from "@mintmark/core/TokenPool"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { acme, facts } from "./support/plainAcme.ts"

/** A server that puts the identity into the token, refuses whom it is told to, and whose API tells who came. */
const makeServer = (refused: ReadonlySet<string> = new Set()) => {
  const requests = new Map<string, number>()
  const revoked = new Set<string>()
  const http = HttpClient.make((request, url) =>
    Effect.sync(() => {
      const respond = (body: unknown, status = 200) =>
        HttpClientResponse.fromWeb(request, Response.json(body, { status }))
      if (url.host === "api.acme.test") {
        const bearer = request.headers["authorization"]?.replace("Bearer ", "") ?? ""
        return revoked.has(bearer) ? respond({}, 401) : respond({ account: bearer.split(":")[0] })
      }
      const body = new URLSearchParams(
        request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      )
      const account = body.get("client_id") ?? ""
      requests.set(account, (requests.get(account) ?? 0) + 1)
      return refused.has(account)
        ? respond({ error: "invalid_client" }, 401)
        : respond({ access_token: `${account}:${requests.get(account)}`, token_type: "Bearer", expires_in: 3600 })
    })
  )
  return { http, requests, revoked }
}

const account = (key: string): Provider.Account<ClientAuthentication.ClientSecret> => ({
  clientId: key,
  clientSecret: Redacted.make(`secret of ${key}`)
})

const poolOf = (
  { http }: { readonly http: HttpClient.HttpClient },
  options: Partial<TokenPool.Options<string, ClientAuthentication.ClientSecret>> = {}
) => TokenPool.make(acme, { account, ...options }).pipe(Effect.provideService(HttpClient.HttpClient, http))

const total = (requests: ReadonlyMap<string, number>) => [...requests.values()].reduce((sum, count) => sum + count, 0)

/** A pool of two accounts at a server that refuses their passwords, and how many passwords were sent. */
const refusingPasswords = Effect.gen(function*() {
  let passwords = 0
  const http = HttpClient.make((request) =>
    Effect.sync(() => {
      passwords++
      return HttpClientResponse.fromWeb(request, Response.json({ error: "invalid_grant" }, { status: 400 }))
    })
  )
  const pool = yield* TokenPool.make(
    Provider.make({ ...facts, clientAuthentication: ClientAuthentication.none, grant: Grant.password }),
    {
      account: (key: string) => ({ clientId: "app", username: key, password: Redacted.make("wrong") }),
      timeToIdle: "1 minute",
      capacity: 2
    }
  ).pipe(Effect.provideService(HttpClient.HttpClient, http))
  return { pool, sent: () => passwords }
})

describe("TokenPool", () => {
  it.effect("gives each of 1,000 accounts its own token, through renewals, rejections and replays", () =>
    Effect.gen(function*() {
      const server = makeServer()
      const pool = yield* poolOf(server)
      const keys = Array.from({ length: 1_000 }, (_, index) => `account-${index}`)
      const check = (key: string) =>
        Effect.gen(function*() {
          const token = yield* pool.get(key)
          assert.isTrue(Redacted.value(token.value).startsWith(`${key}:`))
          if (key.endsWith("7")) server.revoked.add(Redacted.value(token.value))
          if (key.endsWith("3")) yield* pool.reject(key, token)
          const response = yield* pool.http(key).get("/me")
          assert.deepStrictEqual(yield* response.json, { account: key })
        })
      const allCalls = Effect.forEach(keys, check, { concurrency: "unbounded" })
      yield* allCalls
      yield* TestClock.adjust("2 hours")
      yield* allCalls
      assert.strictEqual(server.requests.size, 1_000)
    }))

  it.effect("sends one token request for each account, however many callers there are", () =>
    Effect.gen(function*() {
      const server = makeServer()
      const pool = yield* poolOf(server)
      yield* Effect.forEach(
        Array.from({ length: 10_000 }, (_, index) => `account-${index % 100}`),
        pool.get,
        { concurrency: "unbounded" }
      )
      assert.strictEqual(server.requests.size, 100)
      assert.strictEqual(total(server.requests), 100)
    }))

  it.effect("finds an account by equality: a record or a Data.Class with equal fields is the same one", () =>
    Effect.gen(function*() {
      class Tenant extends Data.Class<{ readonly region: string; readonly id: number }> {}
      const server = makeServer()
      const pool = yield* TokenPool.make(acme, {
        account: (key: { readonly region: string; readonly id: number }) => account(`${key.region}-${key.id}`)
      }).pipe(Effect.provideService(HttpClient.HttpClient, server.http))
      const keys = [
        new Tenant({ region: "eu", id: 1 }),
        new Tenant({ region: "eu", id: 1 }),
        { region: "us", id: 1 },
        { region: "us", id: 1 },
        { id: 1, region: "us" }
      ]
      yield* Effect.forEach(keys, pool.get, { concurrency: "unbounded" })
      assert.strictEqual(yield* pool.size, 2)
      assert.deepStrictEqual([...server.requests], [["eu-1", 1], ["us-1", 1]])
      yield* pool.forget({ region: "us", id: 1 })
      assert.strictEqual(yield* pool.size, 1)
    }))

  it.effect("keeps the account of a key object that is changed later; an equal one is an account of its own", () =>
    Effect.gen(function*() {
      const server = makeServer()
      const pool = yield* TokenPool.make(acme, { account: (key: { readonly id: string }) => account(key.id) }).pipe(
        Effect.provideService(HttpClient.HttpClient, server.http)
      )
      const key = { id: "a" }
      const first = yield* pool.get(key)
      key.id = "b"
      assert.strictEqual(yield* pool.get(key), first)
      assert.strictEqual(Redacted.value((yield* pool.get({ id: "b" })).value), "b:1")
      assert.deepStrictEqual([...server.requests], [["a", 1], ["b", 1]])
    }))

  it.effect("gives no account the token of another whose key only looks equal", () =>
    Effect.gen(function*() {
      class Tenant {
        readonly #id: string
        constructor(id: string) {
          this.#id = id
        }
        name() {
          return this.#id
        }
      }
      const server = makeServer()
      const names = new Map<unknown, string>()
      const named = (key: object, name: string) => {
        names.set(key, name)
        return key
      }
      const classes = ["a", "b"].map((id) => ({
        Plain: class {
          readonly number = 5
        },
        Record: class extends Data.Class<{ readonly number: number }> {},
        Bytes: id === "a" ? Uint8Array : Int8Array
      }))
      const ofClasses = classes.flatMap(({ Bytes, Plain, Record }, index) => [
        named(new Plain(), `class-${index}`),
        named(new Record({ number: 5 }), `data-${index}`),
        named({ nested: new Plain() }, `class-within-${index}`),
        named(Bytes.of(5), `bytes-${index}`)
      ])
      const keys = ["a", "b"].flatMap((id) => [
        named(Object.assign([5], { id }), `properties-${id}`),
        named(Object.assign(new Date(0), { id }), `date-${id}`),
        named(new Tenant(id), `private-${id}`),
        named({ tenant: new Tenant(id) }, `nested-${id}`),
        named([new Tenant(id)], `listed-${id}`),
        named(new URLSearchParams({ id }), `params-${id}`),
        named(new Headers({ id }), `headers-${id}`),
        named(Object.create({ name: () => id }), `inherited-${id}`)
      ]).concat(ofClasses)
      const pool = yield* TokenPool.make(acme, { account: (key: object) => account(names.get(key) ?? "unknown") }).pipe(
        Effect.provideService(HttpClient.HttpClient, server.http)
      )
      for (let round = 0; round < 2; round++) yield* Effect.forEach(keys, pool.get)
      assert.strictEqual(yield* pool.size, keys.length)
      assert.deepStrictEqual([...server.requests], keys.map((key) => [names.get(key), 1]))
      for (const key of keys) yield* pool.forget(key)
      assert.strictEqual(yield* pool.size, 0)
    }))

  it.effect("keeps as many accounts as its capacity, the recently used ones", () =>
    Effect.gen(function*() {
      const server = makeServer()
      const pool = yield* poolOf(server, { capacity: 100 })
      for (let newcomer = 0; newcomer < 1_000; newcomer++) {
        yield* pool.get("hot")
        yield* pool.get(`account-${newcomer}`)
      }
      assert.strictEqual(yield* pool.size, 100)
      assert.strictEqual(server.requests.get("hot"), 1)
    }))

  it.effect("evicts idle accounts, and no others", () =>
    Effect.gen(function*() {
      const server = makeServer()
      const pool = yield* poolOf(server, { timeToIdle: "10 minutes" })
      yield* Effect.forEach(["a", "b", "c"], pool.get)
      for (let minute = 0; minute < 15; minute++) {
        yield* pool.get("a")
        yield* TestClock.adjust("1 minute")
      }
      assert.strictEqual(yield* pool.size, 1)
      assert.strictEqual(total(server.requests), 3)
    }))

  it.effect("evicts at most 1,000 accounts before it yields to other fibers", () =>
    Effect.gen(function*() {
      const pool = yield* poolOf(makeServer(), { timeToIdle: "1 minute" })
      yield* Effect.forEach(Array.from({ length: 4_500 }, (_, index) => `account-${index}`), pool.get)
      const turns = Effect.repeat(Effect.yieldNow, { times: 100 })
      yield* TestClock.adjust("1 minute")
      yield* turns
      const sizes = [yield* pool.size]
      yield* Effect.forkChild(TestClock.adjust("1 minute"), { startImmediately: true })
      yield* Effect.repeat(Effect.map(Effect.andThen(Effect.yieldNow, pool.size), (size) => sizes.push(size)), {
        times: 100
      })
      const evicted = sizes.slice(1).map((size, index) => (sizes[index] ?? 0) - size).filter((count) => count > 0)
      assert.deepStrictEqual(evicted, [1_000, 1_000, 1_000, 1_000, 500])
    }))

  it.effect("evicts no idle account where `timeToIdle` is infinite", () =>
    Effect.gen(function*() {
      const pool = yield* poolOf(makeServer(), { timeToIdle: Infinity })
      yield* pool.get("a")
      yield* TestClock.adjust("1 day")
      assert.strictEqual(yield* pool.size, 1)
    }))

  it.effect("does not evict a permanent refusal, so that the password is not sent again", () =>
    Effect.gen(function*() {
      const { pool, sent } = yield* refusingPasswords
      for (let hour = 0; hour < 48; hour++) {
        const error = yield* Effect.flip(pool.get("one"))
        assert.strictEqual(error.reason._tag, "GrantRefused")
        yield* TestClock.adjust("1 hour")
      }
      assert.strictEqual(sent(), 1)
    }))

  it.effect("applies one account's refusal to no other account", () =>
    Effect.gen(function*() {
      const pool = yield* poolOf(makeServer(new Set(["bad"])))
      const error = yield* Effect.flip(pool.get("bad"))
      assert.strictEqual(error.reason._tag, "CredentialsRefused")
      assert.strictEqual(Redacted.value((yield* pool.get("good")).value), "good:1")
    }))

  it.effect("looks an account up for each token request, so that a change applies", () =>
    Effect.gen(function*() {
      const server = makeServer()
      let generation = 1
      const pool = yield* poolOf(server, { account: (key) => account(`${key}-${generation}`) })
      yield* pool.get("a")
      generation = 2
      yield* pool.get("a")
      yield* TestClock.adjust("2 hours")
      yield* pool.get("a")
      assert.deepStrictEqual([...server.requests.keys()], ["a-1", "a-2"])
    }))

  it.effect("names the option that is wrong with an account", () =>
    Effect.gen(function*() {
      const pool = yield* poolOf(makeServer(), { account: () => ({ clientId: "", clientSecret: Redacted.make("s") }) })
      const error = yield* Effect.flip(pool.get("a"))
      assert.strictEqual(error.reason._tag === "InvalidOption" ? error.reason.option : "", "clientId")
    }))

  it.effect("names all that is missing of an account at once", () =>
    Effect.gen(function*() {
      const pool = yield* poolOf(makeServer(), { account: () => ({ clientId: "", clientSecret: Redacted.make("") }) })
      const error = yield* Effect.flip(pool.get("a"))
      assert.match(error.message, /clientId \(\w+\) is missing or empty, and so is clientSecret \(\w+\);/)
    }))

  it.effect("does not accept an account that is no function, from JavaScript: fails when it is made", () =>
    Effect.gen(function*() {
      for (const given of [undefined, null, "options", {}, { account: undefined }, { account: account("a") }]) {
        const made: ReturnType<typeof poolOf> = Reflect.apply(TokenPool.make, undefined, [acme, given])
        const error = yield* Effect.flip(Effect.provideService(made, HttpClient.HttpClient, makeServer().http))
        assert.strictEqual(error.message, "acme: account must be a function that returns the credentials of an account")
      }
    }))

  it.effect("does not accept what is no account of one that is, from JavaScript: a promise, an effect, nothing", () =>
    Effect.gen(function*() {
      const server = makeServer()
      for (
        const returned of [
          async () => account("a"),
          () => Effect.succeed(account("a")),
          () => undefined,
          () => null,
          () => "a",
          () => [account("a")]
        ]
      ) {
        const options = Object.assign({ account }, { account: returned })
        const made: ReturnType<typeof poolOf> = Reflect.apply(TokenPool.make, undefined, [acme, options])
        const pool = yield* Effect.provideService(made, HttpClient.HttpClient, server.http)
        const { isRetryable, reason } = yield* Effect.flip(pool.get("a"))
        assert.include(reason, {
          _tag: "InvalidOption",
          option: "account",
          problem: "must return an object with credentials; those that take time to read are effects in it"
        })
        assert.isFalse(isRetryable)
      }
      assert.strictEqual(total(server.requests), 0)
    }))

  it.effect("does not accept an invalid capacity, time to idle or deadline", () =>
    Effect.gen(function*() {
      for (
        const options of [
          { capacity: 0 },
          { capacity: NaN },
          { timeToIdle: 0 },
          { timeToIdle: "-1 hour" },
          { timeToIdle: NaN },
          { deadline: 0 },
          { deadline: NaN }
        ] as const
      ) {
        const error = yield* Effect.flip(poolOf(makeServer(), options))
        assert.strictEqual(error.reason._tag === "InvalidOption" ? error.reason.option : "", Object.keys(options)[0])
      }
    }))

  it.effect("forget removes an account", () =>
    Effect.gen(function*() {
      const server = makeServer()
      const pool = yield* poolOf(server)
      yield* pool.get("a")
      yield* pool.forget("a")
      assert.strictEqual(yield* pool.size, 0)
      yield* pool.get("a")
      assert.strictEqual(server.requests.get("a"), 2)
    }))

  it.effect("forget removes a remembered refusal with the account", () =>
    Effect.gen(function*() {
      const refused = new Set(["a"])
      const server = makeServer(refused)
      const pool = yield* poolOf(server)
      yield* Effect.flip(pool.get("a"))
      refused.clear()
      yield* Effect.flip(pool.get("a"))
      yield* pool.forget("a")
      assert.strictEqual(Redacted.value((yield* pool.get("a")).value), "a:2")
    }))

  it.effect("remembers a refused password of accounts that it has evicted", () =>
    Effect.gen(function*() {
      const { pool, sent } = yield* refusingPasswords
      for (let round = 0; round < 3; round++) {
        for (const key of ["a", "b", "c", "d", "e"]) {
          assert.strictEqual((yield* Effect.flip(pool.get(key))).reason._tag, "GrantRefused")
        }
        yield* TestClock.adjust("1 hour")
      }
      assert.isAtMost(yield* pool.size, 2)
      assert.strictEqual(sent(), 5)
    }))

  it.effect("evicts idle accounts when a new one is added, if its timer is gone", () =>
    Effect.gen(function*() {
      const server = makeServer()
      // In a Worker a timer ends with the request that made it.
      const scope = yield* Scope.make()
      const pool = yield* Effect.provideService(poolOf(server, { timeToIdle: "10 minutes" }), Scope.Scope, scope)
      yield* Effect.forEach(["a", "b", "c"], pool.get)
      yield* Scope.close(scope, Exit.void)
      yield* TestClock.adjust("11 minutes")
      yield* Effect.exit(pool.get("d"))
      yield* TestClock.adjust("1 minutes")
      yield* Effect.exit(pool.get("e"))
      assert.strictEqual(yield* pool.size, 2)
    }))

  describe("with 10,000 accounts whose token endpoint fails", () => {
    /** A pool that every account asks once a second, and the token requests between two seconds. */
    const outage = Effect.gen(function*() {
      const state = { down: true }
      const at: Array<number> = []
      const tokens = new Set<string>()
      const http = HttpClient.make((request) =>
        Effect.clockWith((clock) =>
          Effect.sync(() => {
            at.push(clock.currentTimeMillisUnsafe())
            return HttpClientResponse.fromWeb(
              request,
              state.down
                ? new Response(null, { status: 503 })
                : Response.json({ access_token: `token-${at.length}`, token_type: "Bearer", expires_in: 86_400 })
            )
          })
        )
      )
      const pool = yield* poolOf({ http })
      const keys = Array.from({ length: 10_000 }, (_, index) => `account-${index}`)
      const everyone = Effect.forEach(
        keys,
        (key) => Effect.match(pool.get(key), { onFailure: () => undefined, onSuccess: () => tokens.add(key) }),
        { concurrency: "unbounded", discard: true }
      )
      const ask = (seconds: number) =>
        Effect.repeat(
          Effect.andThen(Effect.forkChild(everyone, { startImmediately: true }), TestClock.adjust("1 second")),
          { times: seconds - 1 }
        )
      const requests = (from: number, to: number) =>
        at.filter((time) => time >= from * 1_000 && time < to * 1_000).length
      const busiest = (from: number, to: number) =>
        Math.max(...Array.from({ length: to - from }, (_, second) => requests(from + second, from + second + 1)))
      return { ask, busiest, requests, state, tokens }
    })

    it.effect("lets one account try it every 5 s, and the others follow with jitter", () =>
      Effect.gen(function*() {
        const { ask, busiest, requests, state, tokens } = yield* outage
        yield* ask(25)
        // They ask once a second: the probe is due between two of these times.
        assert.include([3, 4], requests(6, 25))
        state.down = false
        yield* ask(11)
        assert.strictEqual(tokens.size, 10_000)
        assert.isBelow(busiest(25, 36), 2_500)
        assert.isBelow(requests(25, 36), 10_100)
      }))

    it.effect("spreads the accounts also if the endpoint recovers before the first probe", () =>
      Effect.gen(function*() {
        const { ask, busiest, requests, state, tokens } = yield* outage
        yield* ask(2)
        state.down = false
        yield* ask(11)
        assert.strictEqual(tokens.size, 10_000)
        assert.isAtMost(busiest(2, 13), 3_200)
        assert.isBelow(requests(2, 13), 10_100)
      }))
  })
})
