import { assert, layer } from "@effect/vitest"
import * as Account from "@mintmark/sandbox/Account"
import * as Answer from "@mintmark/sandbox/Answer"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { folderForSandbox } from "./support/environment.ts"
import { folder } from "./support/mintmark.ts"
import { inTerminal, screen } from "./support/pseudoTerminal.ts"

const { clientId, clientSecret } = Account.routee

layer(Sandbox.layer(), { excludeTestServices: true })("In a terminal, mintmark", (it) => {
  it.effect("indents JSON and ends it with a line break in a terminal, and prints the bytes unchanged elsewhere", () =>
    Effect.gen(function*() {
      const cwd = yield* folderForSandbox
      const request = ["request", "routee", "GET", "/accounts/me/balance"]
      const { code, text } = yield* inTerminal(request, { cwd })
      assert.strictEqual(code, 0)
      assert.match(text, /^\{\r\n {2}"/)
      assert.match(text, /\r\n\}\r\n$/)
      yield* inTerminal(request, { cwd, redirect: "> body.json" })
      assert.match(readFileSync(join(cwd, "body.json"), "utf8"), /^\{"[^\n]*\}$/)
    }))

  it.effect("prompts again after an empty input, and never shows the secret", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const { code, text } = yield* inTerminal(["token", "routee"], {
        cwd: yield* folder(),
        env: { ROUTEE_BASE_URL: urls.routee },
        typed: [
          { after: "ROUTEE_APPLICATION_ID", keys: "\r" },
          { after: "can't be empty", keys: `${clientId}\r` },
          { after: "ROUTEE_APPLICATION_SECRET", keys: `${clientSecret}\r` }
        ]
      })
      assert.strictEqual(code, 0)
      assert.notInclude(text, clientSecret)
      assert.match(screen(text).filter((line) => line !== "").at(-1) ?? "", /^[\w-]{36}$/)
    }))

  it.effect("ends the line after Ctrl+C, so that the shell's prompt starts a new one", () =>
    Effect.gen(function*() {
      const { code, text } = yield* inTerminal(["token", "routee"], {
        cwd: yield* folder(),
        redirect: "; printf 'shell$ '",
        typed: [{ after: "ROUTEE_APPLICATION_ID", keys: "\x03" }]
      })
      assert.isNumber(code)
      assert.strictEqual(screen(text).at(-1), "shell$")
    }))

  it.effect("exits with 130 after Ctrl+C", () =>
    Effect.gen(function*() {
      const { code } = yield* inTerminal(["token", "routee"], {
        cwd: yield* folder(),
        typed: [{ after: "ROUTEE_APPLICATION_ID", keys: "\x03" }]
      })
      assert.strictEqual(code, 130)
    }))

  it.effect("offers the known regions, and accepts another one that is typed", () =>
    Effect.gen(function*() {
      const { urls } = yield* Sandbox
      const env = {
        VONAGE_CONTACT_CENTER_V0_ACCOUNT_KEY: Account.vonageV0.clientId,
        VONAGE_CONTACT_CENTER_V0_API_TOKEN: Account.vonageV0.clientSecret,
        VONAGE_CONTACT_CENTER_V0_BASE_URL: urls["vonage-contact-center-v0"]
      }
      const token = ["token", "vonage-contact-center-v0"]
      const chosen = yield* inTerminal(token, {
        cwd: yield* folder(),
        env,
        typed: [{ after: "apac", keys: "\x1b[B\r" }]
      })
      assert.strictEqual(chosen.code, 0)
      for (const region of ["emea", "nam", "apac", "another"]) assert.include(chosen.text, region)
      const wrong = yield* inTerminal(token, {
        cwd: yield* folder(),
        env,
        typed: [{ after: "another", keys: "\x1b[A\r" }, { after: "›", keys: "a.b\r" }]
      })
      assert.strictEqual(wrong.code, 3)
      const shown = screen(wrong.text).filter((line) => line !== "")
      assert.match(
        shown.at(-2) ?? "",
        /VONAGE_CONTACT_CENTER_V0_REGION must be letters, digits and hyphens, not "a\.b"/
      )
      // It was typed, not set anywhere.
      assert.strictEqual(shown.at(-1), "Run the command again, and type another value.")
    }))

  it.effect("shows after a second that it waits, and removes that message afterwards", () =>
    Effect.gen(function*() {
      const sandbox = yield* Sandbox
      const cwd = yield* folderForSandbox
      yield* sandbox.script({ provider: "routee", kind: "token" }, [Answer.delay(2500, Answer.ordinary)])
      const { code, text } = yield* inTerminal(["token", "routee"], { cwd })
      assert.strictEqual(code, 0)
      assert.include(text, " waiting, 1 s")
      assert.match(screen(text).join("\n"), /^[\w-]{36}\n?$/)
      const quick = yield* inTerminal(["token", "routee"], { cwd })
      assert.notInclude(quick.text, "waiting")
    }))

  it.effect("has colors in the table and in the conclusion, and none with NO_COLOR", () =>
    Effect.gen(function*() {
      const cwd = yield* folderForSandbox
      const { text } = yield* inTerminal(["doctor", "routee"], { cwd })
      assert.include(text, "\x1b[32mok     \x1b[0m")
      assert.include(text, "\x1b[1;32mEverything works")
      const plain = yield* inTerminal(["doctor", "routee"], { cwd, env: { NO_COLOR: "1" } })
      // oxlint-disable-next-line no-control-regex
      assert.notMatch(plain.text, /\x1b/)
    }))

  it.effect("removes control characters from a base URL or a domain that it shows", () =>
    Effect.gen(function*() {
      const evil = "https://\x1b]0;owned\x07\x1b[2Jevil.example"
      for (
        const [id, variable, problem] of [
          ["routee", "ROUTEE_BASE_URL", "must be an absolute https URL"],
          ["vonage-contact-center", "VONAGE_CONTACT_CENTER_DOMAIN", "must be a host name"]
        ] as const
      ) {
        const cwd = yield* folder({ ".env": `${variable}="${evil}"` })
        const { code, text } = yield* inTerminal(["token", id], { cwd })
        assert.strictEqual(code, 3)
        assert.notInclude(text, "\x1b]0;")
        assert.notInclude(text, "\x1b[2J")
        assert.include(text, `${id}: ${variable} ${problem}.`)
      }
    }))
})
