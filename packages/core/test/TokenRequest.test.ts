import { assert, describe, it } from "@effect/vitest"
import * as Grant from "@mintmark/core/Grant"
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { inspect } from "node:util"
import { credentialsOf, givenOf } from "../src/internal/request/account.ts"
import type { Resolved } from "../src/internal/request/resolve.ts"
import * as TokenRequest from "../src/internal/request/TokenRequest.ts"
import { acme, clientCredentials, clientSecret, methods, password, passwordCredentials } from "./support/acme.ts"
import { anyText, confusingText, tried } from "./support/strings.ts"

const request = (
  provider: Resolved,
  credentials: TokenRequest.Credentials,
  refreshToken?: string
): TokenRequest.TokenRequest =>
  Effect.runSync(
    TokenRequest.make(provider, credentials, refreshToken === undefined ? undefined : Redacted.make(refreshToken))
  )

const bodyOf = (made: TokenRequest.TokenRequest): string => {
  const { body } = Redacted.value(made.http)
  assert(body._tag === "Uint8Array")
  return new TextDecoder().decode(body.body)
}

const body = (...args: Parameters<typeof request>) => bodyOf(request(...args))

const authorizationOf = (made: TokenRequest.TokenRequest): string | undefined =>
  Redacted.value(made.http).headers["authorization"]

const basicOf = (...args: Parameters<typeof request>): string =>
  Buffer.from(authorizationOf(request(...args))?.replace(/^Basic /, "") ?? "", "base64").toString("utf8")

const problem = (provider: Resolved, { scopes, values }: TokenRequest.Credentials): string => {
  const result = Effect.runSync(Effect.result(credentialsOf(provider, givenOf(provider, { ...values, scopes }))))
  assert(Result.isFailure(result), "the credentials were taken")
  const { reason } = result.failure
  assert(reason._tag === "InvalidOption")
  return `${reason.option} ${reason.problem}`
}

const client = (clientId: string, secret: string): TokenRequest.Credentials => ({
  values: { clientId, clientSecret: Redacted.make(secret) },
  scopes: []
})

const owner = (username: string, ownersPassword: string): TokenRequest.Credentials => ({
  values: { ...passwordCredentials.values, username, password: Redacted.make(ownersPassword) },
  scopes: []
})

const renewal = Grant.refreshToken
const passwordProvider = acme({ grant: Grant.password, renewal })
const placements = Object.values(methods)

describe("TokenRequest", () => {
  it("carries the credentials in exactly one place", () => {
    for (const clientAuthentication of placements) {
      const made = request(acme({ clientAuthentication }), clientCredentials())
      const fields = new URLSearchParams(bodyOf(made))
      const inHeader = clientAuthentication.name.startsWith("client_secret_basic")
      assert.strictEqual(authorizationOf(made) !== undefined, inHeader)
      assert.strictEqual(fields.has("client_id"), !inHeader)
      assert.strictEqual(fields.has("client_secret"), clientAuthentication.name === "client_secret_post")
    }
  })

  it("sends the fields of each grant in the order of its RFC, and no scope with a refresh token", () => {
    const provider = acme({ clientAuthentication: methods.client_secret_post, grant: Grant.password, renewal })
    const credentials = {
      values: { ...owner("carol", "p").values, ...client("i", "s").values },
      scopes: ["b", "a"]
    }
    assert.strictEqual(
      body(provider, credentials),
      "grant_type=password&client_id=i&client_secret=s&username=carol&password=p&scope=a+b"
    )
    assert.strictEqual(
      body(provider, credentials, "r"),
      "grant_type=refresh_token&client_id=i&client_secret=s&refresh_token=r"
    )
    assert.strictEqual(
      body(acme({ parameters: { audience: "x y" } }), clientCredentials()),
      "grant_type=client_credentials&audience=x+y"
    )
  })

  it("omits an empty scope, which differs from no scope", () => {
    assert.notInclude(body(acme(), clientCredentials([])), "scope")
  })

  it("names every secret that it carries", () => {
    const made = request(passwordProvider, passwordCredentials, "r3fresh")
    const secrets = made.secrets.map(Redacted.value)
    for (const secret of [clientSecret, password, "r3fresh"]) assert.include(secrets, secret)
  })

  it("shows no secret, however it is inspected", () => {
    for (const clientAuthentication of placements) {
      const provider = acme({ clientAuthentication, grant: Grant.password, renewal })
      const made = request(provider, passwordCredentials, "r3fresh")
      const identity = TokenRequest.identity(provider, passwordCredentials)
      for (const value of [made, identity, passwordCredentials]) {
        const shown = [
          inspect(value, { depth: Infinity, showHidden: true, getters: true }),
          JSON.stringify(value),
          String(value)
        ].join()
        for (
          const secret of [clientSecret, password, "r3fresh", Buffer.from(clientSecret).toString("base64").slice(0, 12)]
        ) {
          assert.notInclude(shown, secret)
        }
      }
    }
  })
})

