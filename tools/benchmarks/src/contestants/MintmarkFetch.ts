import * as Fetch from "@mintmark/core/Fetch"
import * as Routee from "@mintmark/routee/Routee"
import * as Redacted from "effect/Redacted"
import { type Contestant, credentials } from "../Contestant.ts"

export const mintmarkFetch: Contestant = {
  name: "Mintmark's fetch",
  package: "@mintmark/core",
  how: "`Fetch.make` over `Routee.layer`, for programs that aren't written with Effect: `token` and `fetch`",
  open: async ({ lifetime, origin, transport }) => {
    const layer = Routee.Routee.layer({
      applicationId: credentials.id,
      applicationSecret: Redacted.make(credentials.secret),
      baseUrl: `${origin}/${lifetime}`
    })
    const routee = Fetch.make(layer, Routee.Routee, { fetch: transport.fetch })
    return {
      token: () => routee.token(),
      api: async () => {
        const response = await routee.fetch("/accounts/me/balance")
        await response.text()
        return response.status
      },
      close: routee.close
    }
  }
}
