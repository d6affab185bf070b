/**
 * What the package of a provider exports besides the provider: all types that its signatures name, so that a user who
 * has installed that package alone can write declarations, and the functions that such a user commonly needs.
 *
 * @since 0.1.0
 */
export { type AccessToken, authorization, type RefreshToken } from "./AccessToken.ts"
export { type AuthenticatedHttpClient, toHttpClient } from "./AuthenticatedHttpClient.ts"
export type { Authorization } from "./Authorization.ts"
export type { ClientAuthentication, Kind, Needs, Parameter, Parameters } from "./ClientAuthentication.ts"
export { type Fetch, make as makeFetch } from "./Fetch.ts"
export type { Grant, Renewal } from "./Grant.ts"
export type { HostPart } from "./HostPart.ts"
export type { Account, DeclaredError, Overrides, Provider, RequestFormat, Secret } from "./Provider.ts"
export type { ProviderClient } from "./ProviderClient.ts"
export type { Configurable, ProviderService, TestOptions } from "./ProviderService.ts"
export {
  CredentialsRefused,
  GrantRefused,
  InvalidOption,
  type Reason,
  ReplyNotUnderstood,
  RequestRefused,
  retrySchedule,
  Throttled,
  TokenError,
  Unavailable,
  Unsafe
} from "./TokenError.ts"
export { TokenErrorSchema } from "./TokenErrorSchema.ts"
export type { Outcome, TokenEvent } from "./TokenEvent.ts"
export type { TokenPool } from "./TokenPool.ts"
export { type Rejection, TokenSource } from "./TokenSource.ts"
