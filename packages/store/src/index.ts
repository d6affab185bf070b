/**
 * Shares access tokens between processes: through Redis, PostgreSQL, or a key-value store on one machine.
 *
 * @since 0.1.0
 */
export * as KeyValueTokenStore from "./KeyValueTokenStore.ts"
export * as RedisTokenStore from "./RedisTokenStore.ts"
export * as SqlTokenStore from "./SqlTokenStore.ts"