describe("TokenRequest: malicious input", () => {
  const hostile = [
    "é",
    "ÿ",
    "🔑",
    "a&grant_type=password",
    "a=b",
    "a%0d%0ab",
    "a+b c",
    "\u2028",
    "__proto__",
    "💥\u200D💥"
  ]

  it("sends Latin-1, emoji and separators unchanged, in every field", () => {
    for (const text of hostile) {
      assert.strictEqual(basicOf(acme(), client(text, text)), `${text}:${text}`)
      assert.deepStrictEqual(
        basicOf(acme({ clientAuthentication: methods.client_secret_basic }), client(text, text))
          .split(":").map((half) => new URLSearchParams(`half=${half}`).get("half")),
        [text, text]
      )
      const fields = new URLSearchParams(
        body(acme({ clientAuthentication: methods.client_secret_post, grant: Grant.password, renewal }), {
          values: { ...owner(text, text).values, ...client(text, text).values },
          scopes: []
        })
      )
      assert.deepStrictEqual([...fields], [
        ["grant_type", "password"],
        ["client_id", text],
        ["client_secret", text],
        ["username", text],
        ["password", text]
      ])
      assert.strictEqual(
        new URLSearchParams(body(acme({ renewal }), clientCredentials(), text)).get("refresh_token"),
        text
      )
    }
  })

  it.each([["CR", "\r"], ["LF", "\n"], ["NUL", "\0"], ["DEL", "\x7F"], ["ESC", "\x1B"], ["a C1 control", "\x85"]])(
    "does not accept %s in an id, a secret, a username, a password: fails before any request",
    (_, character) => {
      for (const text of [character, `a${character}b`, `a${character}`]) {
        assert.match(problem(acme(), client(text, "s")), /^clientId contains a control character/)
        assert.match(problem(acme(), client("i", text)), /^clientSecret contains a control character/)
        assert.match(problem(passwordProvider, owner(text, "p")), /^username contains a control character/)
        assert.match(problem(passwordProvider, owner("u", text)), /^password contains a control character/)
        assert.match(problem(acme(), clientCredentials([text])), /^scopes contains/)
      }
    }
  )

  it("does not accept what is empty, missing, or half of a surrogate pair", () => {
    assert.strictEqual(problem(acme(), client("", "s")), "clientId is missing or empty")
    assert.strictEqual(problem(acme(), client("i", "")), "clientSecret is missing or empty")
    assert.strictEqual(
      problem(acme(), { values: { clientId: "i" }, scopes: [] }),
      "clientSecret is missing or empty"
    )
    assert.strictEqual(
      problem(acme(), client("i", "\uD83D")),
      "clientSecret contains half of a character (a surrogate without its pair)"
    )
    assert.strictEqual(
      problem(passwordProvider, owner("\uDD11", "p")),
      "username contains half of a character (a surrogate without its pair)"
    )
  })

  it("does not accept a colon in the id of a raw Basic header, and accepts it elsewhere", () => {
    assert.match(problem(acme(), client("a:b", "s")), /^clientId contains a colon/)
    assert.strictEqual(
      basicOf(acme({ clientAuthentication: methods.client_secret_basic }), client("a:b", "s:t")),
      "a%3Ab:s%3At"
    )
    assert.strictEqual(basicOf(acme(), client("a", "s:t")), "a:s:t")
  })

  it.each(["", " ", "a b", "é", "🔑", "a\"b", "a\\b", "a\tb"])(
    "does not accept a scope that is not one token: %j",
    (scope) => {
      assert.match(problem(acme(), clientCredentials(["ok", scope])), /^scopes contains .*which is not a scope$/)
    }
  )

  it("keeps a scope like `a&grant_type=password` in its field", () => {
    const sent = body(acme(), clientCredentials(["a&grant_type=password"]))
    assert.deepStrictEqual([...new URLSearchParams(sent)], [
      ["grant_type", "client_credentials"],
      ["scope", "a&grant_type=password"]
    ])
  })

  it("shows an invalid scope shortened, and without control characters", () => {
    const shown = problem(acme(), clientCredentials([`\x1B[2J\u202E${"x".repeat(10_000)}`]))
    assert.isBelow(shown.length, 300)
    assert.notMatch(shown, /[\p{Cc}\p{Cf}]/u)
  })
})

