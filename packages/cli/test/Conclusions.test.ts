import { assert, describe, it, layer } from "@effect/vitest"
import * as Account from "@mintmark/sandbox/Account"
import * as Answer from "@mintmark/sandbox/Answer"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { atTerminal, type Machine, type Outcome } from "./support/inProcess.ts"
import { folder, mintmark } from "./support/mintmark.ts"

/** What a run concludes, and what to do. */
interface Expected {
  readonly cause: string | RegExp
  readonly next: string | RegExp
  readonly code: number
}

const matches = (text: string, wanted: string | RegExp): void =>
  typeof wanted === "string" ? assert.include(text, wanted) : assert.match(text, wanted)

/** The last paragraph of the examination, and the two lines of the command. */
const conclusionOf = ({ stdout }: Outcome): ReadonlyArray<string> =>
  stdout.trimEnd().split("\n\n").at(-1)?.split("\n") ?? []

const linesOf = ({ stderr }: Outcome): ReadonlyArray<string> => stderr.trimEnd().split("\n")

const lower = (text: string): string => text.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())

/** `doctor` and `token` conclude the same, each in two lines. */
const both = Effect.fnUntraced(function*(
  id: string,
  env: Readonly<Record<string, string>>,
  { cause, code, next }: Expected,
  { args = [], before = Effect.void, machine = {}, tokenFails = true }: {
    readonly args?: ReadonlyArray<string>
    readonly before?: Effect.Effect<void>
    readonly machine?: Machine
    readonly tokenFails?: boolean
  } = {}
) {
  yield* before
  const doctor = yield* atTerminal(["doctor", id, ...args], env, [], machine)
  const [said = "", todo = ""] = conclusionOf(doctor)
  matches(lower(said), cause)
  matches(todo, next)
  assert.strictEqual(doctor.code, code)
  if (!tokenFails) return
  yield* before
  const timeout = args.includes("--timeout") ? [] : ["--timeout", "2"]
  const token = yield* atTerminal(["token", id, ...timeout, ...args], env, [], machine)
  const [problem = "", advice = "", ...more] = linesOf(token)
  matches(problem, cause)
  matches(advice, next)
  assert.deepStrictEqual(more, [])
  assert.strictEqual(token.code, code)
})

const { clientId, clientSecret } = Account.routee

const routee = { ROUTEE_APPLICATION_ID: clientId, ROUTEE_APPLICATION_SECRET: clientSecret }

/** A server that returns one thing. */
const serving = (status: number, headers: Readonly<Record<string, string>>, body: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<ReturnType<typeof createServer>>((resume) => {
        const server = createServer((_, response) => response.writeHead(status, headers).end(body))
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) => Effect.sync(() => server.close())
    ),
    (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  )

const refusingWith = (code: string): typeof fetch => () =>
  Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code, syscall: "connect" }) }))

const html = { "content-type": "text/html" }

