/**
 * How `mintmark` ends, as a number that scripts can look at.
 *
 * @since 0.1.0
 */

/**
 * Done.
 *
 * @since 0.1.0
 * @category exit codes
 */
export const done = 0

/**
 * A defect of `mintmark` itself.
 *
 * @since 0.1.0
 * @category exit codes
 */
export const defect = 1

/**
 * The command line can't be understood.
 *
 * @since 0.1.0
 * @category exit codes
 */
export const usage = 2

/**
 * A setting is missing, or can't be used. Nothing was sent.
 *
 * @since 0.1.0
 * @category exit codes
 */
export const settings = 3

/**
 * The server refused the credentials.
 *
 * @since 0.1.0
 * @category exit codes
 */
export const credentials = 4

/**
 * The server refused the token request for another reason, such as a scope.
 *
 * @since 0.1.0
 * @category exit codes
 */
export const request = 5

/**
 * The server can't be reached, failed, or did not reply in time. It may work later.
 *
 * @since 0.1.0
 * @category exit codes
 */
export const unavailable = 6

/**
 * Too many requests. It will work later.
 *
 * @since 0.1.0
 * @category exit codes
 */
export const throttled = 7

/**
 * The server's reply was not understood.
 *
 * @since 0.1.0
 * @category exit codes
 */
export const reply = 8

/**
 * Refused for safety: a certificate, a redirect, a URL of another origin.
 *
 * @since 0.1.0
 * @category exit codes
 */
export const unsafe = 9

/**
 * The API returned a status of 400 or more: the number that `curl --fail` uses.
 *
 * @since 0.1.0
 * @category exit codes
 */
export const api = 22

/**
 * The result can't be written, for example to a full disk: the number that curl uses, too.
 *
 * @since 0.1.0
 * @category exit codes
 */
export const output = 23
