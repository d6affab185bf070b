import { mintmark } from "../contestants/index.ts"
import { isolated } from "../harness/Isolated.ts"
import { startRedis } from "../harness/RedisServer.ts"
import type { Rounds } from "../harness/Rounds.ts"
import { start } from "../harness/Server.ts"
import type { Column, Measurement } from "../Measurement.ts"

const fleets = [1, 4, 16]

const shared = `${mintmark.name} with RedisTokenStore`
const alone = `${mintmark.name}, each process alone`

const member = new URL("./FleetProcess.ts", import.meta.url)

export default async (): Promise<Measurement> => {
  const server = await start()
  const columns = new Array<Column>()

  const requests = async (processes: number, redis: string): Promise<number> => {
    const parameters = [server.origin, redis, String(processes)]
    await Promise.all(Array.from({ length: processes }, () => isolated(member, parameters)))
    return server.tokenRequests()
  }
  for (const processes of fleets) {
    const redis = await startRedis()
    columns.push({
      group: "Token requests of a fleet",
      title: `${processes} ${processes === 1 ? "process" : "processes"}`,
      unit: "count",
      figures: { [shared]: [await requests(processes, redis.url)], [alone]: [await requests(processes, "")] },
      goals: [{ of: shared, atMost: 1 }]
    })
    redis.close()
  }
  const redis = await startRedis()
  const figures = await isolated<Rounds<number>>(member, [server.origin, redis.url, ""])
  redis.close()
  server.close()
  return {
    title: "The fleet",
    about: "How many token requests are sent by processes that start together and need one account's token at the same "
      + "moment; and how long a cached read takes in a fiber, with a shared store and without.",
    columns: [
      ...columns,
      { group: "A cached read", title: "in a fiber", unit: "ns", floor: "alone", figures }
    ],
    notes: ["None of the other libraries shares its tokens between processes by itself."]
  }
}
