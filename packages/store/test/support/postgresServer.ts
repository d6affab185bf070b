import * as PgClient from "@effect/sql-pg/PgClient"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { afterAll } from "vitest"
import { onFreePort } from "./freePort.ts"

/** A PostgreSQL on this machine, for tests. */
export interface PostgresServer {
  readonly port: number
  /** The client options of its superuser. */
  readonly options: PgClient.PgPoolConfig
  /** Runs statements by `psql`, and returns what it prints. */
  readonly psql: (statement: string, database?: string) => string
  /** Sends all of its processes a signal: `SIGSTOP`, `SIGCONT`. */
  readonly signal: (signal: NodeJS.Signals) => void
  /** Ends the server as a power cut would. */
  readonly kill: Effect.Effect<void>
  /** Starts it again, on the same port. */
  readonly start: Effect.Effect<void, NoPostgres>
  /** Starts a server that replicates this one. */
  readonly replicate: Effect.Effect<PostgresServer, NoPostgres, Scope.Scope>
  /** Makes a replica a server of its own. */
  readonly promote: () => void
}

/** There is no server, and why. */
export class NoPostgres extends Data.TaggedError("NoPostgres")<{ readonly problem: string }> {}

// Debian has its programs in a folder for each version.
const versions = "/usr/lib/postgresql"
const folders = [
  ...(process.env["PATH"] ?? "").split(delimiter),
  ...(existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, "bin")) : [])
]
const program = (name: string): string =>
  folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? name

// PostgreSQL doesn't run as root: its package has a user for it.
const user = process.getuid?.() === 0
  ? {
    uid: Number(execFileSync("id", ["-u", "postgres"], { encoding: "utf8" })),
    gid: Number(execFileSync("id", ["-g", "postgres"], { encoding: "utf8" }))
  }
  : {}

const environment = { ...process.env, LC_ALL: "C", PGCONNECT_TIMEOUT: "5" }

// What a program says is an error's message here, and nothing otherwise.
const run = (name: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(program(name), args, {
    ...user,
    cwd: "/",
    env: environment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 60_000
  }).trim()

const makeFolder = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "mintmark-postgres-"))
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
    return folder
  }),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const serve = Effect.fnUntraced(
  function*(data: string, settings: ReadonlyArray<string>): Effect.fn.Return<PostgresServer, NoPostgres, Scope.Scope> {
    let port = 0
    let server: ChildProcess | undefined

    const kill = Effect.callback<void>((resume) => {
      if (server === undefined || server.exitCode !== null || server.signalCode !== null) return resume(Effect.void)
      server.once("exit", () => resume(Effect.void))
      // An immediate shutdown: what was not written yet is lost, as in a power cut; no process of it is left.
      server.kill("SIGCONT")
      signal("SIGCONT")
      server.kill("SIGQUIT")
    })
    const start = Effect.callback<void, NoPostgres>((resume) => {
      const options = [
        `port=${port}`,
        "listen_addresses=127.0.0.1",
        `unix_socket_directories=${data}`,
        "fsync=off",
        "shared_buffers=16MB",
        "max_connections=200",
        "wal_level=replica",
        "log_min_messages=fatal",
        ...settings
      ]
      const started = server = spawn(
        program("postgres"),
        ["-D", data, ...options.flatMap((option) => ["-c", option])],
        {
          ...user,
          cwd: "/",
          env: environment,
          stdio: ["ignore", "ignore", "pipe"]
        }
      )
      let said = ""
      started.stderr.on("data", (chunk) => {
        said += String(chunk)
      })
      started.once("error", () => resume(Effect.fail(new NoPostgres({ problem: "PostgreSQL is not installed" }))))
      started.once("exit", () => resume(Effect.fail(new NoPostgres({ problem: said.slice(-500) }))))
      const look = () => {
        if (started.exitCode !== null) return
        try {
          run("psql", "-h", "127.0.0.1", "-p", String(port), "-U", "postgres", "-c", "SELECT 1")
          resume(Effect.void)
        } catch {
          setTimeout(look, 50)
        }
      }
      setTimeout(look, 100)
    })
    const signal = (name: NodeJS.Signals) => {
      if (server?.pid === undefined) return
      const children = spawnSync("ps", ["-o", "pid=", "--ppid", String(server.pid)], { encoding: "utf8" }).stdout
      for (const pid of [server.pid, ...children.split("\n").map(Number).filter((pid) => pid > 0)]) {
        try {
          process.kill(pid, name)
        } catch {
          // It has ended.
        }
      }
    }
    yield* Effect.addFinalizer(() => kill)
    yield* onFreePort((free) => {
      port = free
      return start
    })
    return {
      port,
      options: { host: "127.0.0.1", port, username: "postgres", database: "postgres" },
      psql: (statement, database = "postgres") =>
        run("psql", "-h", "127.0.0.1", "-p", String(port), "-U", "postgres", "-d", database, "-AtXqc", statement),
      signal,
      kill,
      start,
      replicate: Effect.gen(function*() {
        const folder = join(yield* makeFolder, "data")
        run("pg_basebackup", "-h", "127.0.0.1", "-p", String(port), "-U", "postgres", "-D", folder, "-R", "-c", "fast")
        return yield* serve(folder, [])
      }),
      promote: () => void run("pg_ctl", "promote", "-D", data, "-w")
    }
  }
)

let template: string | undefined

/** A folder that `initdb` has filled, once for all servers of a test file: it takes longer than a copy. */
const initialized = (): string => {
  if (template !== undefined) return template
  const folder = mkdtempSync(join(tmpdir(), "mintmark-postgres-"))
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }))
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid)
  const data = join(folder, "data")
  run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
  writeFileSync(
    join(data, "pg_hba.conf"),
    "host all all 127.0.0.1/32 trust\nhost replication all 127.0.0.1/32 trust\n"
  )
  return template = data
}

/** Starts a PostgreSQL on a free port; it ends with the scope. */
export const startPostgres = Effect.fnUntraced(
  function*(...settings: ReadonlyArray<string>): Effect.fn.Return<PostgresServer, NoPostgres, Scope.Scope> {
    const data = join(yield* makeFolder, "data")
    yield* Effect.try({
      try: () => run("cp", "-a", initialized(), data),
      catch: () => new NoPostgres({ problem: "PostgreSQL is not installed" })
    })
    return yield* serve(data, settings)
  }
)

/** A client of a server. */
export const postgresAt = ({ options }: Pick<PostgresServer, "options">, more: Partial<PgClient.PgPoolConfig> = {}) =>
  PgClient.layer({ ...options, ...more })

/**
 * One server for all tests of the file that calls this at its top, where each test takes a database of its own. It starts
 * with the first one that needs it.
 */
export const sharedPostgres = (): Effect.Effect<PostgresServer & { readonly createDatabase: () => string }> => {
  const scope = Scope.makeUnsafe()
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  let databases = 0
  let started: Promise<PostgresServer> | undefined
  return Effect.promise(async () => {
    const server = await (started ??= Effect.runPromise(Effect.provideService(startPostgres(), Scope.Scope, scope)))
    return {
      ...server,
      createDatabase: () => {
        const name = `database_${++databases}`
        server.psql(`CREATE DATABASE ${name}`)
        return name
      }
    }
  })
}
