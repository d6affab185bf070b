import { resolve } from "@mintmark/core/internal/request/resolve"
import type { TokenError } from "@mintmark/core/TokenError"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Connection from "./Connection.ts"
import type { Seen } from "./Exchange.ts"
import type { Failure } from "./Failure.ts"
import * as Providers from "./Providers.ts"
import * as Settings from "./Settings.ts"

/** All that is known when there is no token, or when an examination has finished. Holds no secret but in `Redacted`. */
export interface Evidence {
  readonly id: Providers.Id
  /** The provider with its URLs complete, where the settings allow it. */
  readonly provider: Providers.AnyProvider
  readonly settings: Settings.Settings
  readonly error?: TokenError | undefined
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
  } | undefined
  /** Scopes that were requested and not granted. */
  readonly notGranted?: ReadonlyArray<string> | undefined
  /** The token's lifetime in seconds. */
  readonly lifetime?: number | undefined
}

/** The provider as these settings have it; as it is by itself where they can't be used. */
export const resolved = (id: Providers.Id, settings: Settings.Settings): Providers.AnyProvider => {
  const { provider } = Providers.entry(id)
  return Result.getOrElse(resolve(provider, Settings.options(id, settings)), () => provider)
}

const codeOf = (error: TokenError | undefined): string | undefined =>
  error?.reason._tag !== "Unavailable"
    ? undefined
    : error.reason.code ?? (error.reason.kind === "timeout" ? "ETIMEDOUT" : undefined)

/** The secrets among the settings. */
export const secretsOf = ({ id, settings }: Pick<Evidence, "id" | "settings">): ReadonlyArray<Redacted.Redacted> =>
  Providers.settings(id).flatMap(({ kind, name }) => {
    const value = settings.get(name)?.value
    return Providers.isSecret(kind) && value !== undefined ? [value] : []
  })

/** Looks at what a conclusion depends on, and hasn't been looked at yet. Sends nothing but a TLS handshake. */
export const complete = Effect.fnUntraced(function*(
  evidence: Evidence,
  envFile: string | undefined
): Effect.fn.Return<Evidence, Failure, FileSystem.FileSystem> {
  const { error, exchange, id, provider, settings } = evidence
  const code = evidence.code ?? exchange?.code ?? codeOf(error)
  const url = new URL(provider.tokenEndpoint)
  const isBroken = error?.reason._tag === "Unavailable" && error.reason.kind === "interrupted"
    || error?.reason._tag === "ReplyNotUnderstood" && error.reason.status === undefined
  const certificate = Connection.isCertificateProblem(code ?? "") || url.protocol === "http:" && isBroken
    ? yield* Connection.certificate(url)
    : undefined
  const tag = error?.reason._tag
  const namesake = tag === "CredentialsRefused" || tag === "GrantRefused"
    ? yield* Settings.namesake(id, settings, envFile)
    : undefined
  return { ...evidence, code, certificate, namesake }
})
