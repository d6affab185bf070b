import { describe, it } from "@effect/vitest"
import { isTest } from "@mintmark/scripts/docs"
import { needsPostgres, needsRedis, programs, tryProgram } from "../src/programs.mjs"

describe("a program of the documents runs, and does something at the sandbox or prints what its page says", () => {
  for (const program of programs("ordinary", (text) => !isTest(text) && !needsRedis(text) && !needsPostgres(text))) {
    it.live(`${program.name}, line ${program.line}`, () => tryProgram(program))
  }
})
