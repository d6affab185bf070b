/**
 * Gets OAuth 2.0 access tokens on the command line. The command is the package's `bin`; here is what a program that
 * starts it can look at.
 *
 * @since 0.1.0
 */

/**
 * How `mintmark` ends.
 *
 * @since 0.1.0
 */
export * as ExitCode from "./ExitCode.ts"
