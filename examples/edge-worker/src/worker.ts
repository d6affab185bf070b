// The worker. Its account at Routee is made with the first request, and serves all that follow in the same isolate.
import * as Fetch from "@mintmark/core/Fetch"
import { Routee } from "@mintmark/routee"
import { waitUntil } from "cloudflare:workers"
import * as Redacted from "effect/Redacted"

interface Environment {
  readonly ROUTEE_APPLICATION_ID: string
  readonly ROUTEE_APPLICATION_SECRET: string
  readonly ROUTEE_BASE_URL?: string
}

let account: Fetch.Fetch | undefined

const open = (env: Environment): Fetch.Fetch =>
  account ??= Fetch.make(
    Routee.layer({
      applicationId: env.ROUTEE_APPLICATION_ID,
      applicationSecret: Redacted.make(env.ROUTEE_APPLICATION_SECRET),
      baseUrl: env.ROUTEE_BASE_URL
    }),
    Routee,
    // A renewal outlives the request that started it.
    { waitUntil }
  )

export default {
  fetch: async (_: Request, env: Environment): Promise<Response> => {
    const balance = await open(env).fetch("/accounts/me/balance")
    return new Response(balance.body, { status: balance.status, headers: { "content-type": "application/json" } })
  }
}
