/**
 * Gets OAuth 2.0 access tokens for APIs, keeps them fresh, and adds them to requests.
 *
 * @since 0.1.0
 */
export * as AccessToken from "./AccessToken.ts"
export * as AuthenticatedHttpClient from "./AuthenticatedHttpClient.ts"
export * as Authorization from "./Authorization.ts"
export * as ClientAuthentication from "./ClientAuthentication.ts"
export * as Discovery from "./Discovery.ts"
export * as Fetch from "./Fetch.ts"
export * as Grant from "./Grant.ts"
export * as HostPart from "./HostPart.ts"
export * as JwtBearer from "./JwtBearer.ts"
export * as OAuthServer from "./OAuthServer.ts"
export * as PrivateKeyJwt from "./PrivateKeyJwt.ts"
export * as Provider from "./Provider.ts"
export * as ProviderClient from "./ProviderClient.ts"
export * as ProviderService from "./ProviderService.ts"
export * as TokenError from "./TokenError.ts"
export * as TokenEvent from "./TokenEvent.ts"
export * as TokenExchange from "./TokenExchange.ts"
export * as TokenPool from "./TokenPool.ts"
export * as TokenReply from "./TokenReply.ts"
export * as TokenSource from "./TokenSource.ts"
export * as TokenStore from "./TokenStore.ts"
