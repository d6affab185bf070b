/*
 * Servers that have no provider value, by their issuer or their token endpoint.
 */
import { assert, describe, it } from "@effect/vitest"
import { serve } from "@mintmark/core/test/support/RealServer"
import * as Account from "@mintmark/sandbox/Account"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { atTerminal, type Outcome } from "./support/inProcess.ts"
import { folder, mintmark } from "./support/mintmark.ts"
import { client, oidcProvider } from "./support/oidcProvider.ts"
import { inTerminal, screen } from "./support/pseudoTerminal.ts"

const variables = (prefix: string, more: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ CLIENT_ID: client.clientId, CLIENT_SECRET: client.clientSecret, ...more })
      .map(([name, value]) => [`${prefix}_${name}`, value])
  )

const acme = variables("ACME")

/** The table without its figures: each step and its state. */
const states = ({ stdout }: Outcome): ReadonlyArray<string> =>
  [...stdout.matchAll(/^(\w+) +(ok|note|failed|skipped) /gm)].map(([, step, state]) => `${step} ${state}`)

/** A server whose metadata is what is given, and whose requests are noted. */
const describing = Effect.fnUntraced(function*(
  answer: (response: ServerResponse, origin: string, request: IncomingMessage) => void
) {
  const seen: Array<string> = []
  const origin = yield* serve((origin): RequestListener => (request, response) => {
    seen.push(`${request.method} ${request.url}`)
    answer(response, origin, request)
  })
  return { origin, seen }
})

const json = (response: ServerResponse, body: object) =>
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body))

/** A server that takes credentials in the body alone. */
const takingBodies = Effect.map(
  describing((response, issuer, request) => {
    if (request.method === "GET") {
      json(response, {
        issuer,
        token_endpoint: `${issuer}/token`,
        token_endpoint_auth_methods_supported: ["private_key_jwt", "client_secret_post"]
      })
      return
    }
    void text(request).then((body) => {
      const isRight = request.headers.authorization === undefined
        && new URLSearchParams(body).get("client_secret") === client.clientSecret
      if (isRight) json(response, { access_token: "by-body", token_type: "Bearer", expires_in: 60 })
      else response.writeHead(401, { "content-type": "application/json" }).end(`{"error":"invalid_client"}`)
    })
  }),
  ({ origin }) => ({ issuer: origin })
)

