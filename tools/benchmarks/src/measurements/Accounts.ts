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
      "Without what the first thousands of accounts cost, such as code that is compiled, and without what token requests "
      + "leave behind: it is collected after every 2,500 of them. Where 100,000 come at once, the table of `Redacted` "
      + "values grows with it and may stay twice as large, which is 42 bytes more an account.",
      "Of an account's bytes, 258 are what its user is given: the token's text (56), its `Redacted` (56, and 42 in the "
      + "table where `Redacted` finds its text), the token around them (72, and 32 for two instants). What else the "
      + "replies say is the same here, and kept once; where each says something else, that comes on top.",
      "The rest is the state: what callers are given, the state and its two instants, Effect's `Ref` of it, the account "
      + "that holds it, and its place in the pool's map, which finds it by equality.",
      "The account alone is read in a pool of its own in the same process, in turns with the one among many: in a process "
      + "of its own its code is compiled for that one account, and a read there was up to a quarter cheaper.",
      `${handWritten.name}: a \`Map\` of promises, each of a token and its end. No bound, no memory of failures.`
    ]
  }
}
