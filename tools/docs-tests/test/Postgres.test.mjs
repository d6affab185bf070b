import { describe, it } from "@effect/vitest"
import { execFileSync, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll } from "vitest"
import { freePort } from "../src/freePort.mjs"
import { needsPostgres, programs, tryProgram } from "../src/programs.mjs"

// Debian has its programs in a folder for each version, and a user for it: it doesn't run as root.
const versions = "/usr/lib/postgresql"
const bin = existsSync(versions) ? join(versions, readdirSync(versions).at(-1), "bin") : ""
const idOf = (option) => Number(execFileSync("id", [option, "postgres"], { encoding: "utf8" }))
const user = () => process.getuid() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {}

describe("a program of the documents that uses PostgreSQL runs, with a real one", () => {
  let folder
  let postgres
  let port
  beforeAll(async () => {
    const as = user()
    folder = mkdtempSync(join(tmpdir(), "mintmark-documents-"))
    if (as.uid !== undefined) chownSync(folder, as.uid, as.gid)
    const data = join(folder, "data")
    const options = { ...as, cwd: folder, stdio: ["ignore", "ignore", "pipe"] }
    execFileSync(join(bin, "initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync"], options)
    port = await freePort()
    const settings = [`port=${port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${data}`, "fsync=off"]
    postgres = spawn(join(bin, "postgres"), ["-D", data, ...settings.flatMap((each) => ["-c", each])], options)
    await new Promise((resolve, reject) => {
      let said = ""
      postgres.on("error", reject)
      postgres.on("exit", (status) => reject(new Error(`postgres ended with ${status}: ${said}`)))
      postgres.stderr.setEncoding("utf8").on("data", (text) => {
        said += text
        if (/ready to accept connections/.test(said)) resolve()
      })
    })
  })
  afterAll(async () => {
    await new Promise((resolve) => {
      postgres.removeAllListeners("exit").once("exit", resolve)
      postgres.kill("SIGINT")
    })
    rmSync(folder, { force: true, recursive: true })
  })

  for (const program of programs("postgres", needsPostgres)) {
    it.live(`${program.name}, line ${program.line}`, () =>
      tryProgram(program, {
        DATABASE_URL: `postgres://postgres@127.0.0.1:${port}/postgres`,
        MINTMARK_STORE_KEYS: randomBytes(32).toString("base64")
      }))
  }
})
