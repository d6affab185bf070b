import { assert, describe, expect, it, layer } from "@effect/vitest"
import * as Answer from "@mintmark/sandbox/Answer"
import * as Sandbox from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { canaries, findCanaries } from "./support/canaries.ts"
import { type Fault, large, reply, type Variant, wire } from "./support/Fault.ts"
import { accounts } from "./support/generic.ts"
import { OtherOrigins } from "./support/OtherOrigins.ts"
import { missing } from "./support/rows.ts"
import { run } from "./support/run.ts"
import { memoryBound, page, type Row } from "./support/table.ts"
import { type Transport, transportNames } from "./support/Transports.ts"
import { makeWitness } from "./support/Witness.ts"

const outcomes = fileURLToPath(new URL("../../../docs/outcomes.md", import.meta.url))
const rows = new Map<Fault, Row>()
const witness = makeWitness()
const world = Layer.mergeAll(
  Sandbox.Sandbox.layer({ accounts }),
  OtherOrigins.layer,
  witness.layer
)

const faults = [...wire, ...reply({ secret: canaries.account.clientSecret, token: canaries.token })]

const answerOf = ({ trouble }: Variant): ReadonlyArray<Answer.Answer> =>
  trouble.at === "answer" ? [trouble.answer({ token: "", otherPort: "", otherHost: "" })] : []

const spawnMemory = (transport: Transport, endpoint: string, times: number) =>
  Effect.callback<ReadonlyArray<number>>((resume) => {
    execFile(
      process.execPath,
      ["--expose-gc", fileURLToPath(new URL("support/memory.ts", import.meta.url)), endpoint, transport, String(times)],
      (error, stdout) => resume(error === null ? Effect.succeed(JSON.parse(stdout)) : Effect.die(error))
    )
  })

layer(world, { excludeTestServices: true })("Outcomes", (it) => {
  for (const fault of faults) {
    it.effect(fault.name, () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox.Sandbox
        const otherOrigins = yield* OtherOrigins
        const origins = { token: sandbox.urls.generic, ...otherOrigins.origins }
        const outcomes: Array<Row["outcomes"][number]> = []
        const names = fault.everyTransport ? transportNames : transportNames.slice(0, 1)
        for (const variant of fault.variants) {
          const found = yield* Effect.scoped(run(fault, variant, names, origins, witness))
          names.forEach((transport, index) => {
            const outcome = found[index]
            if (outcome !== undefined) outcomes.push({ variant: variant.label, transport, outcome })
          })
          assert.deepStrictEqual(findCanaries(yield* witness.testimony), [])
        }
        rows.set(fault, { fault, outcomes })
        assert.strictEqual(otherOrigins.requests(), 0)
      }))
  }
})

layer(Sandbox.Sandbox.layer({ accounts }), { excludeTestServices: true })("Memory", (it) => {
  for (const transport of transportNames) {
    it.effect(`stays constant over ${transport}, whatever the server sends`, () =>
      Effect.gen(function*() {
        const sandbox = yield* Sandbox.Sandbox
        const answers = large.flatMap(({ variants }) => variants.flatMap(answerOf))
        yield* sandbox.script({ kind: "token" }, [Answer.ordinary, ...answers])
        const growth = yield* spawnMemory(transport, `${sandbox.urls.generic}/token`, answers.length)
        assert.strictEqual(growth.length, answers.length)
        for (const bytes of growth) assert.isBelow(bytes, memoryBound)
      }))
  }
})

describe("Outcomes", () => {
  it("and their tests exist where docs/outcomes.md says", () => {
    assert.deepStrictEqual(missing(faults.map(({ name }) => name)), [])
  })

  it("are those of docs/outcomes.md", async () => {
    const found = faults.map((fault) => rows.get(fault)).filter((row) => row !== undefined)
    assert.strictEqual(found.length, faults.length)
    const [replies = ""] = /<!-- replies: .*<!-- \/replies -->/s.exec(readFileSync(outcomes, "utf8")) ?? []
    await expect(page(found, replies)).toMatchFileSnapshot(outcomes)
  })
})
