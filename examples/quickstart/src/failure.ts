// What failed at a provider, in one line for the user.
import type { TokenError } from "@mintmark/core/TokenError"
import type { ConfigError } from "effect/Config"
import type { HttpClientError } from "effect/http/HttpClientError"
import type { Provider } from "./providers.ts"

export const describe = (
  error: ConfigError | HttpClientError | TokenError,
  { credentials }: Provider
): string => {
  switch (error._tag) {
    case "ConfigError":
      return error.message.replaceAll(/\s+/g, " ")
    case "HttpClientError":
      return error.response === undefined
        ? "the API can't be reached"
        : `the API replied with status ${error.response.status}`
    case "TokenError":
      switch (error.reason._tag) {
        case "CredentialsRefused":
        case "GrantRefused":
          return `credentials refused; look at ${credentials.join(" and ")}`
        default:
          return error.reason.message
      }
  }
}
