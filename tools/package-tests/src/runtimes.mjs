// One way for each runtime to run a client of `client/` beside the package that it uses, installed alone.
import { build } from "esbuild"
import { spawn } from "node:child_process"
import { cpSync, renameSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { chromium } from "playwright-core"
import { folder } from "./projects.mjs"
import { succeed } from "./run.mjs"
import * as toolbox from "./toolbox.mjs"

/** Puts the files of the client of a package, such as `routee`, beside it: its `ask`, and what starts it. */
export const layOut = (client) => {
  const project = join(folder, "projects", client)
  cpSync(fileURLToPath(new URL("../client", import.meta.url)), project, {
    recursive: true,
    // What a compiler looks at is written by what runs it.
    filter: (file) => !file.endsWith(".ts")
  })
  renameSync(join(project, `${client}.js`), join(project, "ask.js"))
  return project
}

const started = (engine, ...options) => async (project, settings) =>
  JSON.parse(
    await succeed(engine(), [...options, join(project, "program.js"), JSON.stringify(settings)], { cwd: project })
  )

const bundle = async (project, entry, options) => {
  const outfile = join(project, entry.replace(/\.js$/, ".bundle.js"))
  // `neutral` refuses whatever only Node has.
  await build({
    entryPoints: [join(project, entry)],
    bundle: true,
    platform: "neutral",
    outfile,
    logLevel: "error",
    ...options
  })
  return outfile
}

const inWorkerd = async (project, settings) => {
  await bundle(project, "worker.js", { format: "esm", conditions: ["worker"] })
  const engine = spawn(toolbox.workerd(), ["serve", join(project, "workerd.capnp"), "--control-fd=3"], {
    stdio: ["ignore", "inherit", "inherit", "pipe"]
  })
  try {
    const port = await new Promise((resolve, reject) => {
      engine.on("error", reject)
      engine.on("exit", (status) => reject(new Error(`workerd ended with ${status}`)))
      engine.stdio[3].setEncoding("utf8").on("data", (line) => resolve(JSON.parse(line.split("\n")[0]).port))
    })
    const response = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body: JSON.stringify(settings) })
    return await response.json()
  } finally {
    engine.kill()
  }
}

const inChromium = async (project, settings, origin = settings.baseUrl) => {
  const path = await bundle(project, "page.js", { format: "iife" })
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
    timeout: 100_000
  })
  try {
    const page = await browser.newPage()
    // A page of the server's own origin: no authorization server lets other pages in.
    const home = new URL("/a-page", origin).href
    await page.route(home, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }))
    await page.goto(home)
    await page.addScriptTag({ path })
    return await page.evaluate((settings) => globalThis.ask(settings), settings)
  } finally {
    await browser.close()
  }
}

/** A browser's page of an origin that is neither https nor on loopback: it has no `crypto.subtle`. */
export const inInsecurePage = (project, settings) => inChromium(project, settings, "http://acme.example")

/** The runtimes, by name: each runs the client of a project. */
export const runtimes = {
  "Node 20": started(() => toolbox.node(20)),
  "Node 22": started(() => toolbox.node(22)),
  "Node 24": started(() => toolbox.node(24)),
  Bun: started(toolbox.bun, "run"),
  Deno: started(toolbox.deno, "run", "--allow-net=127.0.0.1", "--allow-read", "--no-prompt"),
  workerd: inWorkerd,
  "headless Chromium": inChromium
}
