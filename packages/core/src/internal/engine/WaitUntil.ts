import * as Context from "effect/Context"

/** What `TokenSource.WaitUntil` is: the engine can't import it from there. */
export const WaitUntil: Context.Reference<((promise: Promise<unknown>) => void) | undefined> = Context.Reference<
  ((promise: Promise<unknown>) => void) | undefined
>("@mintmark/core/TokenSource/WaitUntil", { defaultValue: () => undefined })
