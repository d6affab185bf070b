import * as NodeRedis from "@effect/platform-node/NodeRedis"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onFreePort } from "./freePort.ts"

export class NoRedis extends Data.TaggedError("NoRedis")<{ readonly problem: string }> {}

/** A redis-server of a test's own. */
export interface RedisServer {
  readonly port: number
  readonly url: string
  /** Runs `redis-cli` with these arguments, and answers what it prints. */
  readonly cli: (...args: ReadonlyArray<string>) => string
  /** Sends a command, and doesn't wait for its end: what is sent from now on comes after it. */
  readonly send: (...args: ReadonlyArray<string>) => Effect.Effect<void>
  /** Sends the server a signal: `SIGSTOP`, `SIGCONT`. */
  readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** Ends the server as a power cut would, and forgets all that it held. */
  readonly kill: Effect.Effect<void>
  /** Starts it again, on the same port. */
  readonly start: Effect.Effect<void, NoRedis>
}

/** Starts a redis-server on a free port; it ends with the scope. */
export const startRedis = Effect.fnUntraced(
  function*(...args: ReadonlyArray<string>): Effect.fn.Return<RedisServer, NoRedis, Scope.Scope> {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "mintmark-redis-"))),
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
    )
    let port = 0
    let server: ChildProcess | undefined

    const kill = Effect.callback<void>((resume) => {
      if (server === undefined || server.exitCode !== null || server.signalCode !== null) return resume(Effect.void)
      server.once("exit", () => resume(Effect.void))
      server.kill("SIGKILL")
    })
    const start = Effect.callback<void, NoRedis>((resume) => {
      const started = server = spawn("redis-server", [
        "--port",
        String(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        folder,
        "--save",
        "",
        "--appendonly",
        "no",
        "--enable-debug-command",
        "yes",
        "--repl-diskless-sync-delay",
        "0",
        ...args
      ], { stdio: ["ignore", "pipe", "inherit"] })
      let said = ""
      started.stdout.on("data", (chunk) => {
        said += String(chunk)
        if (said.includes("Ready to accept connections")) resume(Effect.void)
      })
      started.once(
        "error",
        () => resume(new NoRedis({ problem: "redis-server isn't here: install it to run this test" }))
      )
      started.once("exit", () => resume(new NoRedis({ problem: `redis-server ended: ${said.slice(-500)}` })))
    })
    yield* Effect.addFinalizer(() => kill)
    yield* onFreePort((free) => {
      port = free
      return start
    })

    return {
      port,
      url: `redis://127.0.0.1:${port}`,
      cli: (...args) =>
        execFileSync("redis-cli", ["-p", String(port), ...args], { encoding: "utf8", timeout: 60_000 }).trim(),
      send: (...args) =>
        Effect.callback<void>((resume) => {
          const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"))
          socket.once("data", () => socket.write(`${args.join(" ")}\r\n`, () => resume(Effect.void)))
          // It ends with the server.
          socket.on("error", () => {})
        }),
      signal: (signal) =>
        Effect.sync(() => {
          server?.kill(signal)
        }),
      kill,
      start
    }
  }
)

/** A client of a server that doesn't keep commands back while it has no connection. */
export const redisAt = (url: string) =>
  NodeRedis.layer({ url, disableOfflineQueue: true }).pipe(
    // What the client reports of a server that a test has killed is expected.
    Layer.provide(Layer.succeed(References.MinimumLogLevel, "Error"))
  )
