import { assert, describe, it } from "@effect/vitest"
import { Instrumenter } from "@stryker-mutator/instrumenter"
import { readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { fileURLToPath, pathToFileURL } from "node:url"
import * as ReplyMeaning from "../../../src/internal/engine/ReplyMeaning.ts"
import { everyone, reply } from "../../support/replies.ts"
import { replyTable } from "../../support/replyTable.ts"

/*
 * Stryker makes hundreds of small changes to `ReplyMeaning`, each of which the table of docs/outcomes.md must show.
 * Stryker's own runner takes minutes for what are seconds here: all of them are in one module, which is asked for its
 * table once for each, and loaded anew where the change is in what it computes when it is loaded.
 */

const file = fileURLToPath(new URL("../../../src/internal/engine/ReplyMeaning.ts", import.meta.url))

const silent = () => {}
const logger = {
  isTraceEnabled: () => false,
  isDebugEnabled: () => false,
  isInfoEnabled: () => false,
  isWarnEnabled: () => false,
  isErrorEnabled: () => false,
  isFatalEnabled: () => false,
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  fatal: silent
}

const mutations = async () => {
  const { files, mutants } = await new Instrumenter(logger).instrument(
    [{ name: file, mutate: true, content: readFileSync(file, "utf8") }],
    { plugins: [], excludedMutations: [], ignorers: [] }
  )
  // The mutated module is loaded from a URL that has no folder.
  const code = stripTypeScriptTypes(files[0]?.content ?? "").replace(
    /(?<= from ")\..*(?=")/g,
    (path) => String(new URL(path, pathToFileURL(file)))
  )
  return { code, mutants }
}

const codes = ["invalid_client", "access_denied", "invalid_scope", "unsupported_grant_type", "Unauthorized"]

const messages = ({ reasonOf }: typeof ReplyMeaning): ReadonlyArray<string | undefined> => {
  const of = (sent: ReplyMeaning.Sent, status: number, code?: string) =>
    reasonOf(sent, reply(status, code), [], (about) => ({ status, hint: about }))?.message
  return [
    ...[302, 407, 429, 503, 600].map((status) => of(everyone.password, status)),
    ...Object.values(everyone).flatMap((sent) => [
      of(sent, 400, "invalid_client"),
      of(sent, 400, "invalid_grant"),
      of(sent, 400, "invalid_scope"),
      of(sent, 403)
    ])
  ]
}

/** What is observed of `ReplyMeaning`: the table, which codes are OAuth's own, and what the reasons say. */
const observed = (module: typeof ReplyMeaning): string =>
  [replyTable(module), ...codes.filter(module.isRegistered), ...messages(module)].join("\n")

/** What a step returns while a mutation is active, or the error that it ends with. */
const mutated = async <A>(mutant: string, step: () => A | Promise<A>): Promise<A | string> => {
  Object.assign(globalThis, { __stryker__: { activeMutant: mutant } })
  try {
    return await step()
  } catch (error) {
    return String(error)
  } finally {
    Object.assign(globalThis, { __stryker__: undefined })
  }
}

describe("A mutation of ReplyMeaning", () => {
  it("changes the table of what replies mean", async () => {
    const { code, mutants } = await mutations()
    const load = (name: string): Promise<typeof ReplyMeaning> =>
      import(`data:text/javascript,${encodeURIComponent(`${code}\n// ${name}`)}`)
    assert.isAbove(mutants.length, 300)
    const all = observed(ReplyMeaning)
    const loaded = await load("none")
    assert.strictEqual(observed(loaded), all)
    const unseen: Array<string> = []
    for (const { id, location, replacement } of mutants) {
      if (
        await mutated(id, () => observed(loaded)) === all
        && await mutated(id, async () => observed(await load(id))) === all
      ) {
        unseen.push(`${location.start.line + 1}: ${replacement}`)
      }
    }
    assert.deepStrictEqual(unseen, [])
  })
})
