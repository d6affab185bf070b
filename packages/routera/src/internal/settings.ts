import * as Settings from "@mintmark/core/Settings"

export const routeraSettings = Settings.make("ROUTERA", {
  clientId: "clientId",
  clientSecret: "clientSecret",
  scopes: "scopes"
})
