/**
 * OAuth 2.0 access tokens for the Routera API, as an Effect service.
 *
 * @since 0.1.0
 */
export * from "./Routera.ts"
