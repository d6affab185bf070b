/**
 * What an application says of the host that a provider is at, such as its region.
 *
 * @since 0.1.0
 */
import { printable } from "./internal/text/printable.ts"

/**
 * A value that stands in a provider's URLs, and whether it may.
 *
 * @since 0.1.0
 * @category models
 */
export interface HostPart {
  readonly value: string
  /** What keeps the value from being put into a URL, if anything does. */
  readonly problem: string | undefined
}

const kind = (pattern: RegExp, words: string) => (value: string): HostPart => ({
  value,
  // Callers without types, and variables that aren't set.
  problem: !value
    ? "is missing or empty"
    : pattern.test(value)
    ? undefined
    : `must be ${words}, not ${printable(value)}`
})

/**
 * One label of a host name: letters, digits and hyphens.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc1123#section-2.1 | RFC 1123 section 2.1}
 * @since 0.1.0
 * @category constructors
 */
export const label: (value: string) => HostPart = kind(
  /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i,
  "letters, digits and hyphens"
)

/**
 * A host name: labels with dots between them.
 *
 * @since 0.1.0
 * @category constructors
 */
export const name: (value: string) => HostPart = kind(
  /^(?!.{254})(?:(?:^|\.)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)+$/i,
  "a host name"
)
