import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Http2 from "node:http2"
import { inspect } from "node:util"
import * as Undici from "undici"

/** A request as it arrived, and its stream. */
interface Arrived {
  readonly headers: Http2.IncomingHttpHeaders
  readonly body: string
  readonly stream: Http2.ServerHttp2Stream
  readonly session: Http2.Http2Session
}

interface Server {
  readonly origin: string
  readonly arrived: ReadonlyArray<Arrived>
  /** How many connections there were so far. */
  readonly sessions: () => number
}

/** A server that speaks nothing but HTTP/2, without TLS. It does what is said, once a request has arrived as a whole. */
const serve = (reply: (arrived: Arrived, number: number) => void): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.gen(function*() {
    const arrived: Array<Arrived> = []
    const sessions = new Set<Http2.Http2Session>()
    const server = Http2.createServer()
    server.on("session", (session) => {
      sessions.add(session)
      session.on("error", () => {})
    })
    server.on("stream", (stream, headers) => {
      const chunks: Array<Buffer> = []
      stream.on("error", () => {})
      stream.on("data", (chunk: Buffer) => chunks.push(chunk))
      stream.on("end", () => {
        const { session } = stream
        if (session === undefined) return
        const one = { headers, body: Buffer.concat(chunks).toString(), stream, session }
        reply(one, arrived.push(one))
      })
    })
    yield* Effect.acquireRelease(
      Effect.callback<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.callback<void>((resume) => {
          for (const session of sessions) session.destroy()
          server.close(() => resume(Effect.void))
        })
    )
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { origin: `http://127.0.0.1:${port}`, arrived, sessions: () => sessions.size }
  })

const overHttp2 = { allowH2: true, useH2c: true }

const agent = (compose: (agent: Undici.Agent) => Undici.Dispatcher = (agent) => agent) =>
  Layer.effect(
    NodeHttpClient.Dispatcher,
    Effect.acquireRelease(
      Effect.sync(() => compose(new Undici.Agent(overHttp2))),
      (dispatcher) => Effect.promise(() => dispatcher.destroy())
    )
  )

const transports = {
  "undici": Layer.provide(NodeHttpClient.layerUndiciNoDispatcher, agent()),
  "undici with its redirect interceptor": Layer.provide(
    NodeHttpClient.layerUndiciNoDispatcher,
    agent((agent) => agent.compose(Undici.interceptors.redirect({ maxRedirections: 5 })))
  )
}

const secret = "s3cret&+/="

const provider = (origin: string) =>
  Provider.make<unknown, ClientAuthentication.ClientSecret, {}>({
    id: "acme",
    tokenEndpoint: `${origin}/token`,
    apiUrl: origin,
    clientAuthentication: ClientAuthentication.clientSecretPost,
    grant: Grant.clientCredentials,
    reply: TokenReply.Standard
  })

const clientOf = (origin: string, deadline = 10) =>
  ProviderClient.make(provider(origin), {
    clientId: "id",
    clientSecret: Redacted.make(secret),
    deadline: { seconds: deadline }
  })

const token = (number: number) =>
  JSON.stringify({ access_token: `t0ken-${number}`, token_type: "Bearer", expires_in: 3600 })

const ok = ({ stream }: Arrived, body: string, headers: Http2.OutgoingHttpHeaders = {}) => {
  stream.respond({ ":status": 200, "content-type": "application/json", ...headers })
  stream.end(body)
}

