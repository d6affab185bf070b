import type * as Exit from "effect/Exit"
import type * as Redacted from "effect/Redacted"
import type * as AccessToken from "../../AccessToken.ts"
import type * as TokenError from "../../TokenError.ts"
import type { Outcome } from "../../TokenEvent.ts"
import type { Now } from "./Clocks.ts"
import type * as State from "./State.ts"

/*
 * What happens to an account, and what is to be done then: both sides of `Transitions`.
 */

/** What happens to an account. */
export type Event<Reply> =
  /** A caller needs a token. */
  | { readonly _tag: "Needed"; readonly now: Now }
  /** A caller needs a new token, whatever is cached. */
  | { readonly _tag: "Forced" }
  /** An API refused a token. */
  | {
    readonly _tag: "Rejected"
    readonly token: AccessToken.AccessToken
    /** Whether the token itself was certainly refused. */
    readonly certain: boolean
    /** Whether the endpoint has just cost a token request: no other is made for it where the token may be valid. */
    readonly heldBack: boolean
    readonly now: Now
  }
  /** The authorization server refused the refresh token; the request goes on with the primary grant. */
  | { readonly _tag: "RefreshTokenRefused" }
  /** A token request returned a token. */
  | {
    readonly _tag: "Obtained"
    readonly inFlight: State.InFlight<Reply>
    readonly token: AccessToken.AccessToken<Reply>
    /** Whether another process requested it. */
    readonly shared: boolean
    /** The identity that was requested with, where it will be needed. */
    readonly identity: Redacted.Redacted | undefined
    /** The clocks when the request began; the wall clock may have been set back since. */
    readonly started: Now
    /** From 0 to 1, drawn for this token alone. */
    readonly jitter: number
    readonly now: Now
  }
  /** A token request failed. */
  | {
    readonly _tag: "Failed"
    readonly inFlight: State.InFlight<Reply>
    /** Whether a token request was made. */
    readonly requested: boolean
    /** Whether the credentials come from an effect, and may be others next time. */
    readonly rereads: boolean
    readonly refreshToken: State.RefreshTokenFate
    /** The error that callers get, and until when it is remembered of these credentials. */
    readonly refusal: State.Failure["refusal"]
    readonly now: Now
  }
  /**
   * A token request will never return: its scope has closed, or the request that it ran in has ended.
   * `refreshTokenSent`: it may have spent the refresh token.
   */
  | {
    readonly _tag: "Lost"
    readonly inFlight: State.InFlight<Reply>
    readonly refreshTokenSent: boolean
    readonly now: Now
  }

/** What is to be done, in this order. */
export type Action<Reply> =
  /** The caller gets this at once. */
  | { readonly _tag: "Return"; readonly exit: Exit.Exit<AccessToken.AccessToken<Reply>, TokenError.TokenError> }
  /** Start a token request. */
  | { readonly _tag: "Start"; readonly inFlight: State.InFlight<Reply> }
  /** The caller waits for a token request. */
  | { readonly _tag: "Wait"; readonly inFlight: State.InFlight<Reply> }
  /** The caller who rejected a token can get another one. */
  | { readonly _tag: "Replace" }
  /** Tell the shared store that an API refused the token. */
  | { readonly _tag: "RejectInStore"; readonly identity: Redacted.Redacted; readonly token: AccessToken.AccessToken }
  /** Those who wait for a token request get this; `outcome` is `undefined` where nothing was requested. */
  | {
    readonly _tag: "Finish"
    readonly inFlight: State.InFlight<Reply>
    readonly exit: Exit.Exit<AccessToken.AccessToken<Reply>, TokenError.TokenError>
    readonly outcome: Outcome | undefined
  }
  /** Log that a token which is still served can't be renewed. */
  | {
    readonly _tag: "Warn"
    readonly error: TokenError.TokenError
    /** How long the token is still served, in milliseconds. */
    readonly servedFor: number
    /** How long renewals have been failing, in milliseconds. */
    readonly failingFor: number
  }
  /** Log that a token was obtained after a warning. */
  | { readonly _tag: "Recovered"; readonly failedFor: number }

/** The next state, and what is to be done. */
export type Next<Reply> = readonly [State.State<Reply>, ReadonlyArray<Action<Reply>>]