describe("mintmark at any OAuth server", () => {
  it.live("gets a token by the issuer alone, with variables that begin with the prefix", () =>
    Effect.gen(function*() {
      const { issuer, knows } = yield* oidcProvider
      const outcome = yield* mintmark(["token", "--issuer", issuer, "--prefix", "ACME", "--scope", "read"], {
        cwd: yield* folder(),
        env: acme
      })
      assert.deepInclude(outcome, { code: 0, stderr: "" })
      assert.isTrue(yield* knows(outcome.stdout.trimEnd()))
    }))

  it.live("gets a token by the token endpoint, and by variables alone", () =>
    Effect.gen(function*() {
      const { issuer, knows } = yield* oidcProvider
      const byEndpoint = yield* atTerminal(["token", "--token-endpoint", `${issuer}/token`], variables("OAUTH_SERVER"))
      const byVariables = yield* atTerminal(
        ["token", "oauth-server", "--json"],
        variables("OAUTH_SERVER", { ISSUER: issuer, SCOPES: "read write" })
      )
      const byPrefix = yield* atTerminal(["token", "--prefix", "ACME_EU"], variables("ACME_EU", { ISSUER: issuer }))
      assert.isTrue(yield* knows(byEndpoint.stdout.trimEnd()))
      assert.isTrue(yield* knows(byPrefix.stdout.trimEnd()))
      const { access_token, provider, scope } = JSON.parse(byVariables.stdout)
      assert.isTrue(yield* knows(access_token))
      assert.deepStrictEqual([provider, scope], ["oauth-server", "read write"])
    }))

  it.live("gets a token of the sandbox by its issuer, with the credentials in a header or in the body", () =>
    Effect.gen(function*() {
      const { behave, fingerprint, tokens, urls } = yield* Sandbox
      const { clientId, clientSecret } = Account.generic
      for (const placement of ["client_secret_basic", "client_secret_post"] as const) {
        yield* behave({ generic: { placement } })
        const { stdout } = yield* atTerminal(["token", "--issuer", urls.generic], {
          OAUTH_SERVER_CLIENT_ID: clientId,
          OAUTH_SERVER_CLIENT_SECRET: clientSecret
        })
        assert.include((yield* tokens).map(({ fingerprint }) => fingerprint), fingerprint(stdout.trimEnd()))
      }
    }).pipe(Effect.provide(Sandbox.layer())))

  it.live("authenticates with the method of the metadata", () =>
    Effect.gen(function*() {
      const { issuer } = yield* takingBodies
      const { code, stdout } = yield* atTerminal(["token", "--issuer", issuer, "--prefix", "ACME"], acme)
      assert.deepStrictEqual([code, stdout], [0, "by-body\n"])
    }))

  it.live("lets a flag take precedence over the variables, which may be those of another server", () =>
    Effect.gen(function*() {
      const { issuer, knows } = yield* oidcProvider
      const other = yield* describing((response) => response.writeHead(500).end())
      const env = { ...acme, ACME_TOKEN_ENDPOINT: `${other.origin}/token`, ACME_ISSUER: other.origin }
      const byIssuer = yield* atTerminal(["token", "--issuer", issuer, "--prefix", "ACME"], env)
      const byEndpoint = yield* atTerminal(["token", "--token-endpoint", `${issuer}/token`, "--prefix", "ACME"], env)
      for (const { stdout } of [byIssuer, byEndpoint]) assert.isTrue(yield* knows(stdout.trimEnd()))
      assert.deepStrictEqual(other.seen, [])
    }))

  it.live("sends an API request with the token to the URL in the settings", () =>
    Effect.gen(function*() {
      const { issuer, knows } = yield* oidcProvider
      const tokens: Array<string> = []
      const api = yield* describing((response, _, { headers }) => {
        tokens.push(headers.authorization?.replace("Bearer ", "") ?? "")
        json(response, { id: 7 })
      })
      const args = ["request", "oauth-server", "GET", "/me", "--prefix", "ACME", "--issuer", issuer]
      const sent = yield* atTerminal([...args, "--api-url", `${api.origin}/v2`], acme)
      assert.deepStrictEqual([sent.code, sent.stdout, sent.stderr], [0, `{"id":7}`, ""])
      assert.deepStrictEqual(api.seen, ["GET /v2/me"])
      assert.isTrue(yield* knows(tokens[0] ?? ""))
      const missing = yield* mintmark(args, { cwd: yield* folder(), env: acme })
      assert.strictEqual(missing.code, 3)
      assert.match(missing.stderr, /^mintmark: acme: ACME_API_URL \(--api-url\) is not set\.\n/)
      const withoutIssuer = yield* mintmark(["token", "--prefix", "ACME"], { cwd: yield* folder(), env: acme })
      assert.match(withoutIssuer.stderr, /^mintmark: acme: ACME_ISSUER \(--issuer\) is not set\.\n/)
    }))

  it.live("prompts in a terminal for what is missing, names the server, and never shows the secret", () =>
    Effect.gen(function*() {
      const { issuer, knows } = yield* oidcProvider
      const shown = yield* inTerminal(["token", "--issuer", issuer], {
        cwd: yield* folder(),
        typed: [
          { after: `OAUTH_SERVER_CLIENT_ID, for ${issuer}`, keys: `${client.clientId}\r` },
          { after: "OAUTH_SERVER_CLIENT_SECRET", keys: `${client.clientSecret}\r` }
        ]
      })
      assert.strictEqual(shown.code, 0)
      assert.notInclude(shown.text, client.clientSecret)
      assert.isTrue(yield* knows(screen(shown.text).filter((line) => line !== "").at(-1) ?? ""))
    }))

  it.live("doesn't send credentials of the environment where a folder's own .env wants them", () =>
    Effect.gen(function*() {
      const other = yield* describing((response) => response.writeHead(500).end())
      for (const name of ["ISSUER", "TOKEN_ENDPOINT", "API_URL"]) {
        const { origin } = other
        const env = name === "API_URL" ? { ...acme, ACME_ISSUER: origin } : acme
        const cwd = yield* folder({ ".env": `ACME_${name}=${origin}` })
        const refused = yield* mintmark(["token", "--prefix", "ACME"], { cwd, env })
        assert.strictEqual(refused.code, 9, refused.stderr)
        assert.include(refused.stderr, `.env sets ACME_${name}, but ACME_CLIENT_SECRET comes from elsewhere`)
      }
      assert.deepStrictEqual(other.seen, [])
    }))

  for (
    const [what, said, ...args] of [
      ["no provider and no server", "No provider is named.\nName one (routee,", "token"],
      [
        "a provider and a server",
        "--token-endpoint is for a server that is none",
        "token",
        "routee",
        "--token-endpoint",
        "https://a.example"
      ],
      [
        "issuer and endpoint",
        "exclude each other",
        "doctor",
        "--issuer",
        "https://a.example",
        "--token-endpoint",
        "https://b.example"
      ],
      ["a prefix that is none", "Expected: a name, such as ACME", "token", "--prefix", "AC-ME"]
    ] as const
  ) {
    it.live(`reports an invalid command line: ${what}`, () =>
      Effect.gen(function*() {
        const { code, stderr, stdout } = yield* atTerminal(args, {})
        assert.deepStrictEqual([code, stdout], [2, ""])
        assert.include(stderr, said)
      }))
  }
})

