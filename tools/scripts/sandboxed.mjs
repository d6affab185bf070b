// Starts the sandbox, runs an example's `npm start` with settings that lead there, and ends the sandbox with it.
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { settings } from "./settings.mjs"

const [folder, ...args] = process.argv.slice(2)
const [, program] = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).scripts.start.split(" ")
const bin = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "packages", "sandbox", "src", "bin.ts")
const sandbox = spawn(process.execPath, [bin, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] })

let printed = ""
sandbox.stdout.setEncoding("utf8").on("data", (text) => {
  const wasUp = printed.includes("generic ")
  printed += text
  if (wasUp || !printed.includes("generic ")) return
  const urls = Object.fromEntries(printed.matchAll(/^ {2}(\S+)\s+(http\S+)$/gm).map(([, name, url]) => [name, url]))
  const example = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    stdio: "inherit",
    env: { ...process.env, ...settings(urls) }
  })
  example.on("exit", (status) => {
    process.exitCode = status ?? 1
    sandbox.kill()
  })
})
