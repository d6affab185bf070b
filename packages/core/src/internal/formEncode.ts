const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`

/**
 * `application/x-www-form-urlencoded`, but for `-`, `_`, `.` and `~`, which stay as they are: every server reads
 * them so, and some don't decode what they are sent.
 */
export const formEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, percent).replaceAll("%20", "+")
