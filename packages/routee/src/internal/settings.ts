import * as Settings from "@mintmark/core/Settings"

export const routeeSettings = Settings.make("ROUTEE", {
  clientId: "applicationId",
  clientSecret: "applicationSecret",
  scopes: "scopes"
})

export const routeeEmailSettings = Settings.make("ROUTEE_EMAIL", {
  clientId: "applicationId",
  clientSecret: "applicationSecret"
})
