/**
 * The first characters of a text, in memory of their own: what a text is cut from stays in memory for as long as a
 * slice of it does.
 */
export const copyOf = (text: string, length: number): string =>
  Buffer.from(text.length > length ? text.slice(0, length) : text).toString()

/** The first parameters of a form or a query, and whether there are more. */
export const firstParameters = (
  text: string,
  most: number
): { readonly parameters: URLSearchParams; readonly isCut: boolean } => {
  let end = -1
  for (let count = 0; count < most; count++) {
    end = text.indexOf("&", end + 1)
    if (end < 0) return { parameters: new URLSearchParams(text), isCut: false }
  }
  return { parameters: new URLSearchParams(text.slice(0, end)), isCut: true }
}
