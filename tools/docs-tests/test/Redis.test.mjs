import { describe, it } from "@effect/vitest"
import { execFileSync, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { freePort } from "../src/freePort.mjs"
import { needsRedis, needsRedisCluster, programs, tryProgram } from "../src/programs.mjs"

/** Starts a Redis in a folder of its own before the tests, and ends it after them. */
const redis = (options) => {
  let folder
  let server
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mintmark-documents-"))
    const all = ["--unixsocket", "redis.sock", "--save", "", "--appendonly", "no", ...await options()]
    server = spawn("redis-server", all, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] })
    await new Promise((resolve, reject) => {
      let said = ""
      server.on("error", reject)
      server.on("exit", (status) => reject(new Error(`redis-server ended with ${status}: ${said}`)))
      server.stdout.setEncoding("utf8").on("data", (text) => {
        said += text
        if (/ready to accept connections/i.test(said)) resolve()
      })
    })
  })
  afterAll(() => {
    server.kill()
    rmSync(folder, { force: true, recursive: true })
  })
  return () => join(folder, "redis.sock")
}

const run = (chosen, urlOf) => {
  for (const program of chosen) {
    it.live(`${program.name}, line ${program.line}`, () =>
      tryProgram(program, { REDIS_URL: urlOf(), MINTMARK_STORE_KEYS: randomBytes(32).toString("base64") }))
  }
}

describe("a program of the documents that uses Redis runs, with a real one", () => {
  const socket = redis(() => ["--port", "0"])
  run(programs("redis", needsRedis), () => `unix://${socket()}`)
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
  run(programs("redis-cluster", needsRedisCluster), () => `redis://127.0.0.1:${port}`)
})
