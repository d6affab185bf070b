/**
 * OAuth 2.0 access tokens for telecom APIs, for applications on Effect 3.
 *
 * @since 0.1.0
 */
export * from "./AccessToken.ts"
export * from "./AuthenticatedHttpClient.ts"
export * from "./ProviderClient.ts"
export * from "./ProviderService.ts"
export * from "./Routee.ts"
export * from "./RouteeEmail.ts"
export * from "./Routera.ts"
export * from "./TokenError.ts"
export * from "./Voipex.ts"
export * from "./VonageContactCenter.ts"
export * from "./VonageContactCenterV0.ts"
