import { configsOf, type Described, settingsOf } from "@mintmark/core/internal/request/settings"
import * as Config from "effect/Config"
import type { Configurable } from "../ProviderService.ts"

/** The configuration of `layer`'s options, as core has it. */
export const config = <Options extends object>(
  provider: Described,
  given?: Configurable<Options>
): Config.Config<Options> =>
  Config.map(
    Config.all(configsOf<Config.Config<unknown>>(settingsOf(provider), given, read, (value) =>
      Config.isConfig(value) ? value : Config.succeed(value))),
    (options) =>
      options as Options
  )

const read = (variable: string, parse: (text: string | undefined) => unknown): Config.Config<unknown> =>
  Config.map(Config.withDefault(Config.string(variable), undefined), parse)
