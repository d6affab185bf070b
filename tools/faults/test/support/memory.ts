// A process of its own, whose memory nothing else fills: asks once for each answer that its parent has prepared, and
// says how many bytes its memory held at most while it did so, above what it held before.
import * as Effect from "effect/Effect"
import { source } from "./generic.ts"
import { transportNames, transports } from "./Transports.ts"

const [, , endpoint = "", name = "", times = "0"] = process.argv
const transport = transportNames.find((each) => each === name) ?? "fetch"

const held = () => {
  const { external, heapUsed } = process.memoryUsage()
  return heapUsed + external
}

const program = Effect.gen(function*() {
  const { renew } = yield* source(endpoint, transport, "client_credentials", { deadline: "20 seconds" })
  const growth: Array<number> = []
  for (let time = 0; time <= Number(times); time++) {
    globalThis.gc?.()
    const before = held()
    let most = before
    const watch = setInterval(() => most = Math.max(most, held()), 1)
    yield* Effect.exit(renew)
    clearInterval(watch)
    growth.push(Math.max(most, held()) - before)
  }
  // The first exchange loads what every exchange needs.
  process.stdout.write(JSON.stringify(growth.slice(1)))
})

Effect.runPromise(Effect.scoped(Effect.provide(program, transports[transport]())))
