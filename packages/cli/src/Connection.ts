import * as Effect from "effect/Effect"
import { isIP } from "node:net"
import * as Tls from "node:tls"

/** A TLS connection that came about. */
export interface Secured {
  readonly protocol: string
  readonly issuer: string
  /** When the certificate expires, in milliseconds since the Unix epoch. */
  readonly validUntil: number
}

/** A certificate, whether it is trusted or not. */
export interface Certificate {
  readonly issuer: string
  /** The host names that it is for, without `DNS:`. */
  readonly names: ReadonlyArray<string>
  readonly validFrom: number
  readonly validUntil: number
}

const optionsOf = (url: URL): Tls.ConnectionOptions => {
  const host = url.hostname.replace(/^\[|\]$/g, "")
  return {
    host,
    port: url.port === "" ? url.protocol === "http:" ? 80 : 443 : Number(url.port),
    ...(isIP(host) === 0 ? { servername: host } : {})
  }
}

const issuerOf = ({ issuer }: Tls.PeerCertificate): string => {
  const name = issuer?.O ?? issuer?.CN ?? "an unnamed authority"
  return Array.isArray(name) ? name.join(", ") : name
}

/** Opens a TLS connection as an HTTP client does, and closes it. Fails with the system's code for what went wrong. */
export const secure = (url: URL): Effect.Effect<Secured, string> =>
  Effect.callback((resume) => {
    const socket = Tls.connect(optionsOf(url))
    socket.once("secureConnect", () => {
      const certificate = socket.getPeerCertificate()
      resume(Effect.succeed({
        protocol: socket.getProtocol() ?? "TLS",
        issuer: issuerOf(certificate),
        validUntil: Date.parse(certificate.valid_to)
      }))
      socket.destroy()
    })
    socket.once("error", (error: NodeJS.ErrnoException) => resume(Effect.fail(error.code ?? error.name)))
    return Effect.sync(() => socket.destroy())
  })

/** Looks at a server's certificate without trusting it, and sends nothing. `undefined` where there is none within 2 s. */
export const certificate = (url: URL): Effect.Effect<Certificate | undefined> =>
  Effect.callback<Certificate | undefined>((resume) => {
    const socket = Tls.connect({ ...optionsOf(url), rejectUnauthorized: false })
    socket.once("secureConnect", () => {
      const found = socket.getPeerCertificate()
      resume(Effect.succeed({
        issuer: issuerOf(found),
        names: (found.subjectaltname ?? "").split(/, ?/).map((name) => name.replace(/^(?:DNS|IP Address):/, ""))
          .filter((name) => /^[\w.*:-]{1,253}$/.test(name)),
        validFrom: Date.parse(found.valid_from),
        validUntil: Date.parse(found.valid_to)
      }))
      socket.destroy()
    })
    socket.once("error", () => resume(Effect.succeed(undefined)))
    return Effect.sync(() => socket.destroy())
  }).pipe(Effect.timeoutOrElse({ duration: "2 seconds", orElse: () => Effect.succeed(undefined) }))

/** Whether the code says that the server can't be trusted, and not that it can't be reached. */
export const isCertificateProblem = (code: string): boolean =>
  /CERT|SELF_SIGNED|UNABLE_TO|SSL|TLS|^EPROTO$|HOSTNAME_MISMATCH/.test(code)
