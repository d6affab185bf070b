import { assert, layer } from "@effect/vitest"
import * as Answer from "@mintmark/sandbox/Answer"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { atTerminal } from "./support/inProcess.ts"
import { folder } from "./support/mintmark.ts"

const canary = "can+ary/s3cret=é"

layer(Sandbox.layer(), { excludeTestServices: true })("mintmark doctor --report", (it) => {
  it.effect("contains versions, names of settings, findings, the conclusion and the reply, and no secret", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const path = join(yield* folder(), "report.md")
      const env = {
        ROUTEE_APPLICATION_ID: "client",
        ROUTEE_APPLICATION_SECRET: canary,
        ROUTEE_BASE_URL: sandbox.urls.routee
      }
      for (
        const answer of [
          Answer.ordinary,
          Answer.status(400, {
            body: JSON.stringify({ error: "invalid_request", error_description: `not ${canary}` })
          }),
          Answer.status(200, {
            body: `<title>${canary}</title>`,
            contentType: `text/html; charset=${encodeURI(canary)}`
          }),
          Answer.redirect(302, `http://127.0.0.1:9/?secret=${encodeURIComponent(canary)}`)
        ]
      ) {
        yield* sandbox.script({ provider: "routee", kind: "token" }, [answer])
        const { code, stderr, stdout } = yield* atTerminal(["doctor", "routee", "--report", path], env)
        assert.isAbove(code, 1)
        assert.include(stderr, `The report is in ${path}. Read it before you attach it to an issue.`)
        const report = readFileSync(path, "utf8")
        for (
          const part of [
            `mintmark 1.2.3, Node ${process.versions.node}, `,
            "| `ROUTEE_APPLICATION_SECRET` | environment |",
            "| `ROUTEE_SCOPES` | not set |",
            "settings     ok       from the environment: ROUTEE_APPLICATION_ID",
            "## Conclusion\n\n",
            "## What came back\n\n- status "
          ]
        ) assert.include(report, part)
        for (const form of [canary, "can+ary", "ary/s3", encodeURIComponent(canary).slice(0, 12)]) {
          assert.notInclude(report + stdout + stderr, form)
        }
      }
      assert.strictEqual((statSync(path).mode & 0o777).toString(8), "600")
    }))

  it.effect("reports that the file can't be written", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const env = { ROUTEE_BASE_URL: urls.routee, ROUTEE_APPLICATION_ID: "a", ROUTEE_APPLICATION_SECRET: "b" }
      const { code, stderr } = yield* atTerminal(["doctor", "routee", "--report", "/nowhere/report.md"], env)
      assert.strictEqual(code, 23)
      assert.include(stderr, "The report can't be written to /nowhere/report.md (NotFound).")
    }))
})
