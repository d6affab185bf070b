// An ordinary Node program: promises and fetch. This `fetch` requests the token, renews it, and sends it.
import * as Fetch from "@mintmark/core/Fetch"
import { Routee } from "@mintmark/routee"
import * as Redacted from "effect/Redacted"

const setting = (name: string): string => {
  const value = process.env[name]
  if (value) return value
  console.error(`${name} is not set: see README.md.`)
  process.exit(1)
}

// A Redacted keeps a secret out of what is printed; `Redacted.value` takes it out.
const routee = Fetch.make(
  Routee.layer({
    applicationId: setting("ROUTEE_APPLICATION_ID"),
    applicationSecret: Redacted.make(setting("ROUTEE_APPLICATION_SECRET")),
    scopes: ["account", "sms"],
    baseUrl: process.env["ROUTEE_BASE_URL"]
  }),
  Routee
)

try {
  const sent = await routee.fetch("/sms", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ from: "Mintmark", to: "+306900000000", body: "Hello" }),
    signal: AbortSignal.timeout(10_000)
  })
  console.log("SMS:", sent.status, await sent.json())

  const balance = await routee.fetch("/accounts/me/balance")
  console.log("Balance:", balance.status, await balance.json())

  const token = await routee.token()
  console.log("The token's scopes:", `${token.scopes.join(" ")}, its value: ${token.value}`)
} finally {
  await routee.close()
}
