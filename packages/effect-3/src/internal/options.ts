import * as ClientAuthentication4 from "@mintmark/core/ClientAuthentication"
import { isRecord } from "@mintmark/core/internal/plain"
import { invalidOption } from "@mintmark/core/internal/request/check"
import { type Described, settingsOf } from "@mintmark/core/internal/request/settings"
import type { Provider } from "@mintmark/core/Provider"
import type { Secret as Secret4 } from "@mintmark/core/Provider"
import type { Options as Options4 } from "@mintmark/core/ProviderClient"
import type { TokenError } from "@mintmark/core/TokenError"
import * as Result4 from "effect-4/Result"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { ClientAuthentication, Options, Parameter, Parameters, Secret } from "../ProviderClient.ts"
import { fromRedacted } from "./accessToken.ts"
import type { ToEngine } from "./toEngine.ts"

/** The options of `layer`, for the engine: the engine says by name which of them can't be used. */
export const fromOptions = (
  provider: Provider,
  options: Options & { readonly scopes?: ReadonlyArray<string> | undefined },
  toEngine: ToEngine
): Result4.Result<
  Options4 & { readonly scopes?: ReadonlyArray<string> | undefined },
  TokenError
> => {
  const { assumedLifetime, clientAuthentication, deadline, parameters, renewal, ...others } = options
  const method = clientAuthentication === undefined ? undefined : methods.get(clientAuthentication)
  if (clientAuthentication !== undefined && method === undefined) {
    return Result4.fail(
      invalidOption(provider, "clientAuthentication", `must be one of ${[...methods.keys()].join(", ")}`)
    )
  }
  return Result4.succeed({
    ...others,
    ...secretsOf(provider, options, toEngine),
    deadline: millis(deadline),
    assumedLifetime: millis(assumedLifetime),
    clientAuthentication: method,
    renewal,
    parameters: isRecord(parameters) ? fromParameters(parameters) : parameters
  })
}

const methods: ReadonlyMap<ClientAuthentication, ClientAuthentication4.ClientAuthentication> = new Map(
  [
    ["client_secret_basic", ClientAuthentication4.clientSecretBasic],
    ["client_secret_basic_raw", ClientAuthentication4.clientSecretBasicRaw],
    ["client_secret_post", ClientAuthentication4.clientSecretPost],
    ["none", ClientAuthentication4.none]
  ] as const
)

/**
 * The secrets of an account. What is none is passed on: the engine says by name what is wrong with it. So is what
 * `layerConfig` has read, which is Redacted as the engine has it.
 */
const secretsOf = (provider: Described, options: object, toEngine: ToEngine): Record<string, unknown> => {
  const secrets: Record<string, unknown> = {}
  for (const { kind, option } of settingsOf(provider)) {
    if (/^(secret|key)/.test(kind)) secrets[option] = fromSecret(Reflect.get(options, option), toEngine)
  }
  return secrets
}

const fromSecret = (secret: Secret | undefined, toEngine: ToEngine): Secret4 | undefined =>
  Redacted.isRedacted(secret)
    ? fromRedacted(secret)
    : Effect.isEffect(secret)
    ? toEngine(Effect.map(secret, (value) => Redacted.isRedacted(value) ? fromRedacted(value) : value))
    : secret

const fromParameters = (parameters: Parameters): ClientAuthentication4.Parameters =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, fromParameter(value)]))

// A caller without types may give anything.
const fromParameter = (value: Parameter): ClientAuthentication4.Parameter =>
  isList(value) ? value.map(fromPart) : fromPart(value)

const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)

const fromPart = (value: string | Redacted.Redacted) => Redacted.isRedacted(value) ? fromRedacted(value) : value

const millis = (duration: Duration.DurationInput | undefined): number | undefined =>
  duration === undefined
    ? undefined
    : Option.match(Duration.decodeUnknown(duration), { onNone: () => NaN, onSome: Duration.toMillis })
