import type { Settings } from "@mintmark/core/Settings"
import * as Config from "effect/Config"
import type { Configurable } from "../ProviderService.ts"

/**
 * The configuration of `layer`'s options: what is given, and else the variables. A variable that is not set leaves its
 * option out; the engine says so by name where it can't do without.
 */
export const config = <Options extends object>(
  settings: Settings,
  given: Configurable<Options> = {}
): Config.Config<Options> => {
  const configs: Record<string, Config.Config<unknown>> = {}
  for (const [purpose, { option, variable }] of Object.entries(settings)) configs[option] = read(purpose, variable)
  for (const [option, value] of Object.entries(given)) {
    if (value !== undefined) configs[option] = Config.isConfig(value) ? value : Config.succeed(value)
  }
  return Config.map(Config.all(configs), (options) => options as Options)
}

const read = (purpose: string, variable: string): Config.Config<unknown> => {
  switch (purpose) {
    case "clientSecret":
    case "password":
      return leftOut(Config.redacted(variable))
    case "scopes":
      return Config.map(leftOut(Config.string(variable)), (text) => text?.split(" ").filter((scope) => scope !== ""))
    default:
      return leftOut(Config.string(variable))
  }
}

const leftOut = <A>(config: Config.Config<A>): Config.Config<A | undefined> => Config.withDefault(config, undefined)
