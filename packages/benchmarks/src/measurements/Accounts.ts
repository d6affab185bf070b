import { handWritten, mintmark } from "../contestants/index.ts"
import { isolated } from "../harness/Isolated.ts"
import type { Measurement } from "../Measurement.ts"
import type { Found } from "./AccountsProcess.ts"

const many = 100_000

const find = (keeper: "pool" | "byHand", count: number) =>
  isolated<Found>(new URL("./AccountsProcess.ts", import.meta.url), [keeper, String(count)])

export default async (): Promise<Measurement> => {
  const group = `${many.toLocaleString("en")} accounts`
  const [pool, byHand, one] = [await find("pool", many), await find("byHand", many), await find("pool", 1)]
  const alone = `${mintmark.name}, that account alone`
  return {
    title: "Many accounts",
    about:
      "`TokenPool` with one token for each account, in a fresh process: what an account costs, and what it costs to "
      + "read the token of one of them, in a fiber.",
    columns: [
      {
        group,
        title: "bytes per account",
        unit: "bytes",
        figures: { [mintmark.name]: [pool.bytes], [handWritten.name]: [byHand.bytes] },
        goals: [{ of: mintmark.name, atMost: 600 }]
      },
      {
        group,
        title: "a hot account's read",
        unit: "ns",
        floor: alone,
        figures: { [mintmark.name]: pool.read, [handWritten.name]: byHand.read, [alone]: one.read },
        goals: [{ of: mintmark.name, to: [alone], atMost: 1.1 }]
      }
    ],
    notes: [
      "Not quite half of an account's bytes are what its user is given: the token's text, its `Redacted`, the token around them and "
      + "what the provider's reply adds. The rest is the state that decides, and its place in the pool.",
      `${handWritten.name}: a \`Map\` of promises, each of a token and its end. No bound, no memory of failures.`
    ]
  }
}
