import { spawn } from "node:child_process"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"

const program = fileURLToPath(new URL("support/suspended.ts", import.meta.url))

/** A token endpoint that holds its reply until it is told to send it. */
const open = async () => {
  const waiting: Array<ServerResponse> = []
  const arrivals: Array<() => void> = []
  const server = createServer((_, response) => {
    waiting.push(response)
    arrivals.shift()?.()
  })
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/token`,
    requests: () => waiting.length,
    arrived: () => new Promise<void>((done) => waiting.length > 0 ? done() : arrivals.push(done)),
    reply: () => {
      waiting[0]?.writeHead(200, { "content-type": "application/json" })
      waiting[0]?.end(JSON.stringify({ access_token: "token-1", token_type: "Bearer", expires_in: 3600 }))
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    }
  }
}

const start = (url: string, transport: string, deadline: number) => {
  const child = spawn(process.execPath, [program, url, transport, String(deadline)], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  let said = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => said += text)
  return { child, said: new Promise<string>((done) => child.once("exit", () => done(said.trim()))) }
}

describe("A process that is suspended during a token request", () => {
  for (const transport of ["fetch", "undici", "node"]) {
    it(`for longer than the deadline uses the reply that waits in its socket, over ${transport}`, async () => {
      const endpoint = await open()
      const { child, said } = start(endpoint.url, transport, 1_000)
      await endpoint.arrived()
      child.kill("SIGSTOP")
      endpoint.reply()
      await sleep(2_500)
      child.kill("SIGCONT")
      assert.strictEqual(await said, "token-1")
      assert.strictEqual(endpoint.requests(), 1)
      endpoint.close()
    })
  }

  it("fails with a timeout where no reply waits", async () => {
    const endpoint = await open()
    const { child, said } = start(endpoint.url, "fetch", 1_000)
    await endpoint.arrived()
    child.kill("SIGSTOP")
    await sleep(2_000)
    child.kill("SIGCONT")
    assert.include(await said, "did not reply in time")
    endpoint.close()
  })
})
