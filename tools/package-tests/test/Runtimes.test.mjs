import * as Account from "@mintmark/sandbox/Account"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { layOut, runtimes } from "../src/runtimes.mjs"
import { startSandbox } from "../src/sandbox.mjs"

describe("the packed provider gets a token and calls an API", () => {
  let sandbox
  beforeAll(async () => {
    layOut()
    sandbox = await startSandbox()
  })
  afterAll(() => sandbox.stop())

  for (const [name, ask] of Object.entries(runtimes)) {
    it(`on ${name}`, async () => {
      await sandbox.clear()
      const { clientId, clientSecret } = Account.routee
      const answer = await ask({
        applicationId: clientId,
        applicationSecret: clientSecret,
        baseUrl: sandbox.urls.routee
      })
      assert.strictEqual(answer.status, 200)
      assert.isAbove(answer.scopes, 0)
      assert.match(answer.shown, /^<redacted/)
      const kinds = (await sandbox.journal()).map(({ kind, status }) => `${kind} ${status}`)
      assert.deepStrictEqual(kinds, ["token 200", "api 200"])
    })
  }
})
