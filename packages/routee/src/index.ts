/**
 * OAuth 2.0 access tokens for the Routee API, as an Effect service.
 *
 * @since 0.1.0
 */
export * from "./Routee.ts"
export * from "./RouteeEmail.ts"