describe("mintmark doctor at any OAuth server", () => {
  it.live("checks everything from the issuer's metadata to the scopes, with one token request", () =>
    Effect.gen(function*() {
      const { issuer } = yield* oidcProvider
      const outcome = yield* atTerminal(["doctor", "--issuer", issuer, "--prefix", "ACME"], acme)
      assert.deepStrictEqual([outcome.code, outcome.stderr], [0, ""])
      assert.deepStrictEqual(states(outcome), [
        "settings ok",
        "name skipped",
        "TLS skipped",
        "metadata ok",
        "endpoint ok",
        "clock ok",
        "credentials ok",
        "reply ok",
        "lifetime ok",
        "scopes ok",
        "API skipped"
      ])
      assert.include(
        outcome.stdout,
        `the token endpoint is ${issuer}/token; credentials go form-encoded in a Basic header`
      )
      assert.match(outcome.stdout, /\n\nEverything works\.\n$/)
    }))

  it.live("checks the API whose URL is set, and prints its findings as JSON", () =>
    Effect.gen(function*() {
      const { issuer } = yield* oidcProvider
      const api = yield* describing((response) => response.writeHead(403).end())
      const { code, stdout } = yield* atTerminal(
        ["doctor", "--issuer", issuer, "--prefix", "ACME", "--api-url", api.origin, "--call", "/me", "--json"],
        acme
      )
      const { conclusion, findings, provider } = JSON.parse(stdout)
      assert.deepStrictEqual([code, provider], [0, "acme"])
      assert.strictEqual(conclusion.cause, "there is a token, but it lacks a right for GET /me (403)")
      assert.deepInclude(findings.at(-1), { step: "API", state: "note" })
      assert.deepStrictEqual(api.seen, ["GET /me"])
    }))

  it.live("suggests the other authentication method if only the endpoint is known", () =>
    Effect.gen(function*() {
      const { issuer } = yield* takingBodies
      const args = ["doctor", "--token-endpoint", `${issuer}/token`, "--prefix", "ACME"]
      const refused = yield* atTerminal(args, acme)
      assert.strictEqual(refused.code, 4)
      assert.include(
        refused.stdout,
        `\`mintmark doctor oauth-server --token-endpoint ${issuer}/token --prefix ACME --placement body\` sends them in the body, once.`
      )
      assert.notInclude(refused.stdout, "ACME_ISSUER")
      const accepted = yield* atTerminal([...args, "--placement", "body"], acme)
      assert.strictEqual(accepted.code, 0, accepted.stdout)
    }))
})

/** `doctor` and `token` conclude the same, each in two lines, and show nothing of the secret. */
const both = Effect.fnUntraced(function*(
  issuer: string,
  { cause, code, next }: { readonly cause: string | RegExp; readonly next: string | RegExp; readonly code: number }
) {
  const args = ["--issuer", issuer, "--prefix", "ACME", "--timeout", "2"]
  const doctor = yield* atTerminal(["doctor", ...args], acme)
  const [said = "", todo = ""] = doctor.stdout.trimEnd().split("\n\n").at(-1)?.split("\n") ?? []
  const token = yield* atTerminal(["token", ...args], acme)
  const [problem = "", advice = "", ...more] = token.stderr.trimEnd().split("\n")
  assert.deepStrictEqual([doctor.code, token.code, more], [code, code, []], doctor.stdout + token.stderr)
  for (const text of [`${said.slice(0, 1).toLowerCase()}${said.slice(1)}`, problem]) {
    assert.match(text, new RegExp(cause))
  }
  for (const text of [todo, advice]) assert.match(text, new RegExp(next))
  for (const text of [doctor.stdout, doctor.stderr, token.stderr]) assert.notInclude(text, "s3cret")
})

