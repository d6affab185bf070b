/**
 * OAuth 2.0 access tokens for both systems of Vonage Contact Center, as Effect services.
 *
 * @since 0.1.0
 */
export * from "./Place.ts"
export * from "./VonageContactCenter.ts"
export * from "./VonageContactCenterProvider.ts"
export * from "./VonageContactCenterV0.ts"
export * from "./VonageContactCenterV0Provider.ts"
