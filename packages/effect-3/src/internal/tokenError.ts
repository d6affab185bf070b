import type * as TokenError4 from "@mintmark/core/TokenError"
import * as TokenError from "../TokenError.ts"

/** The engine's error, as the application sees it. */
export const toTokenError = (error: TokenError4.TokenError): TokenError.TokenError => {
  const { isRetryable, message, provider, reason, retryAt } = error
  return new TokenError.TokenError({ provider, reason: toReason(reason), retryAt, isRetryable, message })
}

const toReason = (reason: TokenError4.Reason): TokenError.Reason => {
  const { message } = reason
  switch (reason._tag) {
    case "CredentialsRefused": {
      const { certain, check, code, description, status } = reason
      return new TokenError.CredentialsRefused({ status, certain, code, description, check, message })
    }
    case "RequestRefused": {
      const { certain, check, code, description, status } = reason
      return new TokenError.RequestRefused({ status, certain, code, description, check, message })
    }
    case "GrantRefused": {
      const { certain, check, code, description, grant, status } = reason
      return new TokenError.GrantRefused({ grant, status, certain, code, description, check, message })
    }
    case "Throttled":
      return new TokenError.Throttled({ status: reason.status, message })
    case "Unavailable": {
      const { address, code, kind, status } = reason
      return new TokenError.Unavailable({ kind, status, code, address, message })
    }
    case "ReplyNotUnderstood":
      return new TokenError.ReplyNotUnderstood({ status: reason.status, problem: reason.problem, message })
    case "Unsafe":
      return new TokenError.Unsafe({ kind: reason.kind, problem: reason.problem, message })
    case "InvalidOption": {
      const { option, problem, variable } = reason
      return new TokenError.InvalidOption({ option, variable, problem, message })
    }
  }
}