layer(Sandbox.layer(), { excludeTestServices: true })("mintmark doctor, of a broken set-up", (it) => {
  it.effect("with an unknown region, names the variable and the known regions", () =>
    both(
      "vonage-contact-center",
      {
        VONAGE_CONTACT_CENTER_REGION: "emae",
        VONAGE_CONTACT_CENTER_CLIENT_ID: "id",
        VONAGE_CONTACT_CENTER_CLIENT_SECRET: "secret",
        VONAGE_CONTACT_CENTER_SCOPES: "users:read"
      },
      {
        cause: `emae.cc.vonage.com doesn't exist: VONAGE_CONTACT_CENTER_REGION is "emae"`,
        next: "The regions are emea, nam, apac.",
        code: 6
      },
      { machine: { isWithoutNames: true, fetch: refusingWith("ENOTFOUND") } }
    ))

  it.effect("with a token for an unknown region, warns and names the known ones", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const env = {
        VONAGE_CONTACT_CENTER_REGION: "eu",
        VONAGE_CONTACT_CENTER_CLIENT_ID: Account.vonage.clientId,
        VONAGE_CONTACT_CENTER_CLIENT_SECRET: Account.vonage.clientSecret,
        VONAGE_CONTACT_CENTER_SCOPES: "users:read",
        VONAGE_CONTACT_CENTER_BASE_URL: urls["vonage-contact-center"]
      }
      const warning = `VONAGE_CONTACT_CENTER_REGION is "eu"; the known regions are emea, nam, apac`
      const doctor = yield* atTerminal(["doctor", "vonage-contact-center"], env)
      assert.strictEqual(doctor.code, 0)
      assert.include(doctor.stdout, `settings     note     ${warning}\n`)
      assert.deepStrictEqual(conclusionOf(doctor), [
        `There is a token, but ${warning}.`,
        "Correct it, unless the region is a new one: the sandbox accepts any."
      ])
      const token = yield* atTerminal(["token", "vonage-contact-center"], env)
      assert.deepStrictEqual([token.code, token.stderr], [0, `mintmark: ${warning}.\n`])
      for (const region of ["emea", "NAM"]) {
        const known = yield* atTerminal(["token", "vonage-contact-center"], {
          ...env,
          VONAGE_CONTACT_CENTER_REGION: region
        })
        assert.deepStrictEqual([known.code, known.stderr], [0, ""])
      }
    }))

  it.effect("with the sandbox's base URL without {host}, names the hosts and the base URL", () =>
    Effect.gen(function*() {
      const { origin } = yield* Sandbox
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: origin }, {
        cause:
          /has no token endpoint at \/oauth\/token \(status 404\): The sandbox has no host oauth\. Its hosts: auth\.routee\.net/,
        next:
          `It is the sandbox, where {host} stands for the provider's host: set ROUTEE_BASE_URL to ${origin}/{host}.`,
        code: 5
      })
      yield* both(
        "voipex",
        { VOIPEX_USERNAME: "me@acme.example", VOIPEX_PASSWORD: "s3cret", VOIPEX_BASE_URL: origin },
        {
          cause: /\(status 404\): The sandbox has no host \w+\. Its hosts: auth\.routee\.net/,
          next: `set VOIPEX_BASE_URL to ${origin}/{host}.`,
          code: 5
        }
      )
    }))

  it.effect("without a network, reports that", () =>
    both(
      "routee",
      routee,
      { cause: "the name auth.routee.net can't be resolved", next: "Check the network and the DNS", code: 6 },
      { machine: { isWithoutNames: true, fetch: refusingWith("EAI_AGAIN") } }
    ))

  it.effect("with a wrong port, or without the sandbox, names the address and the variable that has it", () =>
    both("routee", { ...routee, ROUTEE_BASE_URL: "http://127.0.0.1:44444/routee" }, {
      cause: "nothing listens on 127.0.0.1:44444, where ROUTEE_BASE_URL points",
      next:
        /^If that should be the sandbox, start it: `mintmark sandbox --port 44444`\. Correct ROUTEE_BASE_URL, or remove it/,
      code: 6
    }))

  it.effect("with a port that fetch blocks, reports that", () =>
    both("routee", { ...routee, ROUTEE_BASE_URL: "http://127.0.0.1:9" }, {
      cause: "ROUTEE_BASE_URL must not use port 9",
      next: "Correct ROUTEE_BASE_URL in the environment.",
      code: 3
    }))

  it.effect("with https to a server of plain http, reports that", () =>
    Effect.gen(function*() {
      const { origin } = yield* Sandbox
      const env = { ...routee, ROUTEE_BASE_URL: `${origin.replace("http:", "https:")}/routee` }
      yield* both("routee", env, {
        cause: /127\.0\.0\.1:\d+ speaks http on that port, and not https/,
        next: "Change ROUTEE_BASE_URL to begin with http://",
        code: 9
      })
    }))

  it.effect("with a login page in place of the server, names its title", () =>
    Effect.gen(function*() {
      const page = "<!doctype html><html><head><title>Guest Wi-Fi</title></head></html>"
      for (const status of [200, 403]) {
        const url = yield* serving(status, html, page)
        yield* both("routee", { ...routee, ROUTEE_BASE_URL: url }, {
          cause: `returned an HTML page with the title "Guest Wi-Fi" (status ${status}) instead of a token reply`,
          next: "Correct ROUTEE_BASE_URL, or remove it to use the provider itself.",
          code: 8
        })
      }
    }))

  it.effect("with a redirect, names its target", () =>
    Effect.gen(function*() {
      const url = yield* serving(302, { location: "https://login.example/start?token=s3cret" }, "")
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: url }, {
        cause: /redirects token requests to https:\/\/login\.example\/start\.$/,
        next: "Credentials don't follow redirects.",
        code: 9
      })
    }))

  it.effect("with a wrong path of the token endpoint, names it", () =>
    Effect.gen(function*() {
      const origin = yield* serving(404, {}, "")
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: `${origin}/elsewhere` }, {
        cause: "has no token endpoint at /elsewhere/oauth/token (status 404)",
        next: "Correct ROUTEE_BASE_URL",
        code: 5
      })
    }))

  const cases: ReadonlyArray<readonly [string, Readonly<Record<string, string>>, Expected]> = [
    ["a wrong secret", { ...routee, ROUTEE_APPLICATION_SECRET: "wrong" }, {
      cause: "the credentials were refused (status 401, Unauthorized)",
      next: "Check ROUTEE_APPLICATION_ID and ROUTEE_APPLICATION_SECRET.",
      code: 4
    }],
    ["id and secret exchanged", { ROUTEE_APPLICATION_ID: clientSecret, ROUTEE_APPLICATION_SECRET: clientId }, {
      cause: "ROUTEE_APPLICATION_ID and ROUTEE_APPLICATION_SECRET look exchanged",
      next: "Exchange them.",
      code: 4
    }],
    ["a space at the end of the secret", { ...routee, ROUTEE_APPLICATION_SECRET: `${clientSecret} ` }, {
      cause: "ROUTEE_APPLICATION_SECRET ends with a space",
      next: "Correct ROUTEE_APPLICATION_SECRET in the environment.",
      code: 3
    }],
    ["a space before the id", { ...routee, ROUTEE_APPLICATION_ID: ` ${clientId}` }, {
      cause: "ROUTEE_APPLICATION_ID begins with a space",
      next: "Correct ROUTEE_APPLICATION_ID in the environment.",
      code: 3
    }],
    ["a space that doesn't break after the id", { ...routee, ROUTEE_APPLICATION_ID: `${clientId}\u00A0` }, {
      cause: "ROUTEE_APPLICATION_ID ends with a space",
      next: "Correct ROUTEE_APPLICATION_ID in the environment.",
      code: 3
    }],
    ["a quote around the id", { ...routee, ROUTEE_APPLICATION_ID: `"${clientId}"` }, {
      cause: "ROUTEE_APPLICATION_ID is in quotes",
      next: "Correct ROUTEE_APPLICATION_ID in the environment.",
      code: 4
    }],
    ["a placeholder in place of the secret", { ...routee, ROUTEE_APPLICATION_SECRET: "<your-application-secret>" }, {
      cause: "ROUTEE_APPLICATION_SECRET is a placeholder",
      next: "Correct ROUTEE_APPLICATION_SECRET in the environment.",
      code: 4
    }],
    ["a variable that was not expanded", { ...routee, ROUTEE_APPLICATION_SECRET: "${ROUTEE_SECRET}" }, {
      cause: "ROUTEE_APPLICATION_SECRET is the name of a variable, whose value was not put in its place",
      next: "Correct ROUTEE_APPLICATION_SECRET in the environment.",
      code: 4
    }],
    ["a secret that was copied while it was hidden", { ...routee, ROUTEE_APPLICATION_SECRET: "••••••••" }, {
      cause: "ROUTEE_APPLICATION_SECRET is what stands where a secret is hidden",
      next: "Correct ROUTEE_APPLICATION_SECRET in the environment.",
      code: 4
    }],
    ["a byte order mark before the secret", { ...routee, ROUTEE_APPLICATION_SECRET: `\uFEFF${clientSecret}` }, {
      cause: "ROUTEE_APPLICATION_SECRET contains an invisible character",
      next: "Correct ROUTEE_APPLICATION_SECRET in the environment.",
      code: 4
    }],
    ["a line break at the end of the secret", { ...routee, ROUTEE_APPLICATION_SECRET: `${clientSecret}\n` }, {
      cause: "ROUTEE_APPLICATION_SECRET contains a control character",
      next: "Correct ROUTEE_APPLICATION_SECRET in the environment.",
      code: 3
    }],
    ["commas between the scopes", { ...routee, ROUTEE_SCOPES: "account,sms" }, {
      cause: "the token request was refused (status 400, invalid_scope)",
      next: "Separate the scopes in ROUTEE_SCOPES with spaces: it has a comma.",
      code: 5
    }],
    ["a missing variable", { ROUTEE_APPLICATION_ID: clientId }, {
      cause: "ROUTEE_APPLICATION_SECRET is not set",
      next: "Set what is missing in the environment or in a file named .env",
      code: 3
    }],
    ["an unusable base URL", { ...routee, ROUTEE_BASE_URL: "http://routee.example" }, {
      cause: "ROUTEE_BASE_URL must be https, except on loopback",
      next: "Correct ROUTEE_BASE_URL in the environment.",
      code: 3
    }]
  ]
  for (const [name, env, expected] of cases) {
    it.effect(`with ${name}, reports that`, () =>
      Effect.gen(function*() {
        const { urls } = yield* Sandbox
        yield* both("routee", { ROUTEE_BASE_URL: urls.routee, ...env }, expected)
      }))
  }

  it.effect("with another provider's credentials, names that provider", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const env = { ROUTERA_CLIENT_ID: clientId, ROUTERA_CLIENT_SECRET: clientSecret, ROUTERA_BASE_URL: urls.routera }
      yield* both("routera", env, {
        cause: "ROUTERA_CLIENT_ID looks like an id of routee",
        next: "Set ROUTERA_CLIENT_ID and ROUTERA_CLIENT_SECRET to those of routera.",
        code: 4
      })
      yield* both("routera", { ...routee, ...env }, {
        cause: "ROUTERA_CLIENT_ID is the same as ROUTEE_APPLICATION_ID, which is another provider's",
        next: "Set ROUTERA_CLIENT_ID",
        code: 4
      })
    }))

  it.effect("with the token endpoint as the base URL, names the path to remove", () =>
    Effect.gen(function*() {
      const { at } = yield* Sandbox
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: at("https://auth.routee.net/oauth/token") }, {
        cause: "has no token endpoint at /auth.routee.net/oauth/token/oauth/token (status 404)",
        next: "Remove /oauth/token from the end of ROUTEE_BASE_URL",
        code: 5
      })
    }))

  it.effect("with a proxy that requires credentials, reports that", () =>
    Effect.gen(function*() {
      const url = yield* serving(407, { "proxy-authenticate": "Basic realm=\"proxy\"" }, "")
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: url }, {
        cause: /proxy between this machine and 127\.0\.0\.1:\d+ wants credentials \(status 407\)/,
        next: "Check the user name and the password in HTTPS_PROXY",
        code: 6
      })
    }))

  it.effect("with a region in capitals and no network, names the network", () =>
    both(
      "vonage-contact-center",
      {
        VONAGE_CONTACT_CENTER_REGION: "EMEA",
        VONAGE_CONTACT_CENTER_CLIENT_ID: "id",
        VONAGE_CONTACT_CENTER_CLIENT_SECRET: "secret",
        VONAGE_CONTACT_CENTER_SCOPES: "users:read"
      },
      {
        cause: "the name emea.cc.vonage.com can't be resolved",
        next: "Check the network and the DNS of this machine.",
        code: 6
      },
      { machine: { isWithoutNames: true, fetch: refusingWith("ENOTFOUND") } }
    ))

  it.effect("with a login page in place of the API, does not report that everything works", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const page = "<!doctype html><title>Guest Wi-Fi</title>"
      const before = sandbox.script({ provider: "routee", kind: "api" }, [
        Answer.status(200, { body: page, contentType: "text/html" })
      ])
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: sandbox.urls.routee }, {
        cause: /returned an HTML page with the title "Guest Wi-Fi" instead of an API's reply \(GET \S+: 200\)/,
        next: "Correct ROUTEE_BASE_URL",
        code: 22
      }, { before, tokenFails: false })
    }))

  it.effect("with an API that fails, reports that the token is not the cause", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const before = sandbox.script({ provider: "routee", kind: "api" }, [Answer.status(500)])
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: sandbox.urls.routee }, {
        cause: /there is a token, but the API at 127\.0\.0\.1:\d+ fails \(GET \/accounts\/me\/balance: 500\)/,
        next: "Try again later: the token is not the cause.",
        code: 22
      }, { before, tokenFails: false })
    }))

  it.effect("with a file of settings in any encoding that a shell writes, reads it", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const lines = Object.entries({ ...routee, ROUTEE_BASE_URL: urls.routee }).map(([name, value]) =>
        `${name}=${value}`
      )
      const cwd = yield* folder()
      const utf16 = Buffer.from(`\uFEFF${lines.join("\r\n")}\r\n`, "utf16le")
      const files = {
        "utf-8": Buffer.from(lines.join("\n")),
        "utf-8 with a byte order mark": Buffer.from(`\uFEFF${lines.join("\r\n")}`),
        "utf-16le": utf16,
        "utf-16be": Buffer.from(utf16).swap16(),
        "utf-16le without a byte order mark": utf16.subarray(2)
      }
      for (const [name, content] of Object.entries(files)) {
        const path = join(cwd, name)
        writeFileSync(path, content)
        const { code, stderr } = yield* atTerminal(["token", "routee", "--dotenv", path], {})
        assert.deepStrictEqual([code, stderr], [0, ""], name)
      }
    }))

  it.effect("with a user name that is not an e-mail address, reports that", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const env = { VOIPEX_USERNAME: "alice", VOIPEX_PASSWORD: "secret", VOIPEX_BASE_URL: urls.voipex }
      yield* both("voipex", env, {
        cause: "VOIPEX_USERNAME is not an e-mail address",
        next: "Correct VOIPEX_USERNAME in the environment.",
        code: 4
      })
    }))

  it.effect("with a scope that is not permitted, names the option for other scopes", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: urls.routee, ROUTEE_SCOPES: "nonsense" }, {
        cause: "the token request was refused (status 400, invalid_scope)",
        next: "Request other scopes, with --scope or ROUTEE_SCOPES.",
        code: 5
      })
    }))

  it.effect("with a clock that is wrong by an hour, reports that although the token is valid", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const date = new Date(Date.now() - 3_600_000).toUTCString()
      const before = sandbox.script({ provider: "routee", kind: "token" }, [Answer.token({}, { headers: { date } })])
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: sandbox.urls.routee }, {
        cause: /there is a token, but this machine's clock is 36\d\d s ahead of the server's/,
        next: "Set the clock",
        code: 0
      }, { before, tokenFails: false })
    }))

  it.effect("with a server that throttles, reports when to try again", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const before = sandbox.script({ provider: "routee", kind: "token" }, [Answer.status(429, { retryAfter: 600 })])
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: sandbox.urls.routee }, {
        cause: "the authorization server limits token requests (status 429)",
        next: /^Try again after 20.*Z\.$/,
        code: 7
      }, { before })
    }))

  it.effect("with a server that does not reply, reports that", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const before = sandbox.script({ provider: "routee", kind: "token" }, [Answer.hang("before-headers")])
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: sandbox.urls.routee }, {
        cause: /127\.0\.0\.1:\d+, where ROUTEE_BASE_URL points, didn't answer in time \(ETIMEDOUT\)/,
        next: "Correct ROUTEE_BASE_URL",
        code: 6
      }, { before, args: ["--timeout", "1"] })
    }))

  it.effect("with a server that closes the connection, reports that", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const before = sandbox.script(
        { provider: "routee", kind: "token" },
        Array.from({ length: 9 }, () => Answer.reset("before-headers"))
      )
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: sandbox.urls.routee }, {
        cause: /127\.0\.0\.1:\d+, where ROUTEE_BASE_URL points, can't be reached, or ended the connection \(\w+\)/,
        next: "Correct ROUTEE_BASE_URL",
        code: 6
      }, { before: Effect.andThen(sandbox.unscript(), before) })
      yield* sandbox.unscript()
    }))

  it.effect("with a server that fails, reports that", () =>
    Effect.gen(function*() {
      const url = yield* serving(503, html, "<html><title>Maintenance</title></html>")
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: url }, {
        cause: /127\.0\.0\.1:\d+ failed \(status 503, an HTML page with the title "Maintenance"\)/,
        next: "Try again later.",
        code: 6
      })
    }))

  it.effect("with JSON that is not a token reply, names its fields and none of their values", () =>
    Effect.gen(function*() {
      const url = yield* serving(200, { "content-type": "application/json" }, `{"status":"s3cret","data":{}}`)
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: url }, {
        cause: /the reply was not understood: .* \(status 200\); the reply is JSON with the fields status, data/,
        next: "Correct ROUTEE_BASE_URL",
        code: 8
      })
    }))

  it.effect("with a token that the API refuses, reports that", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const before = sandbox.script({ provider: "routee", kind: "api" }, [Answer.status(401)])
      yield* both("routee", { ...routee, ROUTEE_BASE_URL: sandbox.urls.routee }, {
        cause: /there is a token, but the API at 127\.0\.0\.1:\d+ refuses it \(GET \/accounts\/me\/balance: 401\)/,
        next: "Do token endpoint and API belong together? ROUTEE_BASE_URL is set for both.",
        code: 22
      }, { before, tokenFails: false })
    }))

  it.effect("with nothing broken, reports that everything works, with an API request of every provider", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const { environment } = yield* Effect.promise(() => import("../src/SandboxCommand.ts"))
      const Providers = yield* Effect.promise(() => import("../src/Providers.ts"))
      for (const id of Providers.ids) {
        const env = Object.fromEntries(
          [...environment(id, urls).matchAll(/^(\w+)='(.*)'$/gm)].map((
            [, name = "", value = ""]
          ) => [name, value])
        )
        const { code, stdout } = yield* atTerminal(["doctor", id], env)
        assert.strictEqual(code, 0, id)
        assert.match(stdout, /^API +ok +GET http\S+: 200$/m, id)
        assert.match(stdout, /\n\nEverything works, at the base URL that is set\.\n$/, id)
      }
    }))
})

