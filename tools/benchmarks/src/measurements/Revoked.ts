import type { Client, Contestant } from "../Contestant.ts"
import { contestants, handWritten, httpClient, mintmark, mintmarkFetch } from "../contestants/index.ts"
import { load } from "../harness/Load.ts"
import { interleave, pick } from "../harness/Rounds.ts"
import { type Server, start } from "../harness/Server.ts"
import { type Transport, transports, withoutSpans } from "../harness/Transport.ts"
import type { Column, Measurement } from "../Measurement.ts"

/** How many requests at once, in how many rounds, and what they may cost to those by hand. */
const sizes = [
  { size: 1_000, rounds: 15, atMost: 1.4 },
  { size: 10_000, rounds: 5, atMost: 1.5 }
]

/** What the same requests cost without a token: each is sent twice. */
export const twice = `${httpClient.name}, each request twice`

/** What a round found: milliseconds for all requests together. */
interface Found {
  readonly wall: number
  readonly cpu: number
}

/** Takes a round: so many requests at once, with a token that the API has just begun to refuse. */
export const revoked = async (
  contestant: Contestant,
  transport: Transport,
  size: number,
  server: Server
): Promise<Found> => {
  const client = await contestant.open({ origin: server.origin, lifetime: 86_400, transport })
  const api = apiOf(client)
  await expect200(api)
  await server.revoke()
  await server.tokenRequests()
  const found = await all(size, api)
  const requests = await server.tokenRequests()
  await client?.close?.()
  if (requests !== 1) throw new Error(`${contestant.name} made ${requests} token requests`)
  return found
}

/** The API requests of a client that can make them. */
export const apiOf = (client: Client | undefined): () => Promise<number> => {
  if (client?.api === undefined) throw new Error("no API requests")
  return client.api
}

const expect200 = async (api: () => Promise<number>) => {
  const status = await api()
  if (status !== 200) throw new Error(`status ${status}`)
}

/** So many API requests at once. */
export const all = async (size: number, api: () => Promise<number>): Promise<Found> => {
  const { cpu, wall } = await load(size, Array.from({ length: size }, () => () => expect200(api)))
  return { cpu: cpu * size / 1_000, wall: wall * size / 1_000 }
}

/** Those that get another token, and send each request once more. */
const able = contestants.filter(({ name }) =>
  [mintmark.name, mintmarkFetch.name, handWritten.name, "google-auth-library", "@badgateway/oauth2-client"].includes(
    name
  )
)

export default async (): Promise<Measurement> => {
  const server = await start()
  const columns = new Array<Column>()
  for (const { atMost, rounds, size } of sizes) {
    for (const transport of [transports.undici, withoutSpans(transports.undici)]) {
      const hasSpans = transport === transports.undici
      const without = await httpClient.open({ origin: server.origin, lifetime: 86_400, transport })
      const found = await interleave(rounds, [
        ...able.filter((each) => hasSpans || each === mintmark || each === handWritten).map((each) => ({
          name: each.name,
          round: () => revoked(each, transport, size, server)
        })),
        {
          name: twice,
          round: async () => {
            const [first, second] = [await all(size, apiOf(without)), await all(size, apiOf(without))]
            return { cpu: first.cpu + second.cpu, wall: first.wall + second.wall }
          }
        }
      ])
      await without?.close?.()
      const floor = handWritten.name
      const group = `${size.toLocaleString("en")} requests${hasSpans ? "" : ", without spans"}`
      const goals = [{ of: mintmark.name, to: [floor], atMost }, { of: mintmarkFetch.name, to: [floor], atMost }]
        .filter(({ of }) => of in found)
      columns.push(
        { group, title: "time", unit: "ms", floor, figures: pick(found, ({ wall }) => wall), goals },
        { group, title: "CPU", unit: "ms", floor, figures: pick(found, ({ cpu }) => cpu) }
      )
    }
  }
  server.close()
  return {
    title: "Requests on a revoked token",
    about: "So many API requests at once, over undici with at most 128 connections, all of which the API refuses until "
      + "there is another token: each is sent twice, and there is one token request. The time until the last is done.",
    columns,
    notes: [
      `${twice}, and without a token: what Effect's client costs by itself in \`http\`. What ${mintmark.name} adds to it `
      + "is one token request, and for each request the attachment of a token, the refusal and its body."
    ]
  }
}