describe("An issuer that can't be used", () => {
  const orEndpoint = "or name the token endpoint instead, with --token-endpoint or ACME_TOKEN_ENDPOINT\\."

  it.live("is refused if its metadata is another issuer's", () =>
    Effect.gen(function*() {
      const { origin, seen } = yield* describing((response) =>
        json(response, { issuer: "https://evil.example", token_endpoint: "https://evil.example/token" })
      )
      yield* both(origin, {
        cause: "the issuer's metadata names another issuer\\.$",
        next: `^Write --issuer exactly as the server does, ${orEndpoint}`,
        code: 9
      })
      assert.isTrue(seen.every((request) => request.startsWith("GET /.well-known/")))
    }))

  it.live("is reported to differ by a slash at its end", () =>
    Effect.gen(function*() {
      const { origin } = yield* describing((response, origin) =>
        json(response, { issuer: `${origin}/`, token_endpoint: `${origin}/token` })
      )
      yield* both(origin, {
        cause: "they differ by the slash at the end\\.$",
        next: "^Write --issuer exactly",
        code: 9
      })
    }))

  it.live("is refused if its token endpoint would get the credentials over http", () =>
    Effect.gen(function*() {
      const { origin } = yield* describing((response, origin) =>
        json(response, { issuer: origin, token_endpoint: "http://login.acme.example/token" })
      )
      yield* both(origin, { cause: "token endpoint must be https", next: orEndpoint, code: 9 })
    }))

  for (
    const [what, answer, cause, code] of [
      [
        "nothing",
        (response: ServerResponse) => response.writeHead(404).end(),
        /there is no metadata of http:.* at 127\.0\.0\.1:\d+ \(status 404, an empty body\)/,
        8
      ],
      [
        "a page",
        (response: ServerResponse) =>
          response.writeHead(200, { "content-type": "text/html" }).end("<html><title>Log in</title>"),
        /\(status 200, an HTML page with the title "Log in"\)/,
        8
      ],
      [
        "metadata without a token endpoint",
        (response: ServerResponse, origin: string) => json(response, { issuer: origin, jwks_uri: "x" }),
        /\(status 200, JSON with the fields issuer, jwks_uri/,
        8
      ],
      [
        "what repeats the secret",
        (response: ServerResponse) => json(response, { [client.clientSecret]: client.clientSecret }),
        /there is no metadata/,
        8
      ],
      [
        "a failure",
        (response: ServerResponse) => response.writeHead(503).end(),
        /failed when it was asked for the metadata .*\(status 503\)/,
        6
      ],
      [
        "a redirect",
        (response: ServerResponse) => response.writeHead(302, { location: "https://sso.example/login?a=s3cret" }).end(),
        /redirects to https:\/\/sso\.example\/login instead/,
        9
      ]
    ] as const
  ) {
    it.live(`is reported if its server has ${what}`, () =>
      Effect.gen(function*() {
        const { origin } = yield* describing(answer)
        yield* both(origin, { cause, next: orEndpoint, code })
      }))
  }

  it.live("is reported if nothing listens there, or if it is not a URL", () =>
    Effect.gen(function*() {
      yield* both("http://127.0.0.1:44445", {
        cause: "nothing listens on 127\\.0\\.0\\.1:44445, where --issuer points",
        next: "^Check --issuer",
        code: 6
      })
      yield* both("login.acme.example", {
        cause: "--issuer must be an absolute https URL",
        next: "Correct --issuer\\.",
        code: 3
      })
    }))

  it.live("writes a report that names the settings and shows no secret", () =>
    Effect.gen(function*() {
      const { origin } = yield* describing((response) => response.writeHead(404).end(randomBytes(8).toString("hex")))
      const cwd = yield* folder()
      const args = ["doctor", "--issuer", origin, "--prefix", "ACME", "--report", "report.md"]
      const { code, stdout } = yield* mintmark(args, { cwd, env: acme })
      assert.strictEqual(code, 8)
      assert.include(stdout, "metadata     failed")
      const report = readFileSync(join(cwd, "report.md"), "utf8")
      assert.include(report, "# mintmark doctor acme\n")
      assert.include(report, "| `ACME_ISSUER` | flag |")
      assert.include(report, "- status 404")
      assert.notInclude(report, "s3cret")
    }))
})
