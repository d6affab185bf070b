import { assert } from "@effect/vitest"
import { resolve } from "@mintmark/core/internal/request/resolve"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Check } from "../Check.ts"
import type { Placement } from "../Statement.ts"
import type { Options, Subject } from "../Subject.ts"
import {
  accountOf,
  connect,
  expected,
  field,
  methodOf,
  optionOf,
  ordinary,
  ownScopes,
  type Pair,
  rig,
  sent
} from "./rig.ts"

/** Credentials whose characters show one encoding from another, and long ones. */
export const awkward: ReadonlyArray<Pair> = [
  { id: "ordinary", secret: ":+/%=& é€\"" },
  { id: "ordi-nary_1.2~3", secret: "%41+%2B*'()!~-._" },
  { id: "ördinary", secret: "9pBl+xY1MW+AbsdZk4xpv7NwWxG8+oqduKiSqVybM9Y=" },
  { id: "ordinary", secret: "4 KB: +/%=&é€\"😀".padEnd(4096, "x+/=") }
]

// What the pages document first must need no override.
const override = (placement: Placement | undefined): Options =>
  placement === undefined ? {} : { clientAuthentication: methodOf[placement] }

const puts = (subject: Subject, placement?: Placement): Check => {
  const { stated } = subject
  const shown = placement ?? stated.placement
  return {
    topic: "credentials",
    name: `puts credentials where ${typeof shown === "string" ? shown : shown.name} has them, byte for byte`,
    run: Effect.gen(function*() {
      for (const pair of awkward) {
        const { client, tokenRequests } = yield* rig(subject, {
          account: accountOf(subject, pair),
          overrides: override(placement)
        })
        yield* client.token
        const wanted = expected(subject, pair, { placement, scopes: ownScopes(stated) })
        assert.deepStrictEqual(tokenRequests().map((request) => sent(wanted, request)), [wanted])
      }
    })
  }
}

const vectors = (subject: Subject): ReadonlyArray<Check> =>
  (subject.stated.vectors ?? []).map(({ id, placement, secret, wire }): Check => ({
    topic: "credentials",
    name: `writes the documented credentials of ${id} as documented`,
    run: Effect.gen(function*() {
      const { client, tokenRequests } = yield* rig(subject, {
        account: accountOf(subject, { id, secret }),
        overrides: override(placement === subject.stated.placement ? undefined : placement)
      })
      yield* client.token
      const [request] = tokenRequests()
      if (placement === "client_secret_post" || placement === "none") assert.include(request?.body, wire)
      else assert.strictEqual(request?.headers.authorization, wire)
    })
  }))

const omitsScope = (subject: Subject): Check => ({
  topic: "scopes",
  name: subject.stated.defaultScopes === undefined
    ? "sends no scope where none is named"
    : `requests ${subject.stated.defaultScopes.join(" and ")} where no scope is named`,
  run: Effect.gen(function*() {
    const { client, tokenRequests } = yield* rig(subject, { account: accountOf(subject, ordinary, []) })
    yield* client.token
    const [request] = tokenRequests()
    assert.isDefined(request)
    const { defaultScopes, request: format } = subject.stated
    const wanted = defaultScopes?.join(format?.scopeSeparator ?? " ") ?? null
    if (request !== undefined) assert.strictEqual(field(subject.stated, request, "scope"), wanted)
  })
})

const needsScope = (subject: Subject): Check => ({
  topic: "scopes",
  name: "refuses to request a token without a scope, before any request",
  run: Effect.gen(function*() {
    const { client, tokenRequests } = yield* rig(subject)
    const without = rig(subject, { account: accountOf(subject, ordinary, []) })
    for (const refused of [Effect.asVoid(without), Effect.asVoid(client.withScopes([]))]) {
      const { reason } = yield* Effect.flip(refused)
      assert.strictEqual(reason._tag, "InvalidOption")
      assert.include(reason.message, optionOf(subject.policy, "scopes"))
    }
    assert.lengthOf(tokenRequests(), 0)
  })
})

const requestsScopes = (subject: Subject): Check => ({
  topic: "scopes",
  name: "requests scopes as the pages separate them, each once, and has a token for each set",
  run: Effect.gen(function*() {
    const { client, tokenRequests } = yield* rig(subject, { account: accountOf(subject, ordinary, ["b", "a", "b"]) })
    const other = yield* client.withScopes(["a"])
    const same = yield* client.withScopes(["a", "b"])
    const tokens = yield* Effect.all([client.token, other.token, same.token])
    const wanted = [["a", "b"], ["a"]].map((scopes) => expected(subject, ordinary, { scopes }))
    assert.deepStrictEqual(
      tokenRequests().map((request, index) => sent(wanted[index] ?? expected(subject, ordinary), request)),
      wanted
    )
    assert.deepStrictEqual(tokens.map(({ value }) => Redacted.value(value)), ["token-1", "token-2", "token-1"])
  })
})

