/**
 * OAuth 2.0 access tokens for the Acme API, as an Effect service.
 *
 * @since 0.1.0
 */
export * from "./Acme.ts"
