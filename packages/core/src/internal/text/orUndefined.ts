/** What a function returns, or `undefined` where it throws: for parsers of the platform. */
export const orUndefined = <A>(parse: () => A): A | undefined => {
  try {
    return parse()
  } catch {
    return undefined
  }
}
