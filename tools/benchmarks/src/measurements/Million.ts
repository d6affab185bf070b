import { handWritten, mintmark } from "../contestants/index.ts"
import { isolated } from "../harness/Isolated.ts"
import type { Measurement } from "../Measurement.ts"
import type { Found } from "./AccountsProcess.ts"
import { columnsOf, findStalls } from "./Stalls.ts"

const million = 1_000_000
const rounds = 25

const find = (keeper: "pool" | "byHand") =>
  isolated<Found>(new URL("./AccountsProcess.ts", import.meta.url), [keeper, String(million), String(rounds)])

export default async (): Promise<Measurement> => {
  const [pool, byHand] = [await find("pool"), await find("byHand")]
  const group = `${million.toLocaleString("en")} accounts`
  const alone = `${mintmark.name}, that account alone`
  return {
    title: "A million accounts",
    about:
      "What an account costs in a `TokenPool` of a million, what it costs to read the token of one of them, and for "
      + "how long the pool keeps other work from its turn of the event loop.",
    columns: [
      {
        group,
        title: "bytes per account",
        unit: "bytes",
        figures: { [mintmark.name]: [pool.bytes], [handWritten.name]: [byHand.bytes] }
      },
      {
        group,
        title: "a hot account's read",
        unit: "ns",
        floor: alone,
        figures: { [mintmark.name]: pool.read, [handWritten.name]: byHand.read, [alone]: pool.alone }
      },
      ...columnsOf(million, await findStalls(million, 1))
    ],
    notes: ["The option `capacity` is a million here; it is 100,000 by default."]
  }
}
