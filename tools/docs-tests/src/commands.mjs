// The commands of a page, run in a folder of its own, as a reader would run them from the top to the bottom.
import { blocks, documents } from "@mintmark/scripts/docs"
import { root } from "@mintmark/scripts/workspace"
import { spawn } from "node:child_process"
import { randomInt } from "node:crypto"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

// tools/package-tests installs what the pages say to install.
const isInstallation = ({ code }) => code.every((line) => line.startsWith("npm install "))

const isTriedHere = (block) =>
  block.language === "sh" && !isInstallation(block) && !block.words.some((word) => /^(tried=.+|minutes)$/.test(word))

// What a page shows behind commands is theirs, and what it shows behind a program is the program's.
const printsOf = (blocks) =>
  blocks.filter(({ words }, index) =>
    words.includes("prints") &&
    blocks.slice(0, index).findLast(({ words }) => !words.includes("prints"))?.language === "sh"
  ).map(({ code }) => code.join("\n"))

/** The pages with commands, and the blocks of each: the commands, and what they print. */
export const pages = () =>
  documents()
    .map(({ name, text }) => ({ name, blocks: blocks(text) }))
    .filter(({ blocks }) => blocks.some(isTriedHere))
    .map(({ blocks, name }) => ({
      name,
      commands: blocks.filter(isTriedHere),
      prints: printsOf(blocks)
    }))

// None of the ports that the system gives away by itself: until a command listens, it may be another process's.
const freePort = () =>
  new Promise((resolve) => {
    const port = randomInt(20_000, 30_000)
    const server = createServer()
    server.once("error", () => resolve(freePort()))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(port)))
  })

// What `npx` would fetch into an empty folder, and what a global installation would bring. An example's own folder has
// the sandbox, which the real `npx` finds there.
const bin = (name) => join(root, "packages", name, "src", "bin.ts")
const programs = (port, isExample) => ({
  // A status that says no must not look like success.
  curl: `PATH='${process.env.PATH}'; exec curl --silent --show-error --fail "$@"`,
  mintmark: `exec node ${bin("cli")} "$@"`,
  ...isExample ? {} : {
    npx: `case "$1 $2" in
    "@mintmark/cli sandbox") shift; exec mintmark "$@" --port ${port};;
    "@mintmark/cli "*) shift; exec mintmark "$@";;
    "@mintmark/sandbox "*) shift; exec node ${bin("sandbox")} "$@";;
    *) echo "no npx $1 here" >&2; exit 1;;
  esac`
  }
})

// A page's own port may be taken on this machine; a provider's own server is on none of ours.
const onThisMachine = (code, port) =>
  code
    .replaceAll(/(?<=--port |localhost:|127\.0\.0\.1:)\d+/g, port)
    .replaceAll("https://connect.routee.net", `http://127.0.0.1:${port}/connect.routee.net`)

const script = (commands, port) =>
  commands.map(({ code, words }) => {
    const lines = onThisMachine(code.join("\n"), port)
    if (!words.includes("serves")) return lines
    return `{\n${lines}\n} > "$HOME/served.log" 2>&1 &
until curl --output /dev/null http://127.0.0.1:${port}/_sandbox/state; do kill -0 $!; sleep 0.1; done 2> /dev/null`
  }).join("\n")

/** Runs the commands of a page, and answers its exit code and its words. */
export const runPage = async ({ commands, name }) => {
  const folder = mkdtempSync(join(tmpdir(), "mintmark-documents-"))
  const port = await freePort()
  // An example's commands are for its own folder, any other page's for an empty one.
  const isExample = existsSync(join(root, dirname(name), "src", "main.ts"))
  mkdirSync(join(folder, "bin"))
  for (const [program, text] of Object.entries(programs(port, isExample))) {
    writeFileSync(join(folder, "bin", program), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, "bin", program), 0o755)
  }
  const shell = spawn("bash", ["-euo", "pipefail", "-c", script(commands, port)], {
    cwd: isExample ? join(root, dirname(name)) : folder,
    detached: true,
    env: {
      HOME: folder,
      PATH: `${join(folder, "bin")}:${dirname(process.execPath)}:${process.env.PATH}`,
      NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "mintmark", "compiled"),
      npm_config_update_notifier: "false"
    },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let stdout = ""
  let stderr = ""
  shell.stdout.setEncoding("utf8").on("data", (text) => stdout += text)
  shell.stderr.setEncoding("utf8").on("data", (text) => stderr += text)
  try {
    const code = await new Promise((resolve, reject) => {
      shell.on("error", reject)
      shell.on("close", (code, signal) => resolve(code ?? signal))
      setTimeout(() => process.kill(-shell.pid, "SIGTERM"), 110_000).unref()
    })
    return { code, stderr, stdout }
  } finally {
    // What serves goes on until here.
    try {
      process.kill(-shell.pid, "SIGTERM")
    } catch {
      // Nothing did.
    }
    rmSync(folder, { force: true, recursive: true })
  }
}
