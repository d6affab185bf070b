import * as NodeDns from "@effect/platform-node/NodeDns"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import { readFileSync } from "node:fs"
import { run } from "./Cli.ts"
import * as ExitCode from "./ExitCode.ts"

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))

// What it keeps is for its user's eyes alone.
process.umask(0o077)

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader has ended, such as `| head`.
  if (error.code === "EPIPE") process.exit()
  process.stderr.write(`mintmark: The result can't be written (${error.code}).\n`)
  process.exit(ExitCode.output)
})

run(version).pipe(
  Effect.provide([NodeServices.layer, NodeDns.layer, FetchHttpClient.layer]),
  NodeRuntime.runMain
)
