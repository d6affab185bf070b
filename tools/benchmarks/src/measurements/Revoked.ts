import type { Client, Contestant } from "../Contestant.ts"
import { fetchAlone, fixed, fixedHeader } from "../contestants/FixedHeader.ts"
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

/** What the same requests cost without a token to renew: each is refused, and sent once more. */
export const twice = `${httpClient.name}, each request twice`
const fetchTwice = `${fetchAlone().name}, each request twice`

/** Opens what takes rounds of that. */
export const openTwice = async (
  transport: Transport,
  server: Server,
  sending: (authorization: string) => Contestant = fixedHeader
) => {
  const setting = { origin: server.origin, lifetime: 86_400, transport }
  const refused = await sending(fixed.refused).open(setting)
  const permitted = await sending(fixed.permitted).open(setting)
  return {
    round: async (size: number): Promise<Found> => {
      const [first, second] = [await all(size, apiOf(refused), 401), await all(size, apiOf(permitted))]
      return { cpu: first.cpu + second.cpu, wall: first.wall + second.wall }
    },
    close: async () => {
      await refused?.close?.()
      await permitted?.close?.()
    }
  }
}

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
  await expectStatus(200, api)
  await server.revoke()
  await server.tokenRequests()
  const found = await all(size, api)
  const requests = await server.tokenRequests()
  await client?.close?.()
  // Others may make one more where the machine is slow.
  if (requests !== 1 && contestant.package === mintmark.package) {
    throw new Error(`${contestant.name} made ${requests} token requests`)
  }
  return found
}

/** The API requests of a client that can make them. */
const apiOf = (client: Client | undefined): () => Promise<number> => {
  if (client?.api === undefined) throw new Error("no API requests")
  return client.api
}

const expectStatus = async (expected: number, api: () => Promise<number>) => {
  const status = await api()
  if (status !== expected) throw new Error(`status ${status}`)
}

/** So many API requests at once. */
const all = async (size: number, api: () => Promise<number>, expected = 200): Promise<Found> => {
  const { cpu, wall } = await load(size, Array.from({ length: size }, () => () => expectStatus(expected, api)))
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
      const without = await openTwice(transport, server)
      const inFetch = await openTwice(transport, server, fetchAlone)
      const found = await interleave(rounds, [
        ...able.filter((each) => hasSpans || each === mintmark || each === handWritten).map((each) => ({
          name: each.name,
          round: () => revoked(each, transport, size, server)
        })),
        {
          name: twice,
          round: () => without.round(size)
        },
        ...hasSpans ? [{ name: fetchTwice, round: () => inFetch.round(size) }] : []
      ])
      await without.close()
      await inFetch.close()
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
      `${twice}: each is refused, its refusal is read, and it is sent once more, with headers that are always the same. That `
      + "is what Effect's client costs by itself in `http`: a fiber, a span and an abort signal for each request, and an "
      + "error for the span of each refusal. It stays, since applications have it for all their requests.",
      `${fetchTwice}: the same by \`fetch\`, which is made of undici here, and returns a \`Response\` for each reply. It is what `
      + `${mintmarkFetch.name} is to be held against.`,
      "What Mintmark adds to that, and why it stays: the token is put on both requests.",
      "The token is rejected once for each refusal, which is a comparison where it is no longer the current one: that is "
      + "why all of them cost one token request.",
      "Each refused request waits for the other token in its own fiber, since its caller may be interrupted, and no other "
      + "caller with it.",
      "A refusal is read in a fiber of its own, so that its connection is free for the request that follows, and so that a "
      + "refusal that never ends delays nothing. It has a timer only if its body is not there at once."
    ]
  }
}
