import type { TokenError } from "@mintmark/core/TokenError"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Redacted from "effect/Redacted"
import * as Connection from "./Connection.ts"
import type { Seen } from "./Exchange.ts"
import type { Failure } from "./Failure.ts"
import * as Providers from "./Providers.ts"
import * as Settings from "./Settings.ts"

/** All that is known when there is no token, or when an examination has finished. Holds no secret but in `Redacted`. */
export interface Evidence {
  readonly service: Providers.Service
  /** The provider with its URLs complete, where the settings allow it. */
  readonly provider: Providers.AnyProvider
  readonly settings: Settings.Settings
  readonly error?: TokenError | undefined
  /** The file that was named for settings. */
  readonly envFile?: string | undefined
  /** Whether it is the issuer's metadata that failed, and not a token request. */
  readonly isMetadata?: boolean | undefined
  /** Whether it was an earlier run that got the refusal, and nothing was sent now. */
  readonly isRemembered?: boolean | undefined
  readonly exchange?: Seen | undefined
  /** The system's code of what went wrong between here and the server. */
  readonly code?: string | undefined
  /** The certificate that the server presents, whether it is trusted or not. */
  readonly certificate?: Connection.Certificate | undefined
  /** A variable of another provider with the same id or secret. */
  readonly namesake?: string | undefined
  /** How many seconds this machine's clock is ahead of the server's. */
  readonly clock?: number | undefined
  /** What came of an API request. */
  readonly api?: {
    readonly url: string
    readonly path: string
    readonly status?: number | undefined
    readonly code?: string | undefined
    /** What an HTML page is, if that came in place of an API's reply. */
    readonly page?: string | undefined
  } | undefined
  /** Scopes that were requested and not granted. */
  readonly notGranted?: ReadonlyArray<string> | undefined
  /** The token's lifetime in seconds. */
  readonly lifetime?: number | undefined
}

const codeOf = (error: TokenError | undefined): string | undefined =>
  error?.reason._tag !== "Unavailable"
    ? undefined
    : error.reason.code ?? (error.reason.kind === "timeout" ? "ETIMEDOUT" : undefined)

/** The secrets among the settings. */
export const secretsOf = (
  { service, settings }: Pick<Evidence, "service" | "settings">
): ReadonlyArray<Redacted.Redacted> =>
  service.settings.flatMap(({ kind, name }) => {
    const value = settings.get(name)?.value
    return Providers.isSecret(kind) && value !== undefined ? [value] : []
  })

/** Looks at what a conclusion depends on, and hasn't been looked at yet. Sends nothing but a TLS handshake. */
export const complete = Effect.fnUntraced(function*(
  evidence: Evidence,
  envFile: string | undefined
): Effect.fn.Return<Evidence, Failure, FileSystem.FileSystem> {
  const { error, exchange, provider, service, settings } = evidence
  const code = evidence.code ?? exchange?.code ?? codeOf(error)
  const isBroken = error?.reason._tag === "Unavailable" && error.reason.kind === "interrupted"
    || error?.reason._tag === "ReplyNotUnderstood" && error.reason.status === undefined
  const certificate = Connection.isCertificateProblem(code ?? "")
      || isBroken && provider.tokenEndpoint.startsWith("http:")
    ? yield* Connection.certificate(new URL(provider.tokenEndpoint))
    : undefined
  const tag = error?.reason._tag
  const namesake = tag === "CredentialsRefused" || tag === "GrantRefused"
    ? yield* Settings.namesake(service, settings, envFile)
    : undefined
  return { ...evidence, envFile, code, certificate, namesake }
})
