import { setTimeout as sleep } from "node:timers/promises"
import type { Client, Contestant } from "../Contestant.ts"
import { contestants, httpClient, mintmark, mintmarkFetch } from "../contestants/index.ts"
import { type Server, start } from "../harness/Server.ts"
import { quantile } from "../harness/Statistics.ts"
import { transports } from "../harness/Transport.ts"
import type { Column, Goal, Measurement } from "../Measurement.ts"

const sizes = [1_000, 10_000]

/** The seconds that a token lives for those who are to see its end. */
const shortLife = 2

/** What happened to the callers of one burst. */
interface Outcome {
  readonly requests: number
  readonly failed: number
  readonly p50: number
  readonly p99: number
}

/** What happens to all callers at once, and what they call then. */
interface Event {
  readonly title: string
  readonly lifetime: number
  readonly call: (client: Client) => (() => Promise<unknown>) | undefined
  readonly prepare: (client: Client, server: Server) => Promise<unknown>
}

const tokenOf = (client: Client) => client.token

const events: ReadonlyArray<Event> = [
  { title: "at a cold cache", lifetime: 86_400, call: tokenOf, prepare: async () => undefined },
  {
    title: "when the token has expired",
    lifetime: shortLife,
    call: tokenOf,
    prepare: async (client) => {
      await client.token?.()
      await sleep(shortLife * 1_000 + 1_050)
    }
  },
  {
    title: "when the token was revoked",
    lifetime: 86_400,
    call: ({ api }) => api === undefined ? undefined : async () => expect200(await api()),
    prepare: async (client, server) => {
      await client.api?.()
      await server.revoke()
    }
  }
]

const expect200 = (status: number) => {
  if (status !== 200) throw new Error(`status ${status}`)
}

const herd = async (size: number, call: () => Promise<unknown>): Promise<Omit<Outcome, "requests">> => {
  const start = performance.now()
  let failed = 0
  const times = await Promise.all(Array.from({ length: size }, async () => {
    try {
      await call()
    } catch {
      failed++
    }
    return performance.now() - start
  }))
  return { failed, p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

const run = async (
  { endsEarly = 0, open }: Contestant,
  event: Event,
  size: number,
  server: Server
): Promise<Outcome | undefined> => {
  const lifetime = event.lifetime + endsEarly
  const client = await open({ origin: server.origin, lifetime, transport: transports.undici })
  const call = client === undefined ? undefined : event.call(client)
  if (client === undefined || call === undefined) return undefined
  await event.prepare(client, server)
  await server.tokenRequests()
  const outcome = await herd(size, call)
  const requests = await server.tokenRequests()
  await client.close?.()
  return { requests, ...outcome }
}

export default async (): Promise<Measurement> => {
  const server = await start()
  const columns = new Array<Column>()
  for (const event of events) {
    for (const size of sizes) {
      const outcomes = new Array<readonly [name: string, outcome: Outcome]>()
      for (const contestant of contestants.filter((each) => !isHopeless(each, event))) {
        const outcome = await run(contestant, event, size, server)
        if (outcome !== undefined) outcomes.push([contestant.name, outcome])
      }
      const group = `${size.toLocaleString("en")} callers ${event.title}`
      const ours = [mintmark.name, mintmarkFetch.name]
      const column = (title: string, unit: Column["unit"], figure: (outcome: Outcome) => number, atMost?: number) => ({
        group,
        title,
        unit,
        figures: Object.fromEntries(outcomes.map(([name, outcome]) => [name, [figure(outcome)]])),
        goals: atMost === undefined ? [] : ours.map((of): Goal => ({ of, atMost }))
      })
      columns.push(
        column("token requests", "count", ({ requests }) => requests, 1),
        column("failed", "count", ({ failed }) => failed, 0),
        column("p50", "ms", ({ p50 }) => p50),
        column("p99", "ms", ({ p99 }) => p99)
      )
    }
  }
  server.close()
  return {
    title: "Many callers at once",
    about: "So many callers at the same moment, over undici with at most 128 connections: how many token requests they "
      + "make, how many of them fail, and how long they wait.",
    columns,
    notes: [
      "The revoked token is measured with API requests: the API refuses all of them until there is another token. A "
      + "contestant that sends no API requests, or sends them without a token, is not in those tables."
    ]
  }
}

/** Effect's client alone sends API requests without a token, which no revocation can touch. */
const isHopeless = ({ name }: Contestant, event: Event): boolean => name === httpClient.name && event.call !== tokenOf
