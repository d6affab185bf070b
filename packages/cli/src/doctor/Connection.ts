import * as Effect from "effect/Effect"
import { isIP } from "node:net"
import * as Tls from "node:tls"

/** A TLS connection that came about. */
export interface Secured {
  readonly protocol: string
  readonly issuer: string
  /** The certificate's end, in milliseconds since the Unix epoch. */
  readonly validUntil: number
}

/** Opens a TLS connection as an HTTP client does, and closes it. Fails with the system's code for what went wrong. */
export const secure = (url: URL): Effect.Effect<Secured, string> =>
  Effect.callback((resume) => {
    const host = url.hostname.replace(/^\[|\]$/g, "")
    const socket = Tls.connect({
      host,
      port: url.port === "" ? 443 : Number(url.port),
      ...(isIP(host) === 0 ? { servername: host } : {})
    })
    socket.once("secureConnect", () => {
      const { issuer, valid_to } = socket.getPeerCertificate()
      const name = issuer.O ?? issuer.CN ?? "nobody"
      resume(Effect.succeed({
        protocol: socket.getProtocol() ?? "TLS",
        issuer: Array.isArray(name) ? name.join(", ") : name,
        validUntil: Date.parse(valid_to)
      }))
      socket.destroy()
    })
    socket.once("error", (error: NodeJS.ErrnoException) => resume(Effect.fail(error.code ?? error.name)))
    return Effect.sync(() => socket.destroy())
  })

/** Whether the code says that the other side can't be trusted, and not that it can't be reached. */
export const isCertificateProblem = (code: string): boolean => /CERT|SELF_SIGNED|UNABLE_TO|SSL|TLS/.test(code)
