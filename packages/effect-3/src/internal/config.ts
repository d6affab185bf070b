import { configsOf, type Described, settingsOf } from "@mintmark/core/internal/request/settings"
import * as Config from "effect/Config"
import * as Redacted from "effect/Redacted"
import type { Configurable } from "../ProviderService.ts"

/** The configuration of `layer`'s options, as core has it. */
export const config = <Options extends object>(
  provider: Described,
  given?: Configurable<Options>
): Config.Config<Options> =>
  Config.map(
    Config.all(configsOf<Config.Config<unknown>>(settingsOf(provider), given, {
      read: (variable, parse) => Config.map(Config.withDefault(Config.string(variable), undefined), parse),
      redact: Redacted.make,
      isConfig: Config.isConfig,
      succeed: Config.succeed
    })),
    (options) => options as Options
  )
