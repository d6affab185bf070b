import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Http from "node:http"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { Account, Answer, type Exchange, Sandbox } from "../src/index.ts"
import { basic, basicOf, bearer, field, post, request } from "./support/wire.ts"

const grant = "grant_type=client_credentials"
const routeeToken = "https://auth.routee.net/oauth/token"
const balance = "https://connect.routee.net/accounts/me/balance"
const canary = "canary-5f2b-secret"

const exchange = (seq: number) =>
  Effect.flatMap(Sandbox, (sandbox) =>
    Effect.map(sandbox.exchange(seq), (found): Exchange => {
      assert.isDefined(found)
      return found
    }))

const header = (message: Exchange["request"] | undefined, name: string): string | undefined =>
  message?.headers.find(([each]) => each.toLowerCase() === name)?.[1]

const reasonOf = (seq: number) =>
  Effect.flatMap(
    Sandbox,
    ({ journal }) => Effect.map(journal, (entries) => entries.find((entry) => entry.seq === seq)?.reason)
  )

describe("An exchange", () => {
  it.effect("shows a token request and its reply completely, with a fingerprint in place of each secret", () =>
    Effect.gen(function*() {
      const { at, fingerprint } = yield* Sandbox
      const answer = yield* post(at(routeeToken), `${grant}&scope=sms+voice`, basicOf(Account.routee))
      const { request, response } = yield* exchange(1)
      assert.strictEqual(request.line, "POST /auth.routee.net/oauth/token HTTP/1.1")
      assert.strictEqual(
        header(request, "authorization"),
        `Basic base64(${Account.routee.clientId}:***${fingerprint(Account.routee.clientSecret)}***)`
      )
      assert.strictEqual(request.body, "grant_type=client_credentials&scope=sms+voice")
      assert.strictEqual(response?.line, "HTTP/1.1 200 OK")
      assert.strictEqual(header(response, "cache-control"), "no-store")
      assert.deepInclude(JSON.parse(response?.body ?? ""), {
        access_token: `***${fingerprint(field(answer, "access_token"))}***`,
        token_type: "bearer",
        expires_in: 3600,
        scope: "sms voice"
      })
      assert.strictEqual(response?.size, answer.text.length)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("shows an API request and its response with their JSON bodies", () =>
    Effect.gen(function*() {
      const { at, fingerprint } = yield* Sandbox
      const token = field(yield* post(at(routeeToken), grant, basicOf(Account.routee)), "access_token")
      yield* request(at("https://connect.routee.net/sms?dry=true"), {
        method: "POST",
        headers: { ...bearer(token), "content-type": "application/json" },
        body: JSON.stringify({ body: "Hello", to: "+306900000000", note: `the token is ${token}`, apiKey: canary })
      })
      const { request: sent, response } = yield* exchange(2)
      const print = `***${fingerprint(token)}***`
      assert.strictEqual(sent.line, "POST /connect.routee.net/sms?dry=true HTTP/1.1")
      assert.strictEqual(header(sent, "authorization"), `Bearer ${print}`)
      assert.deepStrictEqual(JSON.parse(sent.body), {
        body: "Hello",
        to: "+306900000000",
        note: `the token is ${print}`,
        apiKey: `***${fingerprint(canary)}***`
      })
      assert.deepInclude(JSON.parse(response?.body ?? ""), { trackingId: "sandbox-sms", provider: "routee" })
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("never contains a secret or a token, wherever a client puts it and whatever a script answers", () =>
    Effect.gen(function*() {
      const { at, fingerprint, journal, origin, script } = yield* Sandbox
      const { password, username } = Account.voipexOther
      const voipex = at("https://auth.voipex.io/token")
      const secrets = [Account.vonageV0.clientSecret, Account.routeeSpecial.clientSecret, password]
      const login = yield* post(
        voipex,
        new URLSearchParams({ grant_type: "password", client_id: "api", username, password }).toString()
      )
      const tokens = [field(login, "access_token"), field(login, "refresh_token")]
      const everywhere = [...secrets, ...tokens]
      for (const secret of everywhere) {
        const encoded = encodeURIComponent(secret)
        const base64 = Buffer.from(`id:${secret}`).toString("base64")
        const headers = { accept: encoded, "user-agent": `me ${base64}`, "x-note": encoded, "x-api-key": encoded }
        const form = new URLSearchParams({ grant_type: secret, [secret]: secret, scope: secret, custom: secret })
        yield* post(`${voipex}?${encoded}=${encoded}&q=${encoded}`, form.toString(), headers)
        yield* post(voipex, JSON.stringify({ client_secret: secret, deep: [{ other: secret }] }), {
          "content-type": "application/json"
        })
        yield* post(voipex, secret, { "content-type": "text/plain" })
        yield* post(`${origin}/connect.routee.net/${encoded}/${base64}`, form.toString(), {
          ...headers,
          ...bearer(encoded)
        })
        yield* request(`${origin}/${encoded}/x`, { method: "PUT", body: secret, headers: { cookie: `a=${encoded}` } })
        yield* script({}, [
          Answer.body(JSON.stringify({ error: "invalid_grant", error_description: `bad ${secret}` }), { status: 400 }),
          Answer.body(`{"access_token": "${canary}", "list": [{"refresh_token": "${canary}"}], "n": 1`)
        ])
        yield* post(voipex, grant, basic(`id:${secret}`))
        yield* post(voipex, `${grant}&client_secret=${encoded}`)
      }
      yield* script({}, [Answer.body(JSON.stringify({ data: { token: canary, id_token: canary } }))])
      yield* post(voipex, grant)
      const entries = yield* journal
      const shown = JSON.stringify([entries, yield* Effect.forEach(entries, ({ seq }) => exchange(seq))])
      for (const secret of everywhere) {
        for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
          assert.notInclude(shown, form)
        }
        assert.include(shown, fingerprint(secret))
      }
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("masks the secret of an account that was added after the same text was recorded", () =>
    Effect.gen(function*() {
      const { addAccount, at, fingerprint, journal } = yield* Sandbox
      const secret = "a-secret-of-later"
      const come = request(at(`https://auth.routee.net/${secret}`), { headers: { accept: secret } })
      yield* come
      yield* addAccount({ provider: "routera", clientId: "later", clientSecret: secret })
      yield* come
      assert.deepStrictEqual((yield* journal).map(({ accept }) => accept), [secret, `***${fingerprint(secret)}***`])
      assert.notInclude(JSON.stringify(yield* exchange(2)), secret)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("masks a token by its field's name, anywhere in a reply", () =>
    Effect.gen(function*() {
      const { at, fingerprint, script } = yield* Sandbox
      const reply = { data: { token: canary, access_token: canary, list: [{ refresh_token: canary }], name: "shown" } }
      yield* script({}, [Answer.body(JSON.stringify(reply))])
      yield* post(at(routeeToken), grant)
      const { response } = yield* exchange(1)
      const print = `***${fingerprint(canary)}***`
      assert.deepStrictEqual(JSON.parse(response?.body ?? ""), {
        data: { token: print, access_token: print, list: [{ refresh_token: print }], name: "shown" }
      })
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("masks a token by its field's name also in text that is not JSON, and where it is cut off", () =>
    Effect.gen(function*() {
      const { at, fingerprint, script } = yield* Sandbox
      const bodies = [
        `{"access_token": "${canary}", "refresh_token":"${canary}`,
        `HTTP/1.1 200 OK\r\n\r\n{"access_token":"${canary}"}`,
        JSON.stringify({ access_token: canary, padding: " ".repeat(10_000) })
      ]
      yield* script({}, [
        Answer.body(bodies[0] ?? ""),
        Answer.raw(bodies[1] ?? ""),
        Answer.body(bodies[2] ?? "")
      ])
      for (const seq of [1, 2, 3]) {
        yield* post(at(routeeToken), grant).pipe(Effect.exit)
        const shown = JSON.stringify(yield* exchange(seq))
        assert.notInclude(shown, canary)
        assert.include(shown, fingerprint(canary))
      }
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("describes what a script did with the answer", () =>
    Effect.gen(function*() {
      const { at, script } = yield* Sandbox
      const answers: ReadonlyArray<readonly [Answer.Answer, string]> = [
        [Answer.status(429, { retryAfter: 2 }), "429 Too Many Requests, Retry-After: 2"],
        [
          Answer.token({ expires_in: "60", scope: undefined }),
          `the usual token reply with expires_in: "60", without scope`
        ],
        [Answer.redirect(307, "https://example.com/"), "307 Temporary Redirect, to https://example.com/"],
        [Answer.status(503, { processed: true }), "503 Service Unavailable, after the request was processed"]
      ]
      yield* script({}, answers.map(([answer]) => answer))
      for (const [index, [, words]] of answers.entries()) {
        yield* post(at(routeeToken), grant, basicOf(Account.routee))
        assert.strictEqual((yield* exchange(index + 1)).scripted, words)
      }
      assert.strictEqual(yield* reasonOf(1), "Scripted: 429 Too Many Requests, Retry-After: 2.")
    }).pipe(Effect.provide(Sandbox.layer())))
})

describe("A refusal", () => {
  const { clientId, clientSecret } = Account.vonageV0
  const v0 = "https://emea.cc.vonage.com/v0/oauth2/token"
  const body = (secret: string) => `${grant}&client_id=${clientId}&client_secret=${secret}`

  it.effect("has a reason in plain words", () =>
    Effect.gen(function*() {
      const { at, behave, revoke, setLifetime } = yield* Sandbox
      const tokenCases: ReadonlyArray<readonly [string, string, Record<string, string>, RegExp]> = [
        [routeeToken, grant, {}, /no client credentials: this server reads them from the Authorization header/],
        [routeeToken, body(clientSecret), {}, /credentials are in the wrong place/],
        [routeeToken, grant, basic("unknown:x"), /no account of Routee with this client id/],
        [routeeToken, grant, basic(`${Account.routee.clientSecret}:${Account.routee.clientId}`), /are swapped/],
        [routeeToken, grant, basic(`${Account.routee.clientId}:wrong`), /secret is wrong/],
        [routeeToken, grant, basic(`${Account.routee.clientId}:${Account.routee.clientSecret} `), /white space/],
        [routeeToken, grant, basic(` ${Account.routee.clientId}:x`), /client id begins or ends with white space/],
        [routeeToken, "", basicOf(Account.routee), /The body has no grant_type/],
        [routeeToken, `${grant}&scope=`, basicOf(Account.routee), /scope is empty/],
        [routeeToken, `${grant}&scope=nonsense`, basicOf(Account.routee), /may not have the scope nonsense/],
        [routeeToken, `${grant}&${grant}`, basicOf(Account.routee), /grant_type is in the request twice/],
        [v0, grant, basic(`${clientId}:${encodeURIComponent(clientSecret)}`), /form-encoded, and this server compares/],
        [v0, body(clientSecret), {}, /isn't form-encoded, and this server decodes/],
        [v0, body(encodeURIComponent(encodeURIComponent(clientSecret))), {}, /encoded twice/]
      ]
      let seq = 0
      for (const [url, form, headers, reason] of tokenCases) {
        yield* post(at(url), form, headers)
        assert.match(String(yield* reasonOf(++seq)), reason)
      }
      const call = (headers: Record<string, string>, url = balance) =>
        Effect.andThen(request(at(url), { headers }), Effect.suspend(() => reasonOf(++seq)))
      assert.match(String(yield* call({})), /no access token: there is no Authorization header/)
      assert.match(String(yield* call({ authorization: "Token abc" })), /isn't the word Bearer/)
      assert.match(String(yield* call(bearer("unknown"))), /has not issued this access token/)
      yield* setLifetime({ provider: "routee" }, 0)
      const token = field(yield* post(at(routeeToken), `${grant}&scope=sms`, basicOf(Account.routee)), "access_token")
      seq += 1
      assert.match(String(yield* call(bearer(token))), /needs the scope account, and the access token has: sms/)
      assert.match(
        String(yield* call(bearer(token), "https://api.routera.io/me")),
        /is from Routee, and this is an API of Routera/
      )
      yield* revoke()
      assert.match(String(yield* call(bearer(token))), /was revoked/)
      yield* behave({ voipex: { notBefore: 0 } })
    }).pipe(Effect.provide(Sandbox.layer())))
})

const gc: () => void = (() => {
  setFlagsFromString("--expose-gc")
  return runInNewContext("gc")
})()

/** A request that `fetch` would take long to make. */
const send = (url: string, headers: Record<string, string>, body: string) =>
  Effect.callback<number | undefined>((resume) => {
    Http.request(url, { method: "POST", headers, agent: false, maxHeaderSize: 1024 * 1024 }, (response) => {
      response.resume()
      response.on("end", () => resume(Effect.succeed(response.statusCode)))
    }).end(body)
  })

describe("The work for a request", () => {
  const form = { "content-type": "application/x-www-form-urlencoded" }

  it.effect("is bounded: a form of half a million parameters is refused, and 64 of its names are kept", () =>
    Effect.gen(function*() {
      const { at, journal } = yield* Sandbox
      const body = "a&".repeat(512 * 1024)
      for (const url of [routeeToken, "https://auth.voipex.io/token", "https://api.routera.io/oauth2/token"]) {
        assert.strictEqual(yield* send(at(url), form, body), 400)
      }
      const [entry] = yield* journal
      assert.strictEqual(entry?.parameters.length, 64)
      assert.strictEqual(entry?.reason, "The body has more than a thousand parameters.")
      const { request: kept } = yield* exchange(1)
      assert.deepStrictEqual([kept.size, kept.isCut, kept.body.length < 16_000], [1024 * 1024, true, true])
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("uses little memory: neither long paths and headers nor large bodies are kept", () =>
    Effect.gen(function*() {
      const { journal, origin } = yield* Sandbox
      const long = "p".repeat(200 * 1024)
      const round = Effect.gen(function*() {
        yield* send(`${origin}/auth.routee.net/${long}?${"q&".repeat(10_000)}`, {
          ...form,
          accept: long.slice(0, 20_000)
        }, "")
        yield* send(`${origin}/auth.routee.net/oauth/token`, form, `scope=${long}&grant_type=${long}`)
        // Routera takes any scope, and a token keeps its own; a refused request keeps the account that it was for.
        const scopes = encodeURIComponent(`a-scope-that-is-long-enough ${"many more ".repeat(20_000)}`)
        for (const secret of [Account.routera.clientSecret, "a-wrong-client-secret"]) {
          yield* send(
            `${origin}/api.routera.io/oauth2/token`,
            form,
            `${grant}&client_id=${Account.routera.clientId}&client_secret=${secret}&scope=${scopes}`
          )
        }
        yield* send(
          `${origin}/auth.voipex.io/token`,
          form,
          `grant_type=password&client_id=api&username=alice%40example.com&password=${"w".repeat(20)}&scope=${scopes}`
        )
      })
      yield* round
      gc()
      const before = process.memoryUsage().heapUsed
      for (let count = 0; count < 60; count++) yield* round
      gc()
      const grown = (process.memoryUsage().heapUsed - before) / 1024 / 1024
      assert.isBelow(grown, 8, `${grown} MiB for ${(yield* journal).length} requests`)
    }).pipe(Effect.provide(Sandbox.layer())))

  it.effect("keeps 32 MiB of exchanges, and drops the oldest first", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const body = "x".repeat(16 * 1024)
      const value = "v".repeat(512)
      const headers = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`x-${n}`, value]))
      for (let count = 0; count < 900; count++) yield* send(sandbox.at(balance), headers, body)
      assert.isUndefined(yield* sandbox.exchange(1))
      assert.isDefined(yield* sandbox.exchange(900))
      yield* sandbox.clearJournal
      assert.isUndefined(yield* sandbox.exchange(900))
    }).pipe(Effect.provide(Sandbox.layer())))
})