describe("TokenRequest.identity", () => {
  interface Asked {
    readonly id: string
    readonly host: string
    readonly placement: keyof typeof methods
    readonly clientId: string
    readonly secret: string | undefined
    readonly owner: readonly [username: string, password: string] | undefined
    readonly scopes: ReadonlyArray<string>
    readonly parameters: ReadonlyArray<readonly [string, string]>
  }

  const maybe = <A>(one: Arbitrary.Arbitrary<A>): Arbitrary.Arbitrary<A | undefined> =>
    Arbitrary.flatMap(
      Arbitrary.schema(Schema.Boolean),
      (isThere): Arbitrary.Arbitrary<A | undefined> => isThere ? one : Arbitrary.Constant(undefined)
    )

  const askedWith = (text: Arbitrary.Arbitrary<string>): Arbitrary.Arbitrary<Asked> =>
    Arbitrary.all({
      id: Arbitrary.schema(Schema.Literals(["acme", "emca"])),
      host: Arbitrary.schema(Schema.Literals(["auth.acme.test", "auth.acme.example"])),
      placement: Arbitrary.schema(
        Schema.Literals(["client_secret_basic", "client_secret_basic_raw", "client_secret_post", "none"])
      ),
      clientId: text,
      secret: maybe(text),
      owner: maybe(Arbitrary.all([text, text])),
      scopes: Arbitrary.array(text, { maxLength: 3 }),
      parameters: Arbitrary.array(Arbitrary.all([text, text]), { maxLength: 2 })
    })

  const identityOf = ({ clientId, host, id, owner, parameters, placement, scopes, secret }: Asked): string =>
    Redacted.value(TokenRequest.identity(
      {
        ...acme({
          id,
          tokenEndpoint: `https://${host}/token`,
          clientAuthentication: methods[placement],
          grant: owner === undefined ? Grant.clientCredentials : Grant.password
        }),
        // Names of OAuth's own too, which an application can't set.
        parameters: Object.fromEntries(parameters)
      },
      {
        values: {
          clientId,
          ...(secret === undefined ? {} : { clientSecret: Redacted.make(secret) }),
          ...(owner === undefined ? {} : { username: owner[0], password: Redacted.make(owner[1]) })
        },
        scopes
      }
    ))

  /** The same said without `identity`: length by length, so that nothing runs into the next one. */
  const spelled = ({ parameters, scopes, ...rest }: Asked): string => {
    const told = (value: unknown): string =>
      value === undefined
        ? "-"
        : Array.isArray(value)
        ? `[${value.map(told).join("")}]`
        : `${String(value).length}:${value}`
    const fields = [...new Map(parameters)].map(([name, value]) => told([name, value]))
    return [...Object.values(rest), [...new Set(scopes)].toSorted(), fields.toSorted()].map(told).join("")
  }

  it.prop(
    "is equal for equal requests, and different for others",
    [askedWith(confusingText), askedWith(confusingText)],
    ([one, other]) => {
      assert.strictEqual(identityOf(one) === identityOf(other), spelled(one) === spelled(other))
      assert.strictEqual(identityOf(one), identityOf({ ...one }))
    },
    tried(300)
  )

  const fields: ReadonlyArray<keyof Asked> = [
    "id",
    "host",
    "placement",
    "clientId",
    "secret",
    "owner",
    "scopes",
    "parameters"
  ]
  for (const field of fields) {
    it.prop(
      `depends on ${field}, with all the rest equal`,
      [askedWith(anyText), askedWith(anyText)],
      ([one, other]) => {
        const changed = { ...one, [field]: other[field] }
        assert.strictEqual(identityOf(one) === identityOf(changed), spelled(one) === spelled(changed))
      },
      tried(200)
    )
  }

  it.prop("takes scopes as a set", [askedWith(anyText)], ([asked]) => {
    const scopes = [...asked.scopes.toReversed(), ...asked.scopes]
    assert.strictEqual(identityOf({ ...asked, scopes }), identityOf(asked))
  }, tried(100))

  it("distinguishes what only looks alike", () => {
    const asked: Asked = {
      id: "acme",
      host: "auth.acme.test",
      placement: "client_secret_post",
      clientId: "a",
      secret: "b",
      owner: undefined,
      scopes: [],
      parameters: []
    }
    const alike: ReadonlyArray<Asked> = [
      asked,
      { ...asked, clientId: "a\",\"b", secret: undefined },
      { ...asked, secret: "" },
      { ...asked, secret: undefined },
      { ...asked, secret: "null" },
      { ...asked, clientId: "\u00E9" },
      { ...asked, clientId: "e\u0301" },
      { ...asked, clientId: "\uD83D" },
      { ...asked, clientId: "\\ud83d" },
      { ...asked, clientId: "\uFFFD" },
      { ...asked, owner: ["", ""] },
      { ...asked, owner: ["a", "b"] },
      { ...asked, owner: ["ab", ""] },
      { ...asked, scopes: [""] },
      { ...asked, scopes: ["a b"] },
      { ...asked, scopes: ["a", "b"] },
      { ...asked, parameters: [["__proto__", "a"]] },
      { ...asked, parameters: [["a", ""]] },
      { ...asked, parameters: [["a", "b"]] },
      { ...asked, parameters: [["a", "b"], ["scope", "a b"]] }
    ]
    assert.strictEqual(new Set(alike.map(identityOf)).size, alike.length)
  })

  it("contains the provider's default scopes if none are given", () => {
    const provider = acme({ scopes: ["read"] })
    assert.strictEqual(
      Redacted.value(TokenRequest.identity(provider, clientCredentials())),
      Redacted.value(TokenRequest.identity(provider, clientCredentials(["read"])))
    )
  })
})
