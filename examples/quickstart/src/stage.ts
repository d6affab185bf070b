// Where the providers are: played by the sandbox on this machine, or the real ones.
import type * as ConfigProvider from "effect/ConfigProvider"
import type * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import type { LogEntry } from "./figures.ts"
import type { Provider } from "./providers.ts"

export interface Stage {
  /** Where the tokens come from, in a sentence or two. */
  readonly introduction: string
  /** The providers that can be visited. */
  readonly providers: ReadonlyArray<Provider>
  /** The settings that their services read. */
  readonly config: ConfigProvider.ConfigProvider
  /** The HTTP client that a provider's service gets. */
  readonly http: (application: HttpClient, provider: Provider) => HttpClient
  /** A request of the provider's API that changes nothing; `undefined` where none is known. */
  readonly request: (provider: Provider) => HttpClientRequest | undefined
  /** Every request so far. */
  readonly log: Effect.Effect<ReadonlyArray<LogEntry>>
  /** Whose log it is. */
  readonly witness: string
}
