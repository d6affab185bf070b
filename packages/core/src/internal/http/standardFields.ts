/**
 * OAuth's fields, by their names in a reply's Schema: where a reply has each, if it says so at all, and what an error
 * says of one that can't be read.
 */
export const standardFields = {
  accessToken: { at: ["access_token"], problem: "access_token is missing or not a valid token" },
  tokenType: { at: ["token_type"], problem: "token_type is missing or not a string" },
  expiresIn: { at: ["expires_in"], problem: "expires_in is missing or not a number of seconds" },
  expiresAt: { at: [], problem: "the expiry time is not a time" },
  refreshToken: { at: ["refresh_token"], problem: "refresh_token can't be read" },
  refreshTokenExpiresIn: {
    at: ["refresh_expires_in", "refresh_token_expires_in"],
    problem: "the lifetime of the refresh token is not a number"
  },
  refreshTokenExpiresAt: { at: [], problem: "the expiry time of the refresh token is not a time" },
  scope: { at: ["scope"], problem: "scope is not a list of scopes" },
  apiUrl: { at: [], problem: "the URL of the API is not a string" }
}

/** What a decoded reply holds besides OAuth's fields. */
export function moreOf<Reply>(reply: { readonly accessToken: unknown } & Reply): Reply
export function moreOf(reply: Readonly<Record<string, unknown>>): object {
  const more: Record<string, unknown> = {}
  for (const name of Object.keys(reply)) {
    // A Schema that lets its input through must not show what is Redacted elsewhere.
    const isStandard = Object.hasOwn(standardFields, name) || name === "access_token" || name === "refresh_token"
    if (!isStandard) more[name] = reply[name]
  }
  return more
}
