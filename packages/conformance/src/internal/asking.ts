import { assert } from "@effect/vitest"
import { resolve } from "@mintmark/core/internal/request/resolve"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Check } from "../Check.ts"
import type { Placement, Statement } from "../Statement.ts"
import type { Options, Subject } from "../Subject.ts"
import type { Recorded } from "./recorder.ts"
import { accountOf, connect, expected, methodOf, optionOf, ownScope, rig, somebody, type Who } from "./rig.ts"

/** Credentials whose characters tell one encoding from another, and long ones. */
export const awkward: ReadonlyArray<Who> = [
  { id: "somebody", secret: ":+/%=& é€\"" },
  { id: "some-body_1.2~3", secret: "%41+%2B*'()!~-._" },
  { id: "söme body", secret: "9pBl+xY1MW+AbsdZk4xpv7NwWxG8+oqduKiSqVybM9Y=" },
  { id: "somebody", secret: "4 KB: +/%=&é€\"😀".padEnd(4096, "x+/=") }
]

const sent = (requests: ReadonlyArray<Recorded>) =>
  requests.map(({ body, headers }) => ({ authorization: headers.authorization, body }))

const placements = ({ stated }: Subject): ReadonlyArray<Placement> => [stated.placement, ...stated.alternatives ?? []]

// What the pages have in the first place must need no override.
const placedAt = (stated: Statement, placement: Placement): Options =>
  placement === stated.placement ? {} : { clientAuthentication: methodOf[placement] }

const places = (subject: Subject): ReadonlyArray<Check> =>
  placements(subject).map((placement): Check => ({
    name: `puts credentials where ${placement} has them, byte for byte`,
    run: Effect.gen(function*() {
      const { stated } = subject
      for (const who of awkward) {
        const { client, tokenRequests } = yield* rig(subject, {
          account: accountOf(stated, who),
          overrides: placedAt(stated, placement)
        })
        yield* client.token
        assert.deepStrictEqual(sent(tokenRequests()), [
          expected(stated, who, { placement, scope: ownScope(stated) })
        ])
      }
    })
  }))

const vectors = (subject: Subject): ReadonlyArray<Check> =>
  (subject.stated.vectors ?? []).map(({ id, placement, secret, wire }): Check => ({
    name: `writes the documented credentials of ${id} as documented`,
    run: Effect.gen(function*() {
      const { stated } = subject
      const { client, tokenRequests } = yield* rig(subject, {
        account: accountOf(stated, { id, secret }),
        overrides: placedAt(stated, placement)
      })
      yield* client.token
      const [request] = tokenRequests()
      if (placement === "body" || placement === "none") assert.include(request?.body, wire)
      else assert.strictEqual(request?.headers.authorization, wire)
    })
  }))

const leavesScopeOut = (subject: Subject): Check => ({
  name: "leaves the scope out where none is named",
  run: Effect.gen(function*() {
    const { client, tokenRequests } = yield* rig(subject, { account: accountOf(subject.stated, somebody, []) })
    yield* client.token
    assert.notInclude(tokenRequests()[0]?.body, "scope")
  })
})

const wantsScope = (subject: Subject): Check => ({
  name: "refuses to ask without a scope, before any request",
  run: Effect.gen(function*() {
    const { stated } = subject
    const { client, tokenRequests } = yield* rig(subject)
    const without = rig(subject, { account: accountOf(stated, somebody, []) })
    for (const refused of [Effect.asVoid(without), Effect.asVoid(client.withScopes([]))]) {
      const { reason } = yield* Effect.flip(refused)
      assert.strictEqual(reason._tag, "InvalidOption")
      assert.include(reason.message, stated.settings["scopes"]?.option ?? "scopes")
    }
    assert.lengthOf(tokenRequests(), 0)
  })
})

const asksForScopes = (subject: Subject): Check => ({
  name: "asks for scopes with a space between them, each once, and keeps a token for each set",
  run: Effect.gen(function*() {
    const { stated } = subject
    const { client, tokenRequests } = yield* rig(subject, { account: accountOf(stated, somebody, ["b", "a", "b"]) })
    const other = yield* client.withScopes(["a"])
    const same = yield* client.withScopes(["a", "b"])
    const tokens = yield* Effect.all([client.token, other.token, same.token])
    assert.deepStrictEqual(sent(tokenRequests()), [
      expected(stated, somebody, { scope: "a b" }),
      expected(stated, somebody, { scope: "a" })
    ])
    assert.deepStrictEqual(tokens.map(({ value }) => Redacted.value(value)), ["token-1", "token-2", "token-1"])
  })
})

