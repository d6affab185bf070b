const standard = new Set([
  "accessToken",
  "tokenType",
  "expiresIn",
  "expiresAt",
  "refreshToken",
  "refreshTokenExpiresIn",
  "refreshTokenExpiresAt",
  "scope",
  "apiUrl",
  // A Schema that lets its input through must not show what is Redacted elsewhere.
  "access_token",
  "refresh_token"
])

/** What a decoded reply holds besides OAuth's fields. */
export function moreOf<Reply>(reply: { readonly accessToken: unknown } & Reply): Reply
export function moreOf(reply: Readonly<Record<string, unknown>>): object {
  const more: Record<string, unknown> = {}
  for (const name of Object.keys(reply)) {
    if (!standard.has(name)) more[name] = reply[name]
  }
  return more
}
