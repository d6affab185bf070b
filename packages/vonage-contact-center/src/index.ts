/**
 * OAuth 2.0 access tokens for both systems of Vonage Contact Center, as Effect services.
 *
 * @since 0.1.0
 */
export * from "./VonageContactCenter.ts"
export * from "./VonageContactCenterV0.ts"
