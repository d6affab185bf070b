import * as Context from "effect/Context"

/**
 * Keeps a token request alive in a Worker when the request that started it has ended. Where it is not given, a renewal
 * in the background ends with that request, and a later one starts another: no caller waits for what is gone.
 *
 * On Cloudflare, for all requests:
 *
 * ```js
 * import { waitUntil } from "cloudflare:workers"
 *
 * const live = Layer.provide(Routee.layerConfig(), Layer.succeed(WaitUntil, waitUntil))
 * ```
 *
 * It is read when a token request starts: from the caller's fiber, else as it was when the source was made.
 *
 * @since 0.1.0
 * @category services
 */
export const WaitUntil: Context.Reference<((promise: Promise<unknown>) => void) | undefined> = Context.Reference<
  ((promise: Promise<unknown>) => void) | undefined
>("@mintmark/core/TokenSource/WaitUntil", { defaultValue: () => undefined })
