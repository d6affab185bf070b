// The packed sandbox, as a process.
import { spawn } from "node:child_process"
import { join } from "node:path"
import { folder } from "./projects.mjs"
import { node } from "./toolbox.mjs"

const json = { "content-type": "application/json" }

/** Starts the installed sandbox on Node 20, and answers its servers by name, what it was asked, and how to steer and stop it. */
export const startSandbox = () =>
  new Promise((resolve, reject) => {
    const bin = join(folder, "projects", "sandbox", "node_modules", "@mintmark", "sandbox", "dist", "bin.js")
    const child = spawn(node(20), [bin, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] })
    let printed = ""
    child.on("error", reject)
    child.on("exit", (status) => reject(new Error(`the sandbox ended with ${status}`)))
    child.stdout.setEncoding("utf8").on("data", (text) => {
      printed += text
      if (!printed.includes("generic ")) return
      const urls = Object.fromEntries(printed.matchAll(/^ {2}(\S+)\s+(http\S+)$/gm).map(([, name, url]) => [name, url]))
      const control = `${/http:\S+/.exec(printed)[0]}/_sandbox`
      resolve({
        urls,
        /** The requests since the last `clear`, with the status of each. */
        journal: async () => (await fetch(`${control}/journal`)).json(),
        clear: () => fetch(`${control}/clear`, { method: "POST", headers: json, body: "{}" }),
        add: (account) =>
          fetch(`${control}/accounts`, { method: "POST", headers: json, body: JSON.stringify(account) }),
        addServer: (server) =>
          fetch(`${control}/servers`, { method: "POST", headers: json, body: JSON.stringify(server) }),
        stop: () => child.kill()
      })
    })
  })
