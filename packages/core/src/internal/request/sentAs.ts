import type { ClientAuthentication } from "../../ClientAuthentication.ts"
import type { Provider } from "../../Provider.ts"
import type { Sent } from "../engine/ReplyMeaning.ts"

/** What decides about a token request of a provider besides its reply. `isRenewal`: it is sent with a refresh token. */
export const sentAs = (
  { clientAuthentication, grant, renewal }: Pick<Provider, "clientAuthentication" | "grant" | "renewal">,
  isRenewal: boolean
): Sent => {
  const startsWithRefreshToken = grant.name === "refresh_token"
  const isRefresh = isRenewal || startsWithRefreshToken
  return {
    grant: isRenewal ? renewal?.name ?? "refresh_token" : grant.name,
    isRefresh,
    isPassword: !isRefresh && grant.refusedAs === "password",
    hasClientSecret: hasSecret(clientAuthentication),
    // The refresh token that the application gave is spent when another one is used.
    hasFallback: isRenewal && !startsWithRefreshToken
  }
}

const hasSecret = ({ needs }: ClientAuthentication): boolean =>
  Object.values(needs).some((kind) => !kind.startsWith("text"))
