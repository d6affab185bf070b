// Programs, run to their end.
import { spawn } from "node:child_process"

/** Runs a program, and answers its exit code and its words. It is ended before its test is. */
export const run = (program, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { timeout: 110_000, stdio: ["ignore", "pipe", "pipe"], ...options })
    let stdout = ""
    let stderr = ""
    child.stdout?.setEncoding("utf8").on("data", (text) => stdout += text)
    child.stderr?.setEncoding("utf8").on("data", (text) => stderr += text)
    child.on("error", reject)
    child.on("close", (status) => resolve({ status, stdout, stderr }))
  })

/** Runs a program that must succeed, and answers what it printed. */
export const succeed = async (program, args, options) => {
  const { status, stderr, stdout } = await run(program, args, { timeout: 300_000, ...options })
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}

/** The same for what asks a registry, which has its moments: it is tried three times, and keeps what came until then. */
export const fetched = (program, args, options, left = 2) =>
  succeed(program, args, options).catch((error) => {
    if (left === 0) throw error
    return fetched(program, args, options, left - 1)
  })
