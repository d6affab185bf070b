// A route handler, as Next.js and others have it: a function from a Request to a Response. Where modules are loaded again
// when they change, keep the runtime on `globalThis`, or each change leaves a runtime and a token behind.
import * as Effect from "effect/Effect"
import { balance } from "./balance.ts"
import { runtime } from "./runtime.ts"

export const GET = (request: Request): Promise<Response> =>
  runtime.runPromise(
    Effect.match(balance, {
      onSuccess: (found) => Response.json(found),
      onFailure: ({ retryAfter, status }) =>
        new Response(null, { status, headers: retryAfter === undefined ? {} : { "retry-after": `${retryAfter}` } })
    }),
    { signal: request.signal }
  )
