import type { Client, Contestant } from "../Contestant.ts"
import { contestants, handWritten, httpClient, mintmark, mintmarkFetch } from "../contestants/index.ts"
import { load } from "../harness/Load.ts"
import { interleave, pick } from "../harness/Rounds.ts"
import { start } from "../harness/Server.ts"
import { transports } from "../harness/Transport.ts"
import type { Column, Measurement } from "../Measurement.ts"

const rounds = 81
const warmUp = 24
const inARow = 25

/** The same `fetch`, with no token on it. */
const fetchAlone: Contestant = {
  name: "fetch alone",
  how: "a request without a token",
  open: async ({ lifetime, origin, transport }) => ({
    api: async () => {
      const response = await transport.fetch(`${origin}/${lifetime}/accounts/me/balance`)
      await response.text()
      return response.status
    }
  })
}

const everybody = [...contestants, fetchAlone]

const api = (client: Client | undefined) => client?.api === undefined ? [] : [client.api]

export default async (): Promise<Measurement> => {
  const server = await start()
  const columns = new Array<Column>()
  for (const transport of [transports.fetch, transports.undici]) {
    const setting = { origin: server.origin, lifetime: 86_400, transport }
    const opened = await Promise.all(everybody.map(async (each) => ({
      name: each.name,
      lanes: api(await each.open(setting))
    })))
    const found = await interleave(
      rounds,
      opened.filter(({ lanes }) => lanes.length > 0).map(({ lanes, name }) => ({
        name,
        round: () => load(inARow, lanes)
      })),
      warmUp
    )
    const floor = httpClient.name
    const goals = [
      { of: mintmark.name, to: [httpClient.name], atMost: 1.05 },
      { of: mintmarkFetch.name, to: [fetchAlone.name], atMost: 1.05 }
    ]
    const group = `Over ${transport.name}`
    columns.push(
      { group, title: "time", unit: "µs", isRate: true, floor, figures: pick(found, ({ wall }) => wall), goals },
      { group, title: "CPU", unit: "µs", floor, figures: pick(found, ({ cpu }) => cpu) }
    )
  }
  server.close()
  return {
    title: "An API request with a token",
    about: "A `GET` over loopback, its body read, one after the other. The floor is the same request through the same "
      + `\`HttpClient\` without a token; for ${mintmarkFetch.name} and ${handWritten.name}, look at ${fetchAlone.name}.`,
    columns,
    notes: [
      "Others than these attach no token to requests, or only to those of an API of their own."
    ]
  }
}
