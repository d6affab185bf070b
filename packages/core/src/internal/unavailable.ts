import { TokenError, Unavailable } from "../TokenError.ts"

/** The error of a token request that got no reply of the authorization server. */
export const unavailable = ({ id }: { readonly id: string }, kind: Unavailable["kind"]): TokenError =>
  new TokenError({ provider: id, reason: new Unavailable({ kind }) })
