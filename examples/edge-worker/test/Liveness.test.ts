import { buildSync } from "esbuild"
import { type ChildProcess, spawn } from "node:child_process"
import { createServer, type Server } from "node:http"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import type { Readable } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

/*
 * In a Worker a request that ends takes its fibers, timers and fetches with it. These run in workerd, in real time: there
 * is no test clock in it.
 */

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** An authorization server that counts, and takes its time. */
const requests = new Map<string, number>()
const delays = new Map<string, number>()
const lifetimes = new Map<string, number>()

let server: Server
let child: ChildProcess
let url: string

beforeAll(async () => {
  server = createServer((request, response) => {
    const account = request.url?.split("/")[1] ?? ""
    const number = (requests.get(account) ?? 0) + 1
    requests.set(account, number)
    setTimeout(() => {
      response.writeHead(200, { "content-type": "application/json" })
      response.end(
        JSON.stringify({
          access_token: `token-${number}`,
          token_type: "bearer",
          expires_in: lifetimes.get(account) ?? 3600
        })
      )
    }, delays.get(account) ?? 0)
  })
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const { port } = server.address() as AddressInfo
  buildSync({
    entryPoints: [path("support/worker.ts")],
    outfile: path("../dist/test-worker.js"),
    bundle: true,
    format: "esm",
    platform: "neutral"
  })
  const { default: workerd }: { readonly default: string } = createRequire(import.meta.url)("workerd")
  child = spawn(workerd, ["serve", path("support/worker.capnp"), "--control-fd=3"], {
    env: { SERVER: `http://127.0.0.1:${port}` },
    stdio: ["ignore", "inherit", "ignore", "pipe"]
  })
  url = await new Promise<string>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`workerd ended with ${code}`)))
    const control = child.stdio[3] as Readable
    control.once("data", (line: Buffer) => {
      const { port }: { readonly port: number } = JSON.parse(String(line).split("\n")[0] ?? "")
      resolve(`http://127.0.0.1:${port}`)
    })
  })
})

afterAll(() => {
  child.kill()
  server.closeAllConnections()
  server.close()
})

interface Reply {
  readonly status: number
  readonly token: string
  readonly expiresAt: number
}

/** A request to the worker. One that hangs is a failure. */
const ask = async (
  account: string,
  init: { readonly abort?: number; readonly signal?: AbortSignal } = {}
): Promise<Reply> => {
  const query = init.abort === undefined ? "" : `?abort=${init.abort}`
  const signal = AbortSignal.any([AbortSignal.timeout(20_000), ...init.signal ? [init.signal] : []])
  const response = await fetch(`${url}/${account}${query}`, { signal })
  const text = await response.text()
  return response.ok
    ? { status: response.status, ...JSON.parse(text) as { token: string; expiresAt: number } }
    : { status: response.status, token: text, expiresAt: 0 }
}

const until = (instant: number) => sleep(Math.max(0, instant - Date.now()))

for (const via of ["fetch", "effect"]) {
  describe.concurrent(`In workerd, over ${via}`, () => {
    it("50 cold requests make one token request", async () => {
      const account = `${via}-cold`
      delays.set(account, 300)
      const replies = await Promise.all(Array.from({ length: 50 }, () => ask(account)))
      assert.deepStrictEqual([...new Set(replies.map(({ status, token }) => `${status} ${token}`))], ["200 token-1"])
      assert.strictEqual(requests.get(account), 1)
    })

    it("a background renewal is repeated if the request that started it has ended", async () => {
      const account = `${via}-background`
      lifetimes.set(account, 5)
      const { expiresAt, token } = await ask(account)
      assert.strictEqual(token, "token-1")
      delays.set(account, 1_500)
      await until(expiresAt - 300)
      // Served at once: the renewal goes with this request.
      assert.strictEqual((await ask(account)).token, "token-1")
      delays.set(account, 0)
      await until(expiresAt + 50)
      const replies = await Promise.all(Array.from({ length: 10 }, () => ask(account)))
      for (const reply of replies) {
        assert.deepStrictEqual([reply.status, reply.token], [200, `token-${requests.get(account)}`])
      }
      assert.isAtMost(requests.get(account) ?? 0, 3)
      assert.strictEqual((await ask(account)).status, 200)
    })

    it("a background renewal that waitUntil keeps alive is used", async () => {
      const account = `${via}-kept-background`
      lifetimes.set(account, 5)
      const { expiresAt } = await ask(account)
      delays.set(account, 1_000)
      await until(expiresAt - 300)
      assert.strictEqual((await ask(account)).token, "token-1")
      await until(expiresAt + 1_000)
      assert.strictEqual((await ask(account)).token, "token-2")
      assert.strictEqual(requests.get(account), 2)
    })

    for (const kind of ["", "kept-"]) {
      it(`later requests get a token although the first caller gave up after 300 ms${kind && ", with waitUntil"}`, async () => {
        const account = `${via}-${kind}aborted`
        delays.set(account, 1_500)
        assert.strictEqual((await ask(account, { abort: 300 })).status, 500)
        delays.set(account, 0)
        const replies = await Promise.all(Array.from({ length: 10 }, () => ask(account)))
        for (const { status } of replies) assert.strictEqual(status, 200)
        assert.isAtMost(requests.get(account) ?? 0, 2)
      })

      it(
        `waiting requests get a token although the request that started the token request has ended${
          kind && ", with waitUntil"
        }`,
        async () => {
          const account = `${via}-${kind}ended`
          delays.set(account, 5_000)
          const first = ask(account, { abort: 600 })
          await sleep(200)
          const waiting = Promise.all(Array.from({ length: 5 }, () => ask(account)))
          await sleep(200)
          delays.set(account, 0)
          const since = Date.now()
          assert.strictEqual((await first).status, 500)
          for (const { status } of await waiting) assert.strictEqual(status, 200)
          if (kind === "") {
            assert.isBelow(Date.now() - since, 4_000, "they waited for what is gone")
            assert.strictEqual(requests.get(account), 2)
          } else {
            assert.strictEqual(requests.get(account), 1)
          }
          assert.strictEqual((await ask(account)).status, 200)
        }
      )

      it(
        `waiting and later requests get a token although the first client has disconnected${
          kind && ", with waitUntil"
        }`,
        async () => {
          const account = `${via}-${kind}hung-up`
          delays.set(account, 2_000)
          const hangUp = new AbortController()
          const first = ask(account, { signal: hangUp.signal }).catch(() => undefined)
          await sleep(300)
          const waiting = Promise.all(Array.from({ length: 5 }, () => ask(account)))
          await sleep(300)
          delays.set(account, 0)
          hangUp.abort()
          await first
          for (const { status } of await waiting) assert.strictEqual(status, 200)
          assert.strictEqual((await ask(account)).status, 200)
          assert.isAtMost(requests.get(account) ?? 0, 2)
        }
      )
    }
  })
}
