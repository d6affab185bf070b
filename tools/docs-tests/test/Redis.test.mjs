import { describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { needsRedis, programs, tryProgram } from "../src/programs.mjs"

describe("a program of the documents that uses Redis runs, with a real one", () => {
  let folder
  let redis
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "mintmark-documents-"))
    const options = ["--port", "0", "--unixsocket", "redis.sock", "--save", "", "--appendonly", "no"]
    redis = spawn("redis-server", options, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] })
    await new Promise((resolve, reject) => {
      let said = ""
      redis.on("error", reject)
      redis.on("exit", (status) => reject(new Error(`redis-server ended with ${status}: ${said}`)))
      redis.stdout.setEncoding("utf8").on("data", (text) => {
        said += text
        if (/ready to accept connections/i.test(said)) resolve()
      })
    })
  })
  afterAll(() => {
    redis.kill()
    rmSync(folder, { force: true, recursive: true })
  })

  for (const program of programs("redis", needsRedis)) {
    it.live(`${program.name}, line ${program.line}`, () =>
      tryProgram(program, {
        REDIS_URL: `unix://${join(folder, "redis.sock")}`,
        MINTMARK_STORE_KEYS: randomBytes(32).toString("base64")
      }))
  }
})
