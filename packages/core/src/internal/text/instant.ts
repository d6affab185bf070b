const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

const date = "(\\d\\d?)[ -]([a-z]{3})[a-z]{0,6}[ -](\\d{4}|\\d\\d)"
const time = "(\\d\\d?):?(\\d\\d)(?::?(\\d\\d)(?:\\.\\d{1,9})?)?"
const zone = "(?: ?(?:GMT|UTC?|Z|([+-])(\\d\\d)(?::?(\\d\\d))?))?"
// Sun, 06 Nov 1994 08:49:37 GMT; Sunday, 06-Nov-94 08:49:37 GMT; 6 Nov 1994 08:49 +0100.
const httpDate = new RegExp(`^(?:[a-z]{3,9},? )?${date} ${time}${zone}$`, "i")
// Sun Nov  6 08:49:37 1994.
const asctime = /^[a-z]{3,9},? ([a-z]{3,9}) (\d\d?) (.+) (\d{4})$/i
// 1994-11-06T08:49:37Z; 1994-11-06 08:49:37.123+01:00; 19941106T084937Z.
const isoDate = /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ]|(?=\d{6}$))/i

/**
 * A date in any of the forms that servers send, in milliseconds since the Unix epoch; UTC where it names no other zone.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7 | RFC 9110 section 5.6.7}
 */
export const readInstant = (text: string, now: number): number | undefined => {
  const line = text.slice(0, 64).replace(/\s+/g, " ").trim()
    .replace(asctime, "$2 $1 $4 $3")
    .replace(isoDate, (_, year, month, day) => `${day} ${months[month - 1]} ${year} `)
  const [, day, month = "", year = "", hours, minutes, seconds = 0, sign = "+", zoneHours = 0, zoneMinutes = 0] =
    httpDate.exec(line) ?? []
  const index = months.indexOf(month.toLowerCase())
  const at = Date.UTC(fullYear(year, now), index, Number(day), Number(hours), Number(minutes), Number(seconds))
  const ahead = (Number(zoneHours) * 60 + Number(zoneMinutes)) * Number(`${sign}60000`)
  // `Date.UTC` carries what is too much into the next unit.
  const isDate = new Date(at).getUTCMonth() === index && Number(hours) < 24 && Number(minutes) < 60
  return isDate ? at - ahead : undefined
}

// A year of two digits that seems to be more than 50 years ahead is in the past (RFC 9110 section 5.6.7).
const fullYear = (year: string, now: number): number => {
  const latest = new Date(now).getUTCFullYear() + 50
  return Number(year) + (year.length === 2 ? Math.floor((latest - Number(year)) / 100) * 100 : 0)
}
