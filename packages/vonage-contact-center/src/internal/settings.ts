import * as Settings from "@mintmark/core/Settings"

// Without spreads: bundlers keep those, and a program has one of the two systems.

export const vonageContactCenterSettings = Settings.make("VONAGE_CONTACT_CENTER", {
  clientId: "clientId",
  clientSecret: "clientSecret",
  scopes: "scopes",
  region: "region",
  domain: "domain"
})

export const vonageContactCenterV0Settings = Settings.make("VONAGE_CONTACT_CENTER_V0", {
  clientId: "accountKey",
  clientSecret: "apiToken",
  version: "version",
  region: "region",
  domain: "domain"
})
