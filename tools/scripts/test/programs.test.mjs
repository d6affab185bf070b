import { assert, describe, it } from "vitest"
import { mayInstall } from "../programs.mjs"

describe("system packages", () => {
  const machine = { env: {}, inContainer: false, isRoot: true, isTerminal: false }

  it("are installed by root in a container without a terminal, in CI, and with MINTMARK_INSTALL=1", () => {
    assert.isTrue(mayInstall({ ...machine, inContainer: true }))
    assert.isTrue(mayInstall({ ...machine, env: { CI: "true" }, isRoot: false }))
    assert.isTrue(mayInstall({ ...machine, env: { MINTMARK_INSTALL: "1" }, isRoot: false, isTerminal: true }))
  })

  it("are not installed on a person's machine", () => {
    assert.isFalse(mayInstall(machine))
    assert.isFalse(mayInstall({ ...machine, isRoot: false }))
    assert.isFalse(mayInstall({ ...machine, inContainer: true, isTerminal: true }))
    assert.isFalse(mayInstall({ ...machine, inContainer: true, isRoot: false }))
    assert.isFalse(mayInstall({ ...machine, env: { CI: "", MINTMARK_INSTALL: "" } }))
  })
})
