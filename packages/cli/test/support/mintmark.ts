import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"

/** The command itself. */
export const bin = fileURLToPath(new URL("../../src/bin.ts", import.meta.url))

/** What a run of the command left behind. */
export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Options {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** An empty folder that is gone afterwards, with these files in it. */
export const folder = (files: Readonly<Record<string, string>> = {}): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const path = mkdtempSync(join(tmpdir(), "mintmark-cli-"))
      for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
      return path
    }),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )

/** Starts the command as a shell would, with nothing of this process's environment. */
export const start = (
  args: ReadonlyArray<string>,
  { cwd, env }: Options
): ChildProcessWithoutNullStreams => spawn(process.execPath, [bin, ...args], { cwd, env: { HOME: cwd, ...env } })

/** Runs the command to its end. */
export const mintmark = (args: ReadonlyArray<string>, options: Options): Effect.Effect<Outcome> =>
  Effect.promise(async () => {
    const child = start(args, options)
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
    child.stdin.end(options.input)
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
    return { code, stdout, stderr }
  })
