const zone = "(?: ?(?<offset>GMT|UTC?|Z|[+-]\\d{2}(?::?\\d{2})?))?"
const fraction = "(?:\\.\\d{1,9})?"
const time = `(?<hours>\\d{1,2}):(?<minutes>\\d{2})(?::(?<seconds>\\d{2})${fraction})?`
// Sun, 06 Nov 1994 08:49:37 GMT; Sunday, 06-Nov-94 08:49:37 GMT; 6 Nov 1994 08:49 +0100.
const httpDate = new RegExp(
  `^(?:[a-z]{3,9},? )?(?<day>\\d{1,2})[ -](?<month>[a-z]{3})[a-z]{0,6}[ -](?<year>\\d{4}|\\d{2}) ${time}${zone}$`,
  "i"
)
// Sun Nov  6 08:49:37 1994.
const asctime = new RegExp(
  `^[a-z]{3,9},? (?<month>[a-z]{3})[a-z]{0,6} (?<day>\\d{1,2}) ${time}${zone} (?<year>\\d{4})$`,
  "i"
)
// 1994-11-06T08:49:37Z; 1994-11-06 08:49:37.123+01:00; 19941106T084937Z.
const iso = new RegExp(
  `^(?<year>\\d{4})-?(?<month>\\d{2})-?(?<day>\\d{2})[T ](?<hours>\\d{2}):?(?<minutes>\\d{2})(?::?(?<seconds>\\d{2})${fraction})?${zone}$`,
  "i"
)

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

/**
 * A date in any of the forms that servers send, in milliseconds since the Unix epoch; UTC where it names no other zone.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 | RFC 9110 section 5.6.7}
 */
export const readInstant = (text: string, now: number): number | undefined => {
  const line = text.slice(0, 64).replace(/\s+/g, " ").trim()
  for (const form of [httpDate, asctime, iso]) {
    const parts = form.exec(line)?.groups
    if (parts !== undefined) return instant(parts, now)
  }
  return undefined
}

const instant = (
  { day, hours, minutes, month = "", offset = "", seconds = "0", year = "" }: Readonly<Record<string, string>>,
  now: number
): number | undefined => {
  const index = /\d/.test(month) ? Number(month) - 1 : months.indexOf(month.toLowerCase())
  const at = Date.UTC(fullYear(year, now), index, Number(day), Number(hours), Number(minutes), Number(seconds))
  const [, sign, zoneHours = "0", zoneMinutes = "0"] = /^([+-])(\d{2}):?(\d{2})?$/.exec(offset) ?? []
  const ahead = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === "-" ? -60_000 : 60_000)
  const isDate = index >= 0 && index < 12 && new Date(at).getUTCMonth() === index && Number(hours) < 24
  return isDate && Number(minutes) < 60 ? at - ahead : undefined
}

// A year of two digits that seems to be more than 50 years ahead is in the past (RFC 9110 section 5.6.7).
const fullYear = (year: string, now: number): number => {
  const digits = Number(year)
  if (year.length !== 2) return digits
  const present = new Date(now).getUTCFullYear()
  const sameCentury = present - present % 100 + digits
  return sameCentury > present + 50 ? sameCentury - 100 : sameCentury
}
