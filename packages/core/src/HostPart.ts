/**
 * What an application may put into the braces of a provider's URLs, such as its region.
 *
 * @since 0.1.0
 */

/**
 * The check of one part of a URL.
 *
 * @since 0.1.0
 * @category models
 */
export interface HostPart {
  /** What the whole value must match. */
  readonly pattern: RegExp
  /** What the value must be, to be read after "must be ". */
  readonly description: string
}

const label_ = "[a-z\\d](?:[a-z\\d-]{0,61}[a-z\\d])?"
const name_ = `(?!.{254})${label_}(?:\\.${label_})*`

const startingWithName = (rest: string, description: string): HostPart => ({
  pattern: new RegExp(`^${name_}${rest}$`, "i"),
  description
})

/**
 * One label of a host name: letters, digits and hyphens.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc1123#section-2.1 | RFC 1123 section 2.1}
 * @since 0.1.0
 * @category parts
 */
export const label: HostPart = {
  pattern: new RegExp(`^${label_}$`, "i"),
  description: "letters, digits and hyphens"
}

/**
 * A host name: labels with dots between them.
 *
 * @since 0.1.0
 * @category parts
 */
export const name: HostPart = startingWithName("", "a host name")

/**
 * One segment of a path: letters, digits and `-._~`, but not `.` or `..`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc3986#section-3.3 | RFC 3986 section 3.3}
 * @since 0.1.0
 * @category parts
 */
export const segment: HostPart = {
  pattern: /^(?!\.{1,2}$)[\w.~-]{1,255}$/,
  description: "one segment of a path: letters, digits, hyphens, dots, underscores and tildes"
}

/**
 * A host name with an optional port and an optional path, such as `acme.example:8443/tenant`.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc3986#section-3.2 | RFC 3986 section 3.2}
 * @since 0.1.0
 * @category parts
 */
export const authority: HostPart = startingWithName(
  "(?::\\d{1,5})?(?:/(?!\\.{1,2}(?:/|$))[\\w.~-]{1,255})*",
  "a host name, with a port and a path if there are any"
)
