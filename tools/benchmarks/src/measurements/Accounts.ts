import { handWritten, mintmark } from "../contestants/index.ts"
import { isolated } from "../harness/Isolated.ts"
import type { Measurement } from "../Measurement.ts"
import type { Found } from "./AccountsProcess.ts"

const many = 100_000

const find = (keeper: "pool" | "byHand", count: number) =>
  isolated<Found>(new URL("./AccountsProcess.ts", import.meta.url), [keeper, String(count), "25"])

export default async (): Promise<Measurement> => {
  const group = `${many.toLocaleString("en")} accounts`
  const [pool, byHand] = [await find("pool", many), await find("byHand", many)]
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
        goals: [{ of: mintmark.name, atMost: 680 }]
      },
      {
        group,
        title: "a hot account's read",
        unit: "ns",
        floor: alone,
        figures: { [mintmark.name]: pool.read, [handWritten.name]: byHand.read, [alone]: pool.alone },
        goals: [{ of: mintmark.name, to: [alone], atMost: 1.1 }]
      }
    ],
    notes: [
      "Two things are not counted: what the first thousands of accounts cost, such as compiled code; and what token "
      + "requests leave behind, which is collected after every 1,000 of them. If 100,000 token requests are made at once, "
      + "the table in which `Redacted` finds its texts grows with them, and may stay twice as large. Then an account costs "
      + "42 bytes more.",
      "Of an account's bytes, 258 are what its user gets: the token's text (56), its `Redacted` (56, and 42 in that "
      + "table), the token around them (72, and 32 for two instants). All else in the replies is the same here for all "
      + "accounts, and kept once; replies that differ cost more.",
      "The other bytes are the state: the effect that callers get, the state and its two instants, Effect's `Ref` of it, "
      + "the account that holds it, and its place in the pool's map, which finds it by equality.",
      `"${alone}" is in a second pool of the same process, which has no other account; the two are read in turns. A process `
      + "with that account alone was not used: V8 then compiles the code for one account, and a read is up to a quarter "
      + "cheaper.",
      `${handWritten.name}: a \`Map\` with a promise of each token. It has no bound, and remembers no failures.`
    ]
  }
}
