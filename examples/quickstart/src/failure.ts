// What failed at a provider, in one line for the user.
import type { TokenError } from "@mintmark/core/TokenError"
import type { ConfigError } from "effect/Config"
import type { HttpClientError } from "effect/http/HttpClientError"
import type { Provider } from "./providers.ts"

export const describe = (
  error: ConfigError | HttpClientError | TokenError,
  { name, credentials }: Provider
): string => {
  switch (error._tag) {
    case "ConfigError":
      return `${name}: ${error.message.replaceAll(/\s+/g, " ")}`
    case "HttpClientError":
      return error.response === undefined
        ? `${name}: the API can't be reached`
        : `${name}: the API answered ${error.response.status}`
    case "TokenError":
      switch (error.reason._tag) {
        case "CredentialsRefused":
        case "GrantRefused":
          return `${name}: credentials refused; look at ${credentials.join(" and ")}`
        default:
          return `${name}: ${error.reason.message}`
      }
  }
}
