import * as Settings from "@mintmark/core/Settings"

const place = { region: "region", domain: "domain" }

export const vonageContactCenterSettings = Settings.make("VONAGE_CONTACT_CENTER", {
  clientId: "clientId",
  clientSecret: "clientSecret",
  scopes: "scopes",
  ...place
})

export const vonageContactCenterV0Settings = Settings.make("VONAGE_CONTACT_CENTER_V0", {
  clientId: "accountKey",
  clientSecret: "apiToken",
  version: "version",
  ...place
})
