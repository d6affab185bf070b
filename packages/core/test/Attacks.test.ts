/*
 * What a hostile server, or one that is broken, may try with a client that has just sent it a secret.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Net from "node:net"
import { inspect } from "node:util"
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from "node:zlib"
import { serve as serveAnswers } from "./support/TestServer.ts"

const transports = {
  "fetch": FetchHttpClient.layer,
  "undici": NodeHttpClient.layerUndici,
  "node:http": NodeHttpClient.layerNodeHttp
}

const secret = "Zebralux.Quokkavim-Wombatzig"

const clientOf = (origin: string, facts: Partial<Pick<Provider.Provider, "parameters" | "request">> = {}) =>
  ProviderClient.make(
    Provider.make<unknown, ClientAuthentication.ClientSecret, {}>({
      id: "acme",
      tokenEndpoint: `${origin}/token`,
      apiUrl: origin,
      clientAuthentication: ClientAuthentication.clientSecretPost,
      grant: Grant.clientCredentials,
      reply: TokenReply.make({ name: Schema.String }),
      ...facts
    }),
    { clientId: "id", clientSecret: Redacted.make(secret), deadline: "2 seconds" }
  )

/** A server that sends these bytes to whoever sends it anything. */
const serve = (bytes: () => string | Buffer): Effect.Effect<string, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<Net.Server>((resume) => {
        const server = Net.createServer((socket) => {
          socket.on("error", () => socket.destroy())
          socket.once("data", () => socket.end(bytes()))
        })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
        })
    ),
    (server) => {
      const address = server.address()
      return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
    }
  )

const reply = (status: string, headers: ReadonlyArray<string>, body: string | Buffer = ""): Buffer =>
  Buffer.concat([
    Buffer.from([`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${Buffer.byteLength(body)}`, "", ""].join("\r\n")),
    Buffer.from(body)
  ])

const json = "Content-Type: application/json"

const shown = (error: unknown): string =>
  [
    String(error),
    inspect(error, { depth: Infinity, showHidden: true, getters: true }),
    JSON.stringify(error),
    Cause.pretty(Cause.fail(error))
  ].join("\n")

/** A run of four characters of the secret, whatever its case. */
const leaked = (text: string): string | undefined => {
  const lower = text.toLowerCase()
  for (let at = 0; at + 4 <= secret.length; at++) {
    const run = secret.slice(at, at + 4).toLowerCase()
    if (lower.includes(run)) return run
  }
  return undefined
}

const spaced = [...secret].join("\u200B")
const reversedByBidi = `\u202E${[...secret].toReversed().join("")}\u202C`

/** Where a server may write down the secret that it was sent. */
const places: Record<string, () => string | Buffer> = {
  "the status line": () => reply(`401 ${secret}`, [json], "{\"error\":\"invalid_client\"}"),
  "error_uri": () =>
    reply(
      "400 Bad Request",
      [json],
      JSON.stringify({ error: "invalid_client", error_uri: `https://a.test/${secret}` })
    ),
  "the code": () => reply("400 Bad Request", [json], JSON.stringify({ error: secret })),
  "a list instead of the code": () => reply("400 Bad Request", [json], JSON.stringify({ error: [secret] })),
  "an object instead of the description": () =>
    reply("400 Bad Request", [json], JSON.stringify({ error: "invalid_client", error_description: { a: secret } })),
  "the description, with zero-width spaces": () =>
    reply("400 Bad Request", [json], JSON.stringify({ error: "invalid_client", error_description: `no ${spaced}` })),
  "the description, turned by marks of direction": () =>
    reply("400 Bad Request", [json], JSON.stringify({ error: "invalid_client", error_description: reversedByBidi })),
  "WWW-Authenticate": () => reply("401 Unauthorized", [`WWW-Authenticate: Basic realm="${secret}"`]),
  "a redirect's Location": () => reply("302 Found", [`Location: https://evil.test/?secret=${secret}`]),
  "Refresh, which a browser follows": () => reply("200 OK", [`Refresh: 0; url=https://evil.test/${secret}`], "{}"),
  "Retry-After": () => reply("429 Too Many Requests", [`Retry-After: ${secret}`]),
  "Content-Encoding": () => reply("200 OK", [json, `Content-Encoding: ${secret.replace(/\W/g, "")}`], "{}"),
  "problem+json": () =>
    reply(
      "403 Forbidden",
      ["Content-Type: application/problem+json"],
      JSON.stringify({ title: secret, detail: secret })
    ),
  "the names of fields": () => reply("200 OK", [json], JSON.stringify({ [secret]: 1, access_token: 7 })),
  "a field of the wrong type": () =>
    reply(
      "200 OK",
      [json],
      JSON.stringify({ access_token: "t", token_type: "Bearer", expires_in: 60, name: [secret] })
    ),
  "token_type": () =>
    reply("200 OK", [json], JSON.stringify({ access_token: "t", token_type: secret, expires_in: 60 })),
  "expires_in": () =>
    reply("200 OK", [json], JSON.stringify({ access_token: "t", token_type: "Bearer", expires_in: secret })),
  "what is no HTTP": () => `${secret} ${secret}\r\n\r\n`,
  "a header that is no header": () => Buffer.from(`HTTP/1.1 200 OK\r\n${secret}\r\n: ${secret}\r\n\r\n{}`),
  "JSON that ends early": () => reply("200 OK", [json], `{"access_token":"t","x":"${secret}`)
}

