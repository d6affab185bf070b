import { assert, layer } from "@effect/vitest"
import * as Answer from "@mintmark/sandbox/Answer"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as Providers from "../src/Providers.ts"
import { atTerminal } from "./support/inProcess.ts"

const canary = "can+ary/s3cret=é"

/** The ways in which a secret could show. */
const forms = [
  canary,
  "can+ary",
  "s3cret",
  encodeURIComponent(canary),
  encodeURIComponent(canary).slice(0, 12),
  Buffer.from(canary).toString("base64").slice(2, -4),
  Buffer.from(`:${canary}`).toString("base64").slice(2, -4),
  Buffer.from(`..${canary}`).toString("base64").slice(4, -4)
]

const answers: ReadonlyArray<Answer.Answer> = [
  Answer.status(401),
  Answer.status(400, { body: JSON.stringify({ error: "invalid_client", error_description: `not ${canary}` }) }),
  Answer.status(403, { body: `<p>${canary}</p>`, contentType: "text/html" }),
  Answer.status(429, { retryAfter: 60 }),
  Answer.body(`{"access_token": "${canary}`),
  Answer.redirect(302, `http://127.0.0.1:9/?secret=${encodeURIComponent(canary)}`),
  Answer.redirect(302, `http://127.0.0.1:9/${encodeURIComponent(canary)}/${btoa("s3cret")}/login`),
  Answer.redirect(302, "http://s3cret.example/"),
  Answer.status(200, { body: `<title>${canary}</title>`, contentType: "text/html" }),
  Answer.status(200, { body: JSON.stringify({ [canary]: 1, s3cret: 2 }) })
]

layer(Sandbox.layer(), { excludeTestServices: true })("mintmark", (it) => {
  it.effect("shows no secret, whatever a server returns and however verbose the output is", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      yield* Effect.forEach(Providers.ids, (id) =>
        Effect.gen(function*() {
          const { account, region } = Providers.entry(id).sandbox
          const values: Readonly<Record<string, string | undefined>> = {
            clientId: "client",
            clientSecret: canary,
            username: "user",
            password: canary,
            scopes: "scope",
            region,
            baseUrl: sandbox.urls[account.provider]
          }
          const env = Object.fromEntries(
            Providers.entry(id).settings.flatMap(({ name, variable }) => {
              const value = values[name]
              return value === undefined ? [] : [[variable, value]]
            })
          )
          for (const answer of answers) {
            for (const args of [["token", id], ["request", id, "GET", "/me"], ["doctor", id, "--json"]]) {
              yield* sandbox.script({ provider: account.provider, kind: "token" }, [answer])
              const { code, stderr, stdout } = yield* atTerminal([...args, "--verbose"], env)
              assert.isAbove(code, 1, `${args.join(" ")}: ${stderr}`)
              for (const form of forms) assert.notInclude(stdout + stderr, form, args.join(" "))
              assert.notMatch(stderr, /\n {4}at /)
            }
          }
        }))
    }))
})
