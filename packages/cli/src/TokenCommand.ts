import type * as AccessToken from "@mintmark/core/AccessToken"
import * as Authorization from "@mintmark/core/Authorization"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as ExitCode from "./ExitCode.ts"
import { Failure } from "./Failure.ts"
import * as Help from "./Help.ts"
import * as Session from "./Session.ts"
import { whileWaiting } from "./Spinner.ts"

/** `mintmark token`: gets a token and prints it. */
export const command = Command.make(
  "token",
  {
    ...Session.optionalProvider,
    ...Session.parameters,
    ...Session.cacheParameters,
    renew: Flag.Boolean("renew").pipe(
      Flag.withDescription("Get a new token, although a valid one is cached, or an earlier run was refused"),
      Flag.withDefault(false)
    ),
    header: Flag.Boolean("header").pipe(
      Flag.withDescription("Print a whole header line, for curl -H @-"),
      Flag.withDefault(false)
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print the token with its lifetime and scopes as JSON"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function*({ header, json, noCache, renew, ...line }) {
    if (header && json) {
      return yield* new Failure({
        problem: "--header and --json exclude each other.",
        advice: "Choose one of them.",
        exitCode: ExitCode.usage
      })
    }
    const { client, provider, toFailure, warn } = yield* Session.open({ ...yield* Session.read(line), noCache })
    const token = yield* Effect.catchTag(whileWaiting(renew ? client.renew : client.token), "TokenError", toFailure)
    yield* warn
    const now = yield* Clock.currentTimeMillis
    yield* Console.log(
      json
        ? asJson(provider.id, token, now)
        : header
        ? asHeader(provider.authorization, token)
        : Redacted.value(token.value)
    )
  }, Effect.scoped)
).pipe(
  Command.withDescription(
    Help.withSettings("Gets an access token and prints it, and nothing else, on standard output.", ...Help.caching)
  ),
  Command.withShortDescription("Get an access token"),
  Command.withExamples([
    { command: "TOKEN=$(mintmark token routee)", description: "Keep the token in a variable" },
    {
      command: "mintmark token routee --header | curl --header @- https://connect.routee.net/accounts/me/balance",
      description: "Pass it to curl so that other users of this machine can't see it"
    },
    { command: "mintmark token routee --scope sms --json", description: "Request one scope, and see what was granted" },
    {
      command: "mintmark token --issuer https://login.acme.example --prefix ACME",
      description: "Any OAuth server, with ACME_CLIENT_ID and ACME_CLIENT_SECRET"
    }
  ])
)

const asHeader = (authorization: Authorization.Authorization, token: AccessToken.AccessToken): string => {
  const name = authorization.header.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
  return `${name}: ${Authorization.valueOf(authorization, token)}`
}

// RFC 6749's names where it has them.
const asJson = (provider: string, token: AccessToken.AccessToken, now: number): string =>
  JSON.stringify(
    {
      provider,
      access_token: Redacted.value(token.value),
      token_type: "Bearer",
      expires_in: Math.max(0, Math.floor((token.expiresAt - now) / 1000)),
      expires_at: new Date(token.expiresAt).toISOString(),
      scope: token.scopes.join(" ")
    },
    undefined,
    2
  )