const refusesScope = (subject: Subject): Check => ({
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
      return [leavesScopeOut(subject)]
    case "optional":
      return [leavesScopeOut(subject), asksForScopes(subject), refusesScope(subject)]
    case "required":
      return [wantsScope(subject), asksForScopes(subject), refusesScope(subject)]
  }
}

const settings = (subject: Subject): ReadonlyArray<Check> => {
  const { stated } = subject
  const complete = accountOf(stated, somebody)
  const hasDefault = (purpose: string) => purpose === "clientId" && stated.client !== undefined
  return Object.entries(stated.settings)
    .filter(([purpose]) => ["clientId", "clientSecret", "username", "password"].includes(purpose))
    .map(([purpose, { option, variable }]): Check => ({
      name: `names ${option} (${variable}) where it is ${
        hasDefault(purpose) ? "" : "missing or "
      }empty, before any request`,
      run: Effect.gen(function*() {
        const isSecret = purpose === "clientSecret" || purpose === "password"
        for (const nothing of [...hasDefault(purpose) ? [] : [undefined], isSecret ? Redacted.make("") : ""]) {
          const account = { ...complete, [optionOf(stated, purpose)]: nothing }
          const error = yield* Effect.flip(connect(subject, { baseUrl: "http://127.0.0.1:9", ...account }))
          assert.strictEqual(error.reason._tag, "InvalidOption")
          assert.include(error.message, `${option} (${variable}) `)
          assert.notInclude(error.message, "\n")
        }
      })
    }))
}

/** How the provider is asked. */
export const asking = (subject: Subject): ReadonlyArray<Check> => {
  const { stated } = subject
  return [
    {
      name: `asks ${stated.tokenEndpoint}, for the API at ${stated.apiUrl}`,
      run: Effect.sync(() => {
        const provider = Result.getOrThrow(resolve(subject.provider, { ...subject.parts }))
        assert.strictEqual(provider.tokenEndpoint, stated.tokenEndpoint)
        assert.strictEqual(new URL(provider.apiUrl).href, new URL(stated.apiUrl).href)
        assert.sameMembers([...provider.apiOrigins], [...stated.apiOrigins ?? []])
      })
    },
    {
      name: "asks at another place with the same path, and only over https or on loopback",
      run: Effect.gen(function*() {
        const at = (baseUrl: string) => resolve(subject.provider, { ...subject.parts, baseUrl })
        const elsewhere = Result.getOrThrow(at("https://proxy.example/prefix/"))
        const { pathname } = new URL(stated.tokenEndpoint)
        assert.strictEqual(elsewhere.tokenEndpoint, `https://proxy.example/prefix${pathname}`)
        for (const baseUrl of ["http://proxy.example", "https://user@proxy.example", "https://proxy.example/#", ""]) {
          const { reason } = yield* Effect.flip(Effect.fromResult(at(baseUrl)))
          assert.strictEqual(reason._tag, "InvalidOption")
          assert.include(reason.message, stated.settings["baseUrl"]?.variable ?? "baseUrl")
        }
      })
    },
    {
      name: "asks with one POST of a form, that takes JSON, and holds nothing of the caller",
      run: Effect.gen(function*() {
        const { client, tokenRequests } = yield* rig(subject)
        yield* Effect.withSpan(client.token, "caller")
        assert.lengthOf(tokenRequests(), 1)
        const [request] = tokenRequests()
        assert.strictEqual(request?.method, "POST")
        assert.strictEqual(request?.headers["content-type"], "application/x-www-form-urlencoded")
        assert.strictEqual(request?.headers.accept, "application/json")
        for (const header of ["traceparent", "tracestate", "b3", "cookie"]) assert.notProperty(request?.headers, header)
      })
    },
    ...places(subject),
    ...vectors(subject),
    ...scopes(subject),
    ...settings(subject)
  ]
}
