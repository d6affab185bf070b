import { assert, layer } from "@effect/vitest"
import * as Account from "@mintmark/sandbox/Account"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { atTerminal } from "./support/inProcess.ts"

const { clientId, clientSecret } = Account.routeeSpecial

layer(Sandbox.layer(), { excludeTestServices: true })("mintmark in a terminal, with settings missing", (it) => {
  it.effect("prompts for what is missing on standard error, names the server, and never shows the secret", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const { code, stderr, stdout } = yield* atTerminal(
        ["token", "routee"],
        { ROUTEE_BASE_URL: sandbox.urls.routee },
        [clientId, clientSecret]
      )
      assert.strictEqual(code, 0)
      const alive = (yield* sandbox.tokens).map(({ fingerprint }) => fingerprint)
      assert.include(alive, sandbox.fingerprint(stdout.trimEnd()))
      assert.include(stderr, `ROUTEE_APPLICATION_ID, for ${sandbox.urls.routee}:`)
      assert.include(stderr, clientId)
      assert.include(stderr, "ROUTEE_APPLICATION_SECRET")
      // Characters of the secret that stand nowhere else.
      assert.notMatch(stderr, /[%&é€]/)
    }))

  it.effect("does not prompt for what is set", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const { code, stderr } = yield* atTerminal(
        ["token", "routee"],
        { ROUTEE_BASE_URL: urls.routee, ROUTEE_APPLICATION_ID: clientId },
        [clientSecret]
      )
      assert.strictEqual(code, 0)
      assert.notInclude(stderr, "ROUTEE_APPLICATION_ID")
    }))
})
