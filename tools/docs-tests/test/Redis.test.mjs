import { describe, it } from "@effect/vitest"
import { execFileSync, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { freePort } from "../src/freePort.mjs"
import { needsRedis, needsRedisCluster, needsRedisSentinel, programs, tryProgram } from "../src/programs.mjs"

/** Starts a Redis with these arguments in a folder of its own before the tests, and ends it after them. */
const server = (ready, args) => {
  let folder
  let server
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mintmark-documents-"))
    server = spawn("redis-server", await args(folder), { cwd: folder, stdio: ["ignore", "pipe", "inherit"] })
    await new Promise((resolve, reject) => {
      let said = ""
      server.on("error", reject)
      server.on("exit", (status) => reject(new Error(`redis-server ended with ${status}: ${said}`)))
      server.stdout.setEncoding("utf8").on("data", (text) => {
        said += text
        if (ready.test(said)) resolve()
      })
    })
  })
  afterAll(() => {
    server.kill()
    rmSync(folder, { force: true, recursive: true })
  })
  return () => join(folder, "redis.sock")
}

const redis = (options) =>
  server(
    /ready to accept connections/i,
    async () => ["--unixsocket", "redis.sock", "--save", "", "--appendonly", "no", ...await options()]
  )

const run = (chosen, settings) => {
  for (const program of chosen) {
    it.live(`${program.name}, line ${program.line}`, () =>
      tryProgram(program, { ...settings(), MINTMARK_STORE_KEYS: randomBytes(32).toString("base64") }))
  }
}

describe("a program of the documents that uses Redis runs, with a real one", () => {
  const socket = redis(() => ["--port", "0"])
  run(programs("redis", needsRedis), () => ({ REDIS_URL: `unix://${socket()}` }))
})

describe("a program of the documents that uses a Redis Cluster runs, with a real one", () => {
  let port
  const socket = redis(async () => {
    port = await freePort()
    return ["--port", String(port), "--bind", "127.0.0.1", "--cluster-enabled", "yes"]
  })
  beforeAll(async () => {
    const cli = (...args) => execFileSync("redis-cli", ["-s", socket(), ...args], { encoding: "utf8" })
    cli("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
    while (!cli("CLUSTER", "INFO").includes("cluster_state:ok")) await new Promise((next) => setTimeout(next, 50))
  })
  run(programs("redis-cluster", needsRedisCluster), () => ({ REDIS_URL: `redis://127.0.0.1:${port}` }))
})

describe("a program of the documents that uses a Redis Sentinel runs, with a real one", () => {
  let master
  let sentinel
  redis(async () => {
    master = await freePort()
    return ["--port", String(master), "--bind", "127.0.0.1"]
  })
  server(/\+monitor master mymaster/, async (folder) => {
    sentinel = await freePort()
    writeFileSync(
      join(folder, "sentinel.conf"),
      `port ${sentinel}\nbind 127.0.0.1\nsentinel monitor mymaster 127.0.0.1 ${master} 1\n`
    )
    return ["sentinel.conf", "--sentinel"]
  })
  run(programs("redis-sentinel", needsRedisSentinel), () => ({ SENTINEL_PORT: String(sentinel) }))
})
