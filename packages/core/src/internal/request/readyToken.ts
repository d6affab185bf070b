import * as Redacted from "effect/Redacted"
import type { Problem } from "../../ClientAuthentication.ts"
import { textProblem } from "./check.ts"

/*
 * Tokens that are handed in ready-made: the content of a file often ends with a line break.
 */

/** The token without the white space around it. */
export const trimmed = (token: Redacted.Redacted): Redacted.Redacted => Redacted.make(Redacted.value(token).trim())

/** What is wrong with the tokens of these names. One that is read later, or is not given, has no problem. */
export const problem = <Name extends string>(...names: ReadonlyArray<Name>) =>
(
  tokens: { readonly [N in Name]?: Redacted.Redacted | undefined }
): Problem | undefined => {
  for (const name of names) {
    const token = tokens[name]
    const problem = token && textProblem(Redacted.value(trimmed(token)))
    if (problem !== undefined) return { name, problem }
  }
  return undefined
}