for (const [name, layer] of Object.entries(transports)) {
  describe(`over HTTP/2 by ${name}`, () => {
    it.live("a token is requested, sent with requests, and renewed when the API refuses it", () =>
      Effect.gen(function*() {
        let tokens = 0
        const server = yield* serve((arrived) => {
          const { headers, stream } = arrived
          if (headers[":path"] === "/token") return ok(arrived, token(++tokens))
          if (headers.authorization === "Bearer t0ken-2") return ok(arrived, "{}")
          stream.respond({ ":status": 401 }, { endStream: true })
        })
        const { http } = yield* clientOf(server.origin)
        assert.strictEqual((yield* http.get("/me")).status, 200)
        const [first] = server.arrived
        assert.deepStrictEqual(server.arrived.map(({ headers }) => headers[":path"]), [
          "/token",
          "/me",
          "/token",
          "/me"
        ])
        assert.strictEqual(first?.headers[":method"], "POST")
        assert.include(first?.body, `client_secret=${encodeURIComponent(secret)}`)
        for (const header of ["traceparent", "b3", "cookie"]) assert.notProperty(first?.headers, header)
        assert.strictEqual(server.sessions(), 1)
      }).pipe(Effect.provide(layer)))

    it.live("no redirect of a token request is followed", () =>
      Effect.gen(function*() {
        let status = 0
        let location = ""
        const other = yield* serve((arrived) => ok(arrived, token(1)))
        const server = yield* serve(({ stream }) => {
          stream.respond({ ":status": status, location, refresh: `0; url=${location}` }, { endStream: true })
        })
        const http = yield* HttpClient.HttpClient
        for (const around of [(http: HttpClient.HttpClient) => http, HttpClient.followRedirects(5)]) {
          for (status of [300, 301, 302, 303, 307, 308]) {
            for (location of [`${other.origin}/token`, "/elsewhere", `//${new URL(other.origin).host}/token`]) {
              const client = yield* Effect.provideService(clientOf(server.origin), HttpClient.HttpClient, around(http))
              const { reason } = yield* Effect.flip(client.token)
              assert.strictEqual(reason._tag, "Unsafe", `${status} to ${location}`)
            }
          }
        }
        assert.isEmpty(other.arrived)
        assert.deepStrictEqual(new Set(server.arrived.map(({ headers }) => headers[":path"])), new Set(["/token"]))
        assert.lengthOf(server.arrived, 36)
      }).pipe(Effect.scoped, Effect.provide(layer)))

    /** What a server does with the first token request instead of replying; the next one gets a token. */
    const failures: Record<string, (arrived: Arrived) => void> = {
      "is reset": ({ stream }) => stream.close(Http2.constants.NGHTTP2_INTERNAL_ERROR),
      "is canceled": ({ stream }) => stream.close(Http2.constants.NGHTTP2_CANCEL),
      "is refused as not processed": ({ stream }) => stream.close(Http2.constants.NGHTTP2_REFUSED_STREAM),
      "is reset after the headers": ({ stream }) => {
        stream.respond({ ":status": 200 })
        setTimeout(() => stream.destroy(new Error("reset")), 50)
      },
      "is reset in the middle of a body that could be a whole one": ({ stream }) => {
        stream.respond({ ":status": 200, "content-type": "application/json" })
        stream.write(token(99), () => setTimeout(() => stream.destroy(new Error("reset")), 50))
      },
      "ends before the length that was promised": (arrived) => ok(arrived, token(99), { "content-length": "4096" }),
      "has its session ended by GOAWAY": ({ session }) => {
        session.goaway(Http2.constants.NGHTTP2_ENHANCE_YOUR_CALM)
        setTimeout(() => session.destroy(), 50)
      },
      "has its session ended by GOAWAY, as not processed": ({ session }) => {
        session.goaway(Http2.constants.NGHTTP2_NO_ERROR, 0)
        setTimeout(() => session.destroy(), 50)
      },
      "has its connection cut": ({ session }) => session.destroy()
    }
    for (const [what, fail] of Object.entries(failures)) {
      it.live(`another token request is sent if the first ${what}`, () =>
        Effect.gen(function*() {
          const server = yield* serve((arrived, number) => number === 1 ? fail(arrived) : ok(arrived, token(number)))
          const { token: get } = yield* clientOf(server.origin)
          assert.strictEqual(Redacted.value((yield* get).value), "t0ken-2")
          assert.lengthOf(server.arrived, 2)
        }).pipe(Effect.provide(layer)))

      it.live(`a token request that always ${what} ends in an error without a secret`, () =>
        Effect.gen(function*() {
          const server = yield* serve((arrived) => fail(arrived))
          const { token: get } = yield* clientOf(server.origin, 2)
          const error = yield* Effect.flip(get)
          assert.strictEqual(error.reason._tag, "Unavailable", inspect(error))
          for (const text of [inspect(error, { depth: Infinity, showHidden: true }), JSON.stringify(error)]) {
            assert.notInclude(text, "s3cret")
          }
        }).pipe(Effect.provide(layer)))
    }

    it.live("a token request that is in flight when the server sends GOAWAY gets its reply", () =>
      Effect.gen(function*() {
        const server = yield* serve((arrived, number) => {
          // A graceful shutdown: what was sent until now is answered.
          arrived.session.goaway(Http2.constants.NGHTTP2_NO_ERROR, 2 ** 31 - 1)
          setTimeout(() => ok(arrived, token(number)), 50)
        })
        const { renew, token: get } = yield* clientOf(server.origin)
        assert.strictEqual(Redacted.value((yield* get).value), "t0ken-1")
        assert.strictEqual(Redacted.value((yield* renew).value), "t0ken-2")
        assert.lengthOf(server.arrived, 2)
        assert.strictEqual(server.sessions(), 2)
      }).pipe(Effect.provide(layer)))

    it.live("a reply is read up to its limit, and interim replies are skipped", () =>
      Effect.gen(function*() {
        let written = 0
        const server = yield* serve((arrived, number) => {
          const { stream } = arrived
          if (number === 1) {
            for (let i = 0; i < 20; i++) stream.additionalHeaders({ ":status": 103, link: "</a>; rel=preload" })
            return ok(arrived, token(1))
          }
          stream.respond({ ":status": 200 })
          const more = () => {
            while (!stream.destroyed && stream.writable && written < 64e6) {
              written += 65_536
              if (!stream.write(Buffer.alloc(65_536, " "))) {
                stream.once("drain", more)
                return
              }
            }
          }
          more()
        })
        const { renew, token: get } = yield* clientOf(server.origin)
        assert.strictEqual(Redacted.value((yield* get).value), "t0ken-1")
        const { reason } = yield* Effect.flip(renew)
        assert.strictEqual(reason._tag, "ReplyNotUnderstood")
        assert.isBelow(written, 8e6)
      }).pipe(Effect.provide(layer)))
  })
}
