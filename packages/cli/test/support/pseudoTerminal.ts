import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { bin } from "./mintmark.ts"

/** What is typed once the terminal shows something. */
export interface Typed {
  readonly after: string
  readonly keys: string
}

/** What a terminal showed in the end, with its control sequences, and how the command ended. */
export interface Shown {
  readonly code: number | null
  readonly text: string
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** Runs the command in a pseudo-terminal, which `script` of util-linux opens. */
export const inTerminal = (
  args: ReadonlyArray<string>,
  { cwd, env = {}, redirect = "", typed = [] }: {
    readonly cwd: string
    readonly env?: Readonly<Record<string, string>>
    /** What the shell does with the output: `> file`, say. */
    readonly redirect?: string
    readonly typed?: ReadonlyArray<Typed>
  }
): Effect.Effect<Shown> =>
  Effect.promise(() =>
    new Promise((resolve) => {
      const command = `stty cols 100 rows 40; ${[process.execPath, bin, ...args].map(quote).join(" ")} ${redirect}`
      const child = spawn("script", ["--quiet", "--return", "--echo", "never", "--command", command, "/dev/null"], {
        cwd,
        env: { HOME: cwd, PATH: process.env["PATH"] ?? "", SHELL: "/bin/sh", TERM: "xterm-256color", ...env }
      })
      let text = ""
      const left = [...typed]
      child.stdout.on("data", (chunk: Buffer) => {
        text += chunk.toString("utf8")
        const [next] = left
        if (next !== undefined && text.includes(next.after)) {
          left.shift()
          child.stdin.write(next.keys)
        }
      })
      child.on("close", (code) => resolve({ code, text }))
    })
  )

/** What stands on the screen in the end: each line as the last control sequences left it. */
export const screen = (text: string): ReadonlyArray<string> => {
  const lines: Array<string> = [""]
  let row = 0
  let column = 0
  // oxlint-disable-next-line no-control-regex
  for (const [part, parameters = "", action = ""] of text.matchAll(/\x1b\[([?\d;]*)([A-Za-z])|[\s\S]/gu)) {
    const count = Number(parameters === "" ? 1 : parameters)
    if (part === "\r" || action === "G") column = action === "G" ? count - 1 : 0
    else if (part === "\n") {
      row++
      lines[row] ??= ""
    } else if (action === "A") row = Math.max(0, row - count)
    else if (action === "B") row += count
    else if (action === "C") column += count
    else if (action === "D") column = Math.max(0, column - count)
    else if (action === "K") lines[row] = parameters === "2" ? "" : (lines[row] ?? "").slice(0, column)
    else if (action === "J") lines.splice(row + 1)
    else if (part.length === 1 && part >= " ") {
      const line = (lines[row] ?? "").padEnd(column)
      lines[row] = line.slice(0, column) + part + line.slice(column + 1)
      column++
    }
  }
  return lines.map((line) => line.trimEnd())
}
