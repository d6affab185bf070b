import type { Finding } from "./Finding.ts"
import { steps } from "./Finding.ts"

const stepWidth = Math.max(...steps.map((step) => step.length))
const stateWidth = "skipped".length

const colours: Readonly<Record<Finding["state"], number>> = { ok: 32, note: 33, failed: 31, skipped: 2 }

/** A row of the table, with its advice below. */
export const row = ({ advice, detail, state, step }: Finding, inColour: boolean): string => {
  const word = state.padEnd(stateWidth)
  const shown = inColour ? `\x1b[${colours[state]}m${word}\x1b[0m` : word
  const margin = `\n${" ".repeat(stepWidth + stateWidth + 4)}`
  return `${step.padEnd(stepWidth)}  ${shown}  ${detail}${
    advice === undefined ? "" : `\n${advice}`.replaceAll("\n", margin)
  }`
}
