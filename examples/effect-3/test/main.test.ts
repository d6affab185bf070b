import { type ChildProcessByStdio, execFile, spawn } from "node:child_process"
import { once } from "node:events"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

const pathOf = (module: string) => fileURLToPath(import.meta.resolve(module))

describe("the application on Effect 3", () => {
  let sandbox: ChildProcessByStdio<null, Readable, null>
  const urls = new Map<string, string>()

  beforeAll(async () => {
    sandbox = spawn(process.execPath, [
      pathOf("@mintmark/sandbox/package.json").replace(/package\.json$/, "src/bin.ts")
    ], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    const [text] = await once(sandbox.stdout, "data")
    for (const [, provider = "", url = ""] of String(text).matchAll(/^ {2}(\S+) +(\S+)$/gm)) urls.set(provider, url)
  })

  afterAll(async () => {
    sandbox.kill()
    await once(sandbox, "exit")
  })

  const run = (changes: Readonly<Record<string, string>> = {}) =>
    new Promise<{ readonly out: string; readonly err: string }>((resolve) => {
      const path = fileURLToPath(new URL("../src/main.ts", import.meta.url))
      const env = {
        ROUTEE_APPLICATION_ID: "5756a411e4b06a33d50517c7",
        ROUTEE_APPLICATION_SECRET: "vb6QpjCIOG",
        ROUTEE_BASE_URL: urls.get("routee"),
        VONAGE_CONTACT_CENTER_CLIENT_ID: "vonage-client",
        VONAGE_CONTACT_CENTER_CLIENT_SECRET: "x3ZtVd7+Qk/9wLw8o2uE0w==",
        VONAGE_CONTACT_CENTER_REGION: "emea",
        VONAGE_CONTACT_CENTER_SCOPES: "stats",
        VONAGE_CONTACT_CENTER_BASE_URL: urls.get("vonage-contact-center"),
        ...changes
      }
      execFile(process.execPath, [path], { env }, (_, out, err) => resolve({ out, err }))
    })

  it("calls both providers, and exits", async () => {
    assert.deepStrictEqual(await run(), { out: "Balance: 42.5 EUR\nCalls: 0, agents: 0\n", err: "" })
  })

  it("without settings names the missing one in one line", async () => {
    assert.deepStrictEqual(await run({ ROUTEE_APPLICATION_ID: "" }), {
      err: "There is no token: routee: applicationId (ROUTEE_APPLICATION_ID) is missing or empty.\n",
      out: ""
    })
  })

  it("names the provider that refused its credentials", async () => {
    const { err } = await run({ VONAGE_CONTACT_CENTER_CLIENT_SECRET: "another" })
    assert.strictEqual(err, "vonage-contact-center doesn't know this client.\n")
  })
})