let made: ReadonlyArray<readonly [coding: string, body: Buffer]> | undefined

/** Bodies that are small as they are sent, in each coding and in two of them; made once. */
const bombs = () => {
  if (made !== undefined) return made
  const spaces = Buffer.alloc(128 * 1_048_576, " ")
  const brotli = (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })
  const gzip = gzipSync(spaces, { level: 1 })
  const zstd = zstdCompressSync(spaces)
  const br = brotli(spaces)
  return made = [
    ["gzip", gzip],
    ["br", br],
    ["zstd", zstd],
    ["gzip, br", brotli(gzip)],
    ["zstd, zstd", zstdCompressSync(zstd)],
    ["br, gzip", gzipSync(br)]
  ]
}

for (const [name, layer] of Object.entries(transports)) {
  describe(`a hostile server, over ${name},`, () => {
    for (const [place, bytes] of Object.entries(places)) {
      it.effect(`can't make a secret visible that it repeats in ${place}`, () =>
        Effect.gen(function*() {
          const { token } = yield* clientOf(yield* serve(bytes))
          const error = yield* Effect.flip(token)
          assert.isUndefined(leaked(shown(error)), shown(error))
        }).pipe(Effect.provide(layer)))
    }

    it.live("can't make a client read more than 1 MiB of what decompresses to 128 MiB", () =>
      Effect.gen(function*() {
        let at = 0
        const origin = yield* serve(() => {
          const [coding = "", body] = bombs()[at] ?? []
          return reply("200 OK", [json, `Content-Encoding: ${coding}`], body)
        })
        bombs()
        const before = process.memoryUsage().rss
        for (at = 0; at < bombs().length; at++) {
          const { token } = yield* clientOf(origin)
          const { reason } = yield* Effect.flip(token)
          assert.include(["ReplyNotUnderstood", "Unavailable"], reason._tag, bombs()[at]?.[0])
        }
        assert.isBelow(process.memoryUsage().rss - before, 100e6)
      }).pipe(Effect.provide(layer)))

    it.effect("changes no prototype, and can't inject a token through one", () =>
      Effect.gen(function*() {
        const token = "\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":60"
        const bodies = [
          `{"__proto__":{${token}}}`,
          `{"constructor":{"prototype":{${token}}}}`,
          `{"\\u005f_proto__":{${token}}}`,
          `[{${token}}]`,
          `{${token},"access\\u005ftoken":"other"}`,
          `{"access_token":{"toString":"t"},"token_type":"Bearer","expires_in":60}`,
          `{"toJSON":1,"valueOf":1,"hasOwnProperty":1,"then":1}`
        ]
        let body = ""
        const origin = yield* serve(() => reply("200 OK", [json], body))
        for (body of bodies) {
          const { token } = yield* clientOf(origin)
          assert.strictEqual((yield* Effect.flip(token)).reason._tag, "ReplyNotUnderstood", body)
        }
        assert.isUndefined(Reflect.get({}, "access_token"))
      }).pipe(Effect.provide(layer)))

    it.effect("receives parameters as fields of the form, whatever is in them, and no header from them", () =>
      Effect.gen(function*() {
        const server = yield* serveAnswers(() => ({
          body: JSON.stringify({ access_token: "t", token_type: "Bearer", expires_in: 60, name: "n" })
        }))
        const parameters = {
          "a\r\nx-evil: 1": "1",
          "b": "1\r\nx-evil: 1\r\n\r\nGET /evil HTTP/1.1\r\n\r\n",
          "c&client_secret": "other",
          "d": "1&grant_type=password#",
          "e": Redacted.make("\0\u2028=&%00")
        }
        const { token } = yield* clientOf(server.origin, { parameters })
        yield* token
        const [request, ...others] = server.received
        assert.isEmpty(others)
        assert.notProperty(request?.headers, "x-evil")
        const fields = new URLSearchParams(request?.body)
        assert.strictEqual(fields.get("client_secret"), secret)
        for (const [name, value] of Object.entries(parameters)) {
          assert.deepStrictEqual(fields.getAll(name), [typeof value === "string" ? value : Redacted.value(value)])
        }
      }).pipe(Effect.provide(layer)))

    it.live("receives nothing if a header of the provider can't be sent, and the error shows no secret", () =>
      Effect.gen(function*() {
        const server = yield* serveAnswers(() => ({ status: 400 }))
        for (const headers of [{ "x-a": `1\r\nx-evil: ${secret}` }, { [`x\r\n${secret}`]: "1" }, { "x-a": "\0" }]) {
          const token = Effect.flatMap(clientOf(server.origin, { request: { headers } }), ({ token }) => token)
          assert.isUndefined(leaked(shown(yield* Effect.flip(token))))
        }
        assert.isEmpty(server.received)
      }).pipe(Effect.provide(layer)))
  })
}
