import { isUsable, isValid, type RefreshToken } from "./tokens.ts"
import type { World } from "./world.ts"

/**
 * Spends a refresh token. Where rotation is on, a second use of one ends its session, the newest tokens included.
 * `undefined`: it gets no token.
 */
export const spend = (world: World, value: string, now: number, rotation: boolean): RefreshToken | undefined => {
  const token = world.tokens.findRefresh(value)
  if (token === undefined) return undefined
  const usable = isUsable(token, now)
  if (token.spent) world.tokens.endSession(token.session)
  token.uses += 1
  token.spent ||= rotation
  return usable ? token : undefined
}

/** Why a refresh token that the sandbox issued gets no token, as a sentence. */
export const refusalOfRefreshToken = (token: RefreshToken, now: number): string => {
  if (token.spent) {
    return "The refresh token was used before, and works once: its session has ended, newer tokens included."
  }
  if (token.revoked) return "The refresh token was revoked, or its session has ended."
  return isValid(token, now) ? "The account of the refresh token is gone." : "The refresh token expired."
}
