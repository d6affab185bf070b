import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type Client, type Contestant } from "../Contestant.ts"
import { contestants, handWritten, mintmark, mintmarkFetch, peers } from "../contestants/index.ts"
import { nanoseconds } from "../harness/Micro.ts"
import { type Entry, interleave } from "../harness/Rounds.ts"
import { start } from "../harness/Server.ts"
import { transports } from "../harness/Transport.ts"
import type { Column, Measurement } from "../Measurement.ts"

const rounds = 9
const reads = 1_000
const callers = 1_000

/** The least that an effect can cost which looks at the clock and answers what is there. */
const bare = Effect.withFiber((fiber) => fiber.getRef(Clock.Clock).currentTimeMillisUnsafe() < Infinity ? exit : never)
const exit = Exit.succeed({ value: "token" })
const never = Exit.die("the end of time")

const floor = "a bare step that reads the clock"
const loop = "the loop around it"

const inFiber = (effect: Effect.Effect<unknown, unknown>) => {
  let left = 0
  const loop = Effect.suspend(() => {
    left = reads
    return Effect.whileLoop({ while: () => left > 0, body: () => effect, step: () => void left-- })
  })
  return () => nanoseconds(() => Effect.runSync(loop), reads)
}

const inFibers = (effect: Effect.Effect<unknown, unknown>) => {
  const all = Effect.all(Array.from({ length: callers }, () => effect), { concurrency: "unbounded", discard: true })
  return () => nanoseconds(() => Effect.runPromise(all), callers)
}

const inFiberAsPromise = ({ token }: Opened) => {
  const effect = Effect.promise(token)
  let left = 0
  const loop = Effect.suspend(() => {
    left = reads
    return Effect.whileLoop({ while: () => left > 0, body: () => effect, step: () => void left-- })
  })
  return () => nanoseconds(() => Effect.runPromise(loop), reads)
}

interface Opened {
  readonly name: string
  readonly token: () => Promise<unknown>
  readonly effect: Effect.Effect<unknown, unknown> | undefined
}

const opened = ({ name }: Contestant, client: Client | undefined): ReadonlyArray<Opened> =>
  client?.token === undefined ? [] : [{ name, token: client.token, effect: client.tokenEffect }]

export default async (): Promise<Measurement> => {
  const server = await start()
  const setting = { origin: server.origin, lifetime: 86_400, transport: transports.fetch }
  const clients = (await Promise.all(contestants.map(async (each) => opened(each, await each.open(setting))))).flat()
  for (const { token } of clients) await token()
  await server.tokenRequests()

  const column = async (
    group: string,
    title: string,
    floor: string,
    entries: ReadonlyArray<Entry<number>>
  ): Promise<Column> => ({
    group,
    title,
    unit: "ns",
    floor,
    figures: await interleave(rounds, entries)
  })
  const ours = clients.flatMap(({ effect, name }) => effect === undefined ? [] : [{ name, effect }])
  const effects = [{ name: floor, effect: bare }, ...ours, { name: loop, effect: exit }]
  const rest = clients.filter(({ effect }) => effect === undefined)

  const keepers = peers.map(({ name }) => name).filter((name) => clients.some((client) => client.name === name))

  const columns = [
    {
      ...await column("In a fiber", "one caller", floor, [
        ...effects.map(({ effect, name }) => ({ name, round: inFiber(effect) })),
        ...rest.map((client) => ({ name: client.name, round: inFiberAsPromise(client) }))
      ]),
      goals: [
        { of: mintmark.name, to: [floor], atMost: 1.5 },
        { of: mintmark.name, to: keepers, atMost: 1 }
      ]
    },
    await column("In a fiber", "1,000 callers at once", floor, [
      ...effects.map(({ effect, name }) => ({ name, round: inFibers(effect) })),
      ...rest.map(({ name, token }) => ({ name, round: inFibers(Effect.promise(token)) }))
    ]),
    await column(
      "From outside of Effect",
      "`runSync`",
      floor,
      effects.map(({ effect, name }) => ({ name, round: () => nanoseconds(() => Effect.runSync(effect)) }))
    ),
    await column(
      "From outside of Effect",
      "`runPromise`",
      floor,
      effects.map(({ effect, name }) => ({ name, round: () => nanoseconds(() => Effect.runPromise(effect)) }))
    ),
    {
      ...await column(
        "As a Promise",
        "one caller",
        handWritten.name,
        clients.map(({ name, token }) => ({ name, round: () => nanoseconds(token) }))
      ),
      goals: [
        { of: mintmarkFetch.name, to: [handWritten.name], atMost: 1.25 },
        { of: mintmarkFetch.name, to: keepers, atMost: 1 }
      ]
    },
    await column(
      "As a Promise",
      "1,000 callers at once",
      handWritten.name,
      clients.map(({ name, token }) => ({
        name,
        round: () => nanoseconds(() => Promise.all(Array.from({ length: callers }, token)), callers)
      }))
    )
  ]
  const asked = await server.tokenRequests()
  if (asked > 0) throw new Error(`${asked} reads of a cached token were none`)
  server.close()
  return {
    title: "A cached token",
    about:
      "How long it takes to read a cached token. In a fiber, the other libraries are called through `Effect.promise`.",
    columns,
    notes: [
      `"${loop}" runs an effect that has its result already: that is what the loop itself costs.`,
      ...contestants.filter(({ name }) => !clients.some((client) => client.name === name)).map(({ name }) =>
        `${name} keeps no token.`
      )
    ]
  }
}
