import * as Settings from "@mintmark/core/Settings"

// TODO: what Acme calls them. Each option makes a variable: `clientId` is `ACME_CLIENT_ID`.
export const acmeSettings = Settings.make("ACME", {
  clientId: "clientId",
  clientSecret: "clientSecret"
})
