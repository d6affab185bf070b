import { needsOf, variableOf } from "@mintmark/core/internal/request/settings"
import type { InvalidOption, TokenError } from "@mintmark/core/TokenError"
import * as Data from "effect/Data"
import * as Runtime from "effect/Runtime"
import * as ExitCode from "./ExitCode.ts"
import type { AnyProvider } from "./Providers.ts"

/** What went wrong, in a line; what to do and where to learn more, in another; and how the process ends. Holds no secret. */
export class Failure extends Data.TaggedError("Failure")<{
  readonly problem: string
  readonly advice?: string | undefined
  /** Where to learn more, for whoever isn't there already. */
  readonly more?: string | undefined
  readonly exitCode: number
}> {
  override readonly [Runtime.errorExitCode] = this.exitCode
  override readonly [Runtime.errorReported] = false

  override get message(): string {
    const advice = [this.advice, this.more].filter((sentence) => sentence !== undefined).join(" ")
    return advice === "" ? this.problem : `${this.problem}\n${advice}`
  }
}

/** What a `TokenError` means to somebody at a terminal. `isRemembered`: it was an earlier run that was told so. */
export const fromTokenError =
  (provider: AnyProvider, { isRemembered = false } = {}) => (error: TokenError): Failure => {
    const { reason } = error
    const variable = (setting: string) => variableOf(provider, setting)
    const credentials = Object.entries(needsOf(provider))
      .flatMap(([name, kind]) => kind.endsWith("?") ? [] : [variable(name)]).join(" and ")
    const doctor = `\`mintmark doctor ${provider.id}\``
    const fail = (exitCode: number, advice: string | undefined, more?: string) =>
      new Failure({ problem: `${provider.id}: ${problemOf(provider, error)}`, advice, more, exitCode })

    if (isRemembered && (reason._tag === "CredentialsRefused" || reason._tag === "GrantRefused")) {
      return new Failure({
        problem: `${provider.id}: nothing was sent, since an earlier run was told: ${problemOf(provider, error)}`,
        advice: `Check ${credentials}. \`mintmark token ${provider.id} --renew\` sends them all the same.`,
        exitCode: ExitCode.credentials
      })
    }
    switch (reason._tag) {
      case "CredentialsRefused":
        return fail(ExitCode.credentials, `Check ${credentials}.`, `${doctor} says more.`)
      case "GrantRefused":
        return fail(
          ExitCode.credentials,
          `Check ${credentials} before you try again: some servers lock an account after a few refusals.`
        )
      case "RequestRefused":
        return reason.code === "invalid_scope"
          ? fail(ExitCode.request, `Ask for other scopes, with --scope or ${variable("scopes")}.`)
          : fail(ExitCode.request, undefined, `${doctor} says how far it came.`)
      case "Throttled":
        return fail(
          ExitCode.throttled,
          error.retryAt === undefined
            ? "Try again in a while."
            : `Try again after ${new Date(error.retryAt).toISOString()}.`
        )
      case "Unavailable":
        return fail(ExitCode.unavailable, "Try again later.", `${doctor} says how far the way is open.`)
      case "ReplyNotUnderstood":
        return fail(ExitCode.reply, `Is ${variable("baseUrl")} right?`, `${doctor} shows what came back.`)
      case "Unsafe":
        return fail(ExitCode.unsafe, unsafeAdvice[reason.kind](provider, variable("baseUrl")))
      case "InvalidOption":
        return fail(
          ExitCode.settings,
          reason.variable === undefined
            ? "Change it, and try again."
            : `Change ${nameOf(provider, reason)} where it is set: in the environment, or in a file such as .env.`
        )
    }
  }

/** What went wrong, by the names that somebody at a terminal knows: variables and flags. */
export const problemOf = (provider: AnyProvider, { reason }: TokenError): string =>
  reason._tag === "InvalidOption"
    ? `${nameOf(provider, reason)} ${reason.problem}`
    : reason._tag === "Unsafe" && reason.kind === "origin"
    // The option that adds origins is for programs.
    ? reason.message.replace(/; the option .*$/, "")
    : reason.message

const nameOf = (provider: AnyProvider, { option, variable }: InvalidOption): string =>
  variable === undefined
    ? option
    : variable === variableOf(provider, "scopes")
    ? `--scope or ${variable}`
    : variable

const unsafeAdvice = {
  redirect: (_: AnyProvider, baseUrl: string) => `Credentials don't follow redirects. Is ${baseUrl} right?`,
  certificate: () => "If you trust an authority of your own, name its certificate in NODE_EXTRA_CA_CERTS.",
  token_type: () => "Only bearer tokens can be used.",
  origin: ({ apiUrl }: AnyProvider) => `The token goes to the provider's API alone: a path, or a URL below ${apiUrl}.`
} satisfies Record<string, (provider: AnyProvider, baseUrl: string) => string>
