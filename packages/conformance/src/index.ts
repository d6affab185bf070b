/**
 * One suite of tests for every Mintmark provider: does its value say what its pages say?
 *
 * @since 0.1.0
 */
export type * from "./Check.ts"
export type * from "./Fact.ts"
export type * from "./Played.ts"
export type * from "./Policy.ts"
export type * from "./Statement.ts"
export * from "./StoreSuite.ts"
export type * from "./Subject.ts"
export * from "./Suite.ts"
