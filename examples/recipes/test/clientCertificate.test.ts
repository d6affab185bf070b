/*
 * Mutual TLS (RFC 8705), with real TLS on this machine: the token is bound to the certificate, and so are the requests.
 */
import { assert, describe, it } from "@effect/vitest"
import { OAuthServer } from "@mintmark/core/OAuthServer"
import * as Effect from "effect/Effect"
import type { IncomingMessage, RequestListener } from "node:http"
import { createServer, type Server } from "node:https"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { TLSSocket } from "node:tls"
import { generate } from "selfsigned"
import { withCertificate } from "../src/ClientCertificate.ts"

interface KeyPair {
  readonly key: string
  readonly cert: string
}

const certify = (name: string): Effect.Effect<KeyPair> =>
  Effect.promise(async () => {
    const made = await generate([{ name: "commonName", value: name }], {
      keyType: "ec",
      algorithm: "sha256",
      extensions: [
        { name: "basicConstraints", cA: true },
        { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }
      ]
    })
    return { key: made.private, cert: made.cert }
  })

const listen = (options: Parameters<typeof createServer>[0], listener: RequestListener) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<Server>((resume) => {
        const server = createServer(options, listener)
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    ),
    (server) => `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  )

const fingerprintOf = ({ socket }: IncomingMessage): string => {
  assert(socket instanceof TLSSocket)
  return socket.getPeerCertificate().fingerprint256
}

/**
 * An authorization server whose metadata anyone may read. The endpoint for certificates takes no client without one, and
 * binds each token to it, as the API there checks.
 */
const makeServer = Effect.fnUntraced(function*(known: ReadonlyArray<KeyPair>) {
  const own = yield* certify("server")
  const seen: Array<string> = []
  const bound = new Map<string, string>()
  const byCertificate = yield* listen(
    { ...own, ca: known.map(({ cert }) => cert), requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const fingerprint = fingerprintOf(request)
      void text(request).then((body) => {
        seen.push(`${request.method} ${request.url} ${body}`)
        if (request.url === "/token") {
          const token = `token-${seen.length}`
          bound.set(token, fingerprint)
          response.setHeader("content-type", "application/json")
          response.end(JSON.stringify({ access_token: token, token_type: "Bearer", expires_in: 60 }))
          return
        }
        const [, token = ""] = request.headers.authorization?.split(" ") ?? []
        response.writeHead(bound.get(token) === fingerprint ? 200 : 401).end()
      })
    }
  )
  const issuer = yield* listen(own, (request, response) => {
    if (request.url !== "/.well-known/openid-configuration") {
      response.writeHead(500).end()
      return
    }
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify({
      issuer: `https://${request.headers.host}`,
      token_endpoint: `https://${request.headers.host}/token`,
      token_endpoint_auth_methods_supported: ["tls_client_auth", "self_signed_tls_client_auth"],
      mtls_endpoint_aliases: { token_endpoint: `${byCertificate}/token` },
      tls_client_certificate_bound_access_tokens: true
    }))
  })
  return { issuer, apiUrl: byCertificate, ca: own.cert, seen }
})

describe("A client certificate", () => {
  it.live("authenticates the client at the endpoint that the metadata names for it, and at the API", () =>
    Effect.gen(function*() {
      const client = yield* certify("client")
      const { apiUrl, ca, issuer, seen } = yield* makeServer([client])
      const layer = withCertificate({ issuer, apiUrl, clientId: "my-client", certificate: { ...client, ca } })
      const { status } = yield* OAuthServer.use(({ http }) => http.get("/me")).pipe(Effect.provide(layer))
      assert.strictEqual(status, 200)
      assert.deepStrictEqual(seen, ["POST /token grant_type=client_credentials&client_id=my-client", "GET /me "])
    }))

  for (const what of ["another certificate", "no certificate"]) {
    it.live(`is required: with ${what} there is no token`, () =>
      Effect.gen(function*() {
        const client = yield* certify("client")
        const other = what === "no certificate" ? {} : yield* certify("client")
        const { apiUrl, ca, issuer, seen } = yield* makeServer([client])
        const layer = withCertificate({ issuer, apiUrl, clientId: "my-client", certificate: { ...other, ca } })
        const error = yield* OAuthServer.use(({ token }) => token).pipe(Effect.provide(layer), Effect.flip)
        assert.deepStrictEqual(seen, [])
        // In TLS 1.3 the server refuses when the handshake is over for the client: with an alert, or by closing.
        assert.include(["Unavailable", "Unsafe"], error.reason._tag)
      }))
  }
})
