import type { Client, Setting } from "../Contestant.ts"
import { contestants, handWritten, httpClient, mintmark } from "../contestants/index.ts"
import { load } from "../harness/Load.ts"
import { interleave, pick } from "../harness/Rounds.ts"
import { start } from "../harness/Server.ts"
import { ratios, spread } from "../harness/Statistics.ts"
import { type Transport, transports } from "../harness/Transport.ts"
import type { Column, Measurement } from "../Measurement.ts"
import { times } from "../Table.ts"

const rounds = 41
const warmUp = 16
const inARow = 25
const atATime = 64
const toCompile = 3_000
const atATimeCount = 128

/** What a token request may cost, to one by hand: over `fetch`, which costs more itself, ours is a smaller part. */
const aims: Partial<Record<Transport["name"], number>> = { fetch: 1.15, undici: 1.3 }

const titles = { 1: "one after the other", [atATime]: `${atATime} at a time` }

export default async (): Promise<Measurement> => {
  const server = await start()
  const columns = new Array<Column>()
  const unable = new Map<string, Array<string>>()

  for (const transport of Object.values(transports)) {
    const setting = { origin: server.origin, lifetime: 86_400, transport }
    const opened = await Promise.all(contestants.map(async (each) => ({
      name: each.name,
      clients: (await Promise.all(Array.from({ length: atATime }, () => each.open(setting)))).flatMap(request)
    })))
    for (const { clients, name } of opened) {
      if (clients.length === 0) unable.set(name, [...unable.get(name) ?? [], transport.name])
    }
    // What is called often is compiled.
    for (const { clients } of opened.filter(({ clients }) => clients.length > 0)) await load(toCompile, clients)
    for (const lanes of [1, atATime] as const) {
      const found = await interleave(
        rounds,
        opened.filter(({ clients }) => clients.length > 0).map(({ clients, name }) => ({
          name,
          round: () => load(lanes === 1 ? inARow : atATimeCount, clients.slice(0, lanes))
        })),
        warmUp
      )
      const title = titles[lanes]
      const group = `Over ${transport.name}`
      const floor = handWritten.name
      const atMost = aims[transport.name]
      const reach = atMost === undefined ? {} : {
        goals: [
          { of: mintmark.name, to: [floor], atMost },
          { of: mintmark.name, to: [httpClient.name], atMost: 1.3 }
        ]
      }
      columns.push(
        {
          group,
          title,
          unit: "µs",
          isRate: true,
          floor,
          figures: pick(found, ({ wall }) => wall),
          ...reach
        },
        { group, title: `${title}, CPU`, unit: "µs", floor, figures: pick(found, ({ cpu }) => cpu), ...reach }
      )
    }
  }
  const capacity = await capacityOf(server.origin, server.cpu)
  server.close()
  return {
    title: "A token request",
    about: "What a token request over loopback costs, by what carries it. The floor is written by hand on the same "
      + `transport; ${httpClient.name} is what a caller in Effect would write without us.`,
    columns,
    notes: [
      ...[...unable].map(([name, transports]) => `${name} makes no token request over ${transports.join(", ")}.`),
      ...columns.filter(({ goals }) => goals !== undefined).map(partsOf),
      `${handWritten.name} hold no deadline and no limit, follow redirects with the secret, and believe what comes. What `
      + "Mintmark adds to Effect's HttpClient is one fiber for all who wait, one that sends the request and one with the "
      + "deadline's timer, a span, two metrics, and a reading that trusts nothing. The section on where the time goes says "
      + "of each part what it does, and why it stays.",
      `What ${httpClient.name} costs more than ${handWritten.name}, Mintmark can't save: it sends through it. That pays for `
      + "interruption, spans, and a response whose connection is closed where no caller reads it.",
      `The server is plain Node in a process of its own, and needs ${capacity.toFixed(0)} µs of CPU for a request.`
    ]
  }
}

/** What of the ratio to the floor is whose. */
const partsOf = ({ figures, group, title }: Column): string => {
  const between = (name: string, other: string) =>
    times(spread(ratios(figures[name] ?? [], figures[other] ?? [])).median)
  const [whole, theirs, ours] = [
    between(mintmark.name, handWritten.name),
    between(httpClient.name, handWritten.name),
    between(mintmark.name, httpClient.name)
  ]
  return `${group}, ${title}: of ${whole} to ${handWritten.name}, ${theirs} is ${httpClient.name}, and ${ours} to that is `
    + `${mintmark.name}'s own.`
}

const request = (client: Client | undefined) => client?.request === undefined ? [] : [client.request]

const capacityOf = async (origin: string, cpu: () => Promise<number>): Promise<number> => {
  const count = 10_000
  const setting: Setting = { origin, lifetime: 86_400, transport: quickest }
  const lanes = (await Promise.all(Array.from({ length: atATime }, () => handWritten.open(setting)))).flatMap(request)
  await cpu()
  await load(count, lanes)
  return await cpu() / count
}

const quickest: Transport = transports.undici