const refusesScope = (subject: Subject): Check => ({
  topic: "scopes",
  name: "refuses a scope with a space or a quote in it, and names it",
  run: Effect.gen(function*() {
    const { client, tokenRequests } = yield* rig(subject)
    for (const scope of ["two words", "quo\"te", "back\\slash", "", "é"]) {
      const { reason } = yield* Effect.flip(client.withScopes([scope]))
      assert.strictEqual(reason._tag, "InvalidOption")
      assert.include(reason.message, JSON.stringify(scope))
    }
    assert.lengthOf(tokenRequests(), 0)
  })
})

const scopes = (subject: Subject): ReadonlyArray<Check> => {
  switch (subject.stated.scopes) {
    case "unknown":
      return [omitsScope(subject)]
    case "optional":
      return [omitsScope(subject), requestsScopes(subject), refusesScope(subject)]
    case "required":
      return [needsScope(subject), requestsScopes(subject), refusesScope(subject)]
  }
}

const settings = (subject: Subject): ReadonlyArray<Check> => {
  const { policy, stated } = subject
  const complete = accountOf(subject, ordinary)
  const hasDefault = (name: string) => name === "clientId" && stated.client !== undefined
  return Object.entries(policy.settings)
    .filter(([name, { option }]) => name !== "scopes" && (option in complete || hasDefault(name)))
    .map(([name, { option, variable }]): Check => ({
      topic: "settings",
      name: `names ${option} (${variable}) where it is ${
        hasDefault(name) ? "" : "missing or "
      }empty, before any request`,
      run: Effect.gen(function*() {
        const empty = Redacted.isRedacted(complete[option]) ? Redacted.make("") : ""
        for (const nothing of [...hasDefault(name) ? [] : [undefined], empty]) {
          const account = { ...complete, [option]: nothing }
          const error = yield* Effect.flip(connect(subject, { baseUrl: "http://127.0.0.1:65535", ...account }))
          assert.strictEqual(error.reason._tag, "InvalidOption")
          assert.include(error.message, `${option} (${variable}) `)
          assert.notInclude(error.message, "\n")
        }
      })
    }))
}

/** Where the provider is. */
export const locating = (subject: Subject): ReadonlyArray<Check> => {
  const { parts, policy, provider, stated } = subject
  return [
    {
      topic: "urls",
      name: `has its token endpoint at ${stated.tokenEndpoint}, and its API at ${stated.apiUrl}`,
      run: Effect.sync(() => {
        const resolved = Result.getOrThrow(resolve(provider, { ...parts }))
        assert.strictEqual(resolved.tokenEndpoint, stated.tokenEndpoint)
        assert.strictEqual(new URL(resolved.apiUrl).href, new URL(stated.apiUrl).href)
        assert.sameMembers([...resolved.apiOrigins], [...stated.apiOrigins ?? []])
      })
    },
    {
      topic: "urls",
      name: "keeps its paths at another base URL, which must be https or on loopback",
      run: Effect.gen(function*() {
        const at = (baseUrl: string) => resolve(provider, { ...parts, baseUrl })
        const elsewhere = Result.getOrThrow(at("https://proxy.example/prefix/"))
        const { pathname } = new URL(stated.tokenEndpoint)
        assert.strictEqual(elsewhere.tokenEndpoint, `https://proxy.example/prefix${pathname}`)
        for (const baseUrl of ["http://proxy.example", "https://user@proxy.example", "https://proxy.example/#", ""]) {
          const { reason } = yield* Effect.flip(Effect.fromResult(at(baseUrl)))
          assert.strictEqual(reason._tag, "InvalidOption")
          assert.include(reason.message, policy.settings["baseUrl"]?.variable ?? "baseUrl")
        }
      })
    }
  ]
}

/** How the provider's token is requested. */
export const requesting = (subject: Subject): ReadonlyArray<Check> => {
  const { stated } = subject
  const { method = "POST" } = stated.request ?? {}
  return [
    {
      topic: "request",
      name: `sends one ${method} that accepts JSON and carries nothing of the caller`,
      run: Effect.gen(function*() {
        const { client, tokenRequests } = yield* rig(subject)
        yield* Effect.withSpan(client.token, "caller")
        assert.lengthOf(tokenRequests(), 1)
        const [request] = tokenRequests()
        assert.strictEqual(request?.method, method)
        assert.strictEqual(request?.headers.accept, stated.request?.headers?.["accept"] ?? "application/json")
        for (const header of ["traceparent", "tracestate", "b3", "cookie"]) assert.notProperty(request?.headers, header)
      })
    },
    {
      topic: "request",
      name: "sends the stated fields and headers, in the stated form, and nothing else",
      run: Effect.gen(function*() {
        const { client, tokenRequests } = yield* rig(subject)
        yield* client.token
        const wanted = expected(subject, ordinary, { scopes: ownScopes(stated) })
        assert.deepStrictEqual(tokenRequests().map((request) => sent(wanted, request)), [wanted])
      })
    },
    puts(subject),
    ...(stated.alternatives ?? []).map((placement) => puts(subject, placement)),
    ...vectors(subject),
    ...scopes(subject),
    ...settings(subject)
  ]
}
