import * as MutableRef from "effect/MutableRef"
import * as Ref from "effect/Ref"
import type { Holder } from "../http/doubts.ts"
import type { Action, Event } from "./Events.ts"
import * as State from "./State.ts"
import { transition } from "./Transitions.ts"

/** One account with one set of scopes: what its credentials are found by, and the `Ref` of its state. */
export interface Account<out Key, in out Reply> extends Holder {
  readonly key: Key
  readonly state: Ref.Ref<State.State<Reply>>
  /** For a pool: by how many sweeps in a row the account was found unused. A hit sets it to 0, and costs no more. */
  unused: number
}

/** An account of which nothing is known yet. */
export const make = <Key, Reply>(key: Key): Account<Key, Reply> => ({
  key,
  state: Ref.makeUnsafe<State.State<Reply>>(State.empty),
  unused: 0,
  doubts: undefined
})

/** What is known of the account now. */
export const state = <Reply>(self: Account<unknown, Reply>): State.State<Reply> => Ref.getUnsafe(self.state)

/**
 * Applies an event: the one place where state is written. Nothing runs in between, so a caller may look at the state
 * with `state` and commit an event that follows from it.
 */
export const commit = <Reply>(self: Account<unknown, Reply>, event: Event<Reply>): ReadonlyArray<Action<Reply>> => {
  const [after, actions] = transition(state(self), event)
  MutableRef.set(self.state.ref, after)
  return actions
}
