import { assert, describe, it } from "@effect/vitest"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { byEsbuild } from "../src/harness/Bundle.ts"
import { modulesOf } from "../src/harness/Modules.ts"
import { httpClientModules } from "../src/harness/Programs.ts"
import { providers, publish } from "../src/harness/Published.ts"

/** How many modules importing a provider's package may load: its own and core's, and of effect besides its HTTP client. */
const budget = { own: 66, effect: 6 }

/** Those that nothing but a method of client authentication uses, which this provider doesn't have. */
const ofOtherMethods = ["@mintmark/core/dist/internal/formEncode.js"]

const folder = publish("modules")
const withHttpClient = new Set(await modulesOf(folder, httpClientModules))

const isOwn = (module: string): boolean => module.startsWith("@mintmark/")

const found = await Promise.all(providers.map(async (provider) => {
  const name = `@mintmark/${provider}`
  const file = join(folder, `${provider}-whole.js`)
  writeFileSync(file, `export * from ${JSON.stringify(name)}\n`)
  const { modules: used } = await byEsbuild(file)
  return { name, used, loaded: await modulesOf(folder, [name]) }
}))

describe.each(found)("an import of $name", ({ loaded, name, used }) => {
  it("loads few modules", () => {
    const own = loaded.filter(isOwn)
    assert.isAtMost(own.length, budget.own)
    assert.include(own, "@mintmark/core/dist/internal/engine/Engine.js")
    const more = loaded.filter((module) => !isOwn(module) && !withHttpClient.has(module))
    assert.isAtMost(more.length, budget.effect, more.join(", "))
  })

  it("loads nothing but effect, core and itself", () => {
    const allowed = ["effect/", "@mintmark/core/", `${name}/`]
    assert.deepStrictEqual(loaded.filter((module) => !allowed.some((start) => module.startsWith(start))), [])
  })

  it("loads no unused module of ours", () => {
    const unused = loaded.filter((module) => isOwn(module) && !used.includes(module))
    assert.deepStrictEqual(unused.filter((module) => !ofOtherMethods.includes(module)), [`${name}/dist/index.js`])
  })
})
