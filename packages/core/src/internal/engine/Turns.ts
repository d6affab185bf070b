import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { within } from "./Deadline.ts"
import { settled, withResolvers } from "./InFlight.ts"

/** Runs effects with the same key one after another. `patience` is how long one waits for its turn, in milliseconds. */
export type Turns = <A, E>(key: string, patience: number, self: Effect.Effect<A, E>) => Effect.Effect<A, E>

/*
 * A password that several accounts share is sent by one of them at a time: if it is refused, the others don't send it.
 * They wait for promises, as all who wait for a token request of another caller do.
 */

/** No one has a turn yet. */
export const make = (): Turns => {
  const last = new Map<string, Promise<Exit.Exit<void>>>()
  return (key, patience, self) =>
    Effect.suspend(() => {
      const before = last.get(key)
      const { promise, resolve } = withResolvers<Exit.Exit<void>>()
      last.set(key, promise)
      let isMine = before === undefined
      const done = () => {
        if (last.get(key) === promise) last.delete(key)
        resolve(Exit.void)
      }
      const turn = before === undefined ? Effect.void : Effect.andThen(
        within(settled(before, () => Effect.void), patience, () => Effect.void),
        Effect.sync(() => {
          isMine = true
        })
      )
      return Effect.ensuring(
        Effect.andThen(turn, self),
        Effect.sync(() => {
          // One that was interrupted while it waited leaves the turn to the one before.
          if (isMine || before === undefined) return done()
          before.then(done, done)
        })
      )
    })
}
