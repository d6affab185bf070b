import { describe, it } from "@effect/vitest"
import { isTest } from "@mintmark/scripts/docs"
import {
  needsPostgres,
  needsRedis,
  needsRedisCluster,
  needsRedisSentinel,
  programs,
  tryProgram
} from "../src/programs.mjs"

describe("a program of the documents runs, and does something at the sandbox or prints what its page says", () => {
  const needsServer = (text) =>
    [needsPostgres, needsRedis, needsRedisCluster, needsRedisSentinel].some((needs) => needs(text))
  for (const program of programs("ordinary", (text) => !isTest(text) && !needsServer(text))) {
    it.live(`${program.name}, line ${program.line}`, () => tryProgram(program))
  }
})
