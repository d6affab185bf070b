import * as Settings from "@mintmark/core/Settings"

export const voipexSettings = Settings.make("VOIPEX", {
  username: "username",
  password: "password",
  clientId: "clientId",
  scopes: "scopes"
})
