import { assert, describe, it } from "@effect/vitest"
import { environment, Sandbox } from "@mintmark/sandbox"
import * as Account from "@mintmark/sandbox/Account"
import * as Effect from "effect/Effect"

describe("environment", () => {
  it.live("has the URL and the first account of each provider", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const variables = environment(urls)
      assert.strictEqual(variables["ROUTEE_APPLICATION_ID"], Account.routee.clientId)
      assert.strictEqual(variables["ROUTEE_APPLICATION_SECRET"], Account.routee.clientSecret)
      assert.strictEqual(variables["VOIPEX_USERNAME"], Account.voipex.username)
      assert.strictEqual(variables["VOIPEX_PASSWORD"], Account.voipex.password)
      assert.strictEqual(variables["VONAGE_CONTACT_CENTER_V0_ACCOUNT_KEY"], Account.vonageV0.clientId)
      assert.strictEqual(variables["VONAGE_CONTACT_CENTER_REGION"], "emea")
      const inUse = Object.entries(variables).filter(([name]) => name.endsWith("_BASE_URL")).map(([, url]) => url)
      assert.sameMembers([...inUse, variables["GENERIC_API_URL"]], Object.values(urls))
    }).pipe(Effect.provide(Sandbox.layer())))
})
