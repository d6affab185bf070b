import { type Conclusion, sentence } from "../Conclusion.ts"
import type { Finding } from "./Finding.ts"
import { steps } from "./Finding.ts"

const stepWidth = Math.max(...steps.map((step) => step.length))
const stateWidth = "skipped".length

const colors: Readonly<Record<Finding["state"], number>> = { ok: 32, note: 33, failed: 31, skipped: 2 }

/** A row of the table. */
export const row = ({ detail, state, step }: Finding, inColor: boolean): string => {
  const word = state.padEnd(stateWidth)
  const shown = inColor ? `\x1b[${colors[state]}m${word}\x1b[0m` : word
  return `${step.padEnd(stepWidth)}  ${shown}  ${detail}`
}

/** The conclusion, below the table. */
export const ending = ({ cause, exitCode, next }: Conclusion, inColor: boolean): string => {
  const said = sentence(cause.replace(/^[a-z](?=[a-z]* |')/, (letter) => letter.toUpperCase()))
  const color = exitCode !== undefined ? 31 : next === undefined ? 32 : 33
  return [
    "",
    inColor ? `\x1b[1;${color}m${said}\x1b[0m` : said,
    ...(next === undefined ? [] : [next])
  ].join("\n")
}
