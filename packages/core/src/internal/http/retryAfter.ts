import { readInstant } from "../text/instant.ts"

/** The longest time that a `Retry-After` is believed, in milliseconds: an hour. */
export const longestRetryAfter = 3_600_000

/** What is read of a reply for its `Retry-After`. */
export interface Timed {
  readonly retryAfter: string | undefined
  /** The `Date` of the reply, by which its other dates are meant. */
  readonly date: string | undefined
  /** When the reply had come, in milliseconds since the Unix epoch. */
  readonly receivedAt: number
}

/**
 * Until when the server asks to wait, in milliseconds since the Unix epoch; an hour from now at most. Seconds may have
 * decimals and a unit (`30.5 s`), and are rounded up. A date is as far away as it is from the reply's own `Date`: the
 * server's clock need not be right. Of a header that came twice, the longer wait counts.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 | RFC 9110 section 10.2.3}
 */
export const readRetryAfter = ({ date, receivedAt, retryAfter }: Timed): number | undefined => {
  const sentAt = readInstant(date?.trim() ?? "", receivedAt) ?? receivedAt
  let longest = 0
  // Dates have commas of their own.
  let before = ""
  for (const part of (retryAfter ?? "").slice(0, 200).split(",")) {
    const each = part.trim()
    const [, decimal] = /^(\d{1,15}(?:\.\d{0,15})?)(?: ?s[a-z]{0,6})?$/i.exec(each) ?? []
    const millis = decimal === undefined ? undefined : Math.ceil(Number(decimal)) * 1000
    // Some servers send the time as seconds since the Unix epoch.
    const isEpoch = millis !== undefined && millis > sentAt && millis <= sentAt + longestRetryAfter
    const at = isEpoch ? millis : readInstant(before + each, sentAt) ?? readInstant(each, sentAt) ?? 0
    longest = Math.max(longest, millis === undefined || isEpoch ? at - sentAt : millis)
    before = `${each}, `
  }
  return longest > 0 ? receivedAt + Math.min(longest, longestRetryAfter) : undefined
}