layer(Sandbox.layer({ tls: "self-signed" }), { excludeTestServices: true })(
  "mintmark doctor over TLS, of a broken set-up",
  (it) => {
    it.effect("with plain http to a server of https, reports that", () =>
      Effect.gen(function*() {
        const { origin } = yield* Sandbox
        yield* both("routee", { ...routee, ROUTEE_BASE_URL: `${origin.replace("https:", "http:")}/routee` }, {
          cause: /127\.0\.0\.1:\d+ speaks https on that port, and not http/,
          next: "Change ROUTEE_BASE_URL to begin with https://.",
          code: 6
        })
      }))

    it.effect("with a certificate authority that is not trusted, names it and NODE_EXTRA_CA_CERTS", () =>
      Effect.gen(function*() {
        const { urls } = yield* Sandbox
        yield* both("routee", { ...routee, ROUTEE_BASE_URL: urls.routee }, {
          cause: /the certificate of 127\.0\.0\.1:\d+ is signed by ".+", which this machine doesn't trust \(\w+\)/,
          next: "name its certificate in NODE_EXTRA_CA_CERTS",
          code: 9
        })
      }))
  }
)

describe("Over TLS, a certificate", () => {
  for (
    const [kind, cause] of [
      ["expired", /the certificate of 127\.0\.0\.1:\d+ has expired \(20.*Z\)/],
      ["wrong-name", /the certificate of 127\.0\.0\.1:\d+ is for \S+, not for 127\.0\.0\.1/]
    ] as const
  ) {
    it.live(`that is ${kind} is described`, () =>
      Effect.gen(function*() {
        const { certificate = "", urls } = yield* Sandbox
        const cwd = yield* folder()
        const trusted = join(cwd, "authority.pem")
        writeFileSync(trusted, certificate)
        const env = { ...routee, ROUTEE_BASE_URL: urls.routee, NODE_EXTRA_CA_CERTS: trusted }
        const [doctor, token] = yield* Effect.all([
          mintmark(["doctor", "routee"], { cwd, env }),
          mintmark(["token", "routee"], { cwd, env })
        ], { concurrency: "unbounded" })
        assert.match(lower(conclusionOf({ ...doctor, code: 9 })[0] ?? ""), cause)
        assert.match(token.stderr, cause)
        assert.deepStrictEqual([doctor.code, token.code], [9, 9])
      }).pipe(Effect.provide(Sandbox.layer({ tls: kind }))))
  }
})
