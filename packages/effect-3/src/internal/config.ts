import { type Described, type Setting, settingsOf } from "@mintmark/core/internal/request/settings"
import * as Config from "effect/Config"
import type { Configurable } from "../ProviderService.ts"

/**
 * The configuration of `layer`'s options: what is given, and else the variables. A variable that is not set leaves its
 * option out; the engine says so by name where it can't do without.
 */
export const config = <Options extends object>(
  provider: Described,
  given: Configurable<Options> = {}
): Config.Config<Options> => {
  const configs: Record<string, Config.Config<unknown>> = {}
  for (const { kind, option, variable } of settingsOf(provider)) configs[option] = read(kind, variable)
  for (const [option, value] of Object.entries(given)) {
    if (value !== undefined) configs[option] = Config.isConfig(value) ? value : Config.succeed(value)
  }
  return Config.map(Config.all(configs), (options) => options as Options)
}

const read = (kind: Setting["kind"], variable: string): Config.Config<unknown> => {
  switch (kind) {
    case "text":
    case "text?":
      return leftOut(Config.string(variable))
    case "scopes":
      return Config.map(leftOut(Config.string(variable)), (text) => text?.split(" ").filter((scope) => scope !== ""))
    default:
      return leftOut(Config.redacted(variable))
  }
}

const leftOut = <A>(config: Config.Config<A>): Config.Config<A | undefined> => Config.withDefault(config, undefined)
