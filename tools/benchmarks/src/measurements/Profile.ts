import type { Contestant } from "../Contestant.ts"
import { handWritten, httpClient, mintmark } from "../contestants/index.ts"
import { load } from "../harness/Load.ts"
import { profile } from "../harness/Profile.ts"
import { type Server, start } from "../harness/Server.ts"
import { type Transport, transports } from "../harness/Transport.ts"
import type { Column, Measurement } from "../Measurement.ts"
import { readReply } from "./Reply.ts"
import { openTwice, revoked, twice } from "./Revoked.ts"
import { callers, waiting } from "./Waking.ts"

/** What is done, and how often one run does it. */
interface Subject {
  readonly name: string
  readonly times: number
  readonly run: () => Promise<unknown>
}

const whole = "all together"

/** How often what is profiled has run before: code is compiled by then. */
const warmUps = 2

/** The microseconds of the processor that each part takes, of what is done once. */
const column = async (group: string, { name, run, times }: Subject): Promise<Column> => {
  for (let left = warmUps; left > 0; left--) await run()
  const before = process.cpuUsage()
  const shares = await profile(run)
  const { system, user } = process.cpuUsage(before)
  const each = (system + user) / times
  const figures = [...shares].map(([part, share]) => [part, [share * each]] as const)
  return { group, title: name, unit: "µs", figures: Object.fromEntries([...figures, [whole, [each]]]) }
}

const atATime = 32
const requests = 4_000
const replies = 100_000

const contestants = [mintmark, httpClient, handWritten]

const many = async (what: "api" | "request", contestant: Contestant, transport: Transport, server: Server) => {
  const setting = { origin: server.origin, lifetime: 86_400, transport }
  const clients = await Promise.all(Array.from({ length: atATime }, () => contestant.open(setting)))
  const lanes = clients.flatMap((client) => client?.[what] ?? [])
  return { name: contestant.name, times: requests, run: () => load(requests, lanes) }
}

export default async (): Promise<Measurement> => {
  const server = await start()
  const columns = new Array<Column>()
  for (const transport of Object.values(transports)) {
    for (const contestant of contestants) {
      const subject = await many("api", contestant, transport, server)
      columns.push(await column(`An API request over ${transport.name}`, subject))
    }
  }
  for (const transport of [transports.undici, transports.fetch]) {
    for (const contestant of contestants) {
      const subject = await many("request", contestant, transport, server)
      columns.push(await column(`A token request over ${transport.name}`, subject))
    }
  }
  const size = 10_000
  const without = await openTwice(transports.undici, server)
  const ofRevoked: ReadonlyArray<Subject> = [
    { name: mintmark.name, times: size, run: () => revoked(mintmark, transports.undici, size, server) },
    { name: twice, times: size, run: () => without.round(size) },
    { name: handWritten.name, times: size, run: () => revoked(handWritten, transports.undici, size, server) }
  ]
  for (const subject of ofRevoked) {
    columns.push(await column(`One of ${size.toLocaleString("en")} requests on a revoked token, over undici`, subject))
  }
  server.close()
  for (const { name, round } of waiting) {
    const run = async () => {
      for (let left = 10; left > 0; left--) await round()
    }
    const group = `One of ${callers.toLocaleString("en")} callers that wait for one token`
    columns.push(await column(group, { name, times: callers * 10, run }))
  }
  const read = async () => {
    for (let left = replies; left > 0; left--) readReply()
  }
  columns.push(await column("Reading a reply", { name: mintmark.name, times: replies, run: read }))
  return {
    title: "Where the time goes",
    about: "The processor's time in this process, by what it was spent in, as V8's profiler sees it every 100 µs. What "
      + "Node and V8 do for a part, such as a system call, counts as that part's; fibers can't be told apart by who "
      + "runs in them.",
    columns: columns.map(withoutNothing),
    notes: [
      "What stays, since safety needs it, of a token request: a fiber of its own, since no caller may depend on another "
      + "one; one more with a timer, so that a deadline ends also what can't be interrupted; a span that only Mintmark "
      + "sees, by which a redirect or a second attempt of the application's client is noticed before it is followed.",
      "Of an API request: the check of its URL against the origins that may get the token, and the token's header, which "
      + "is hidden from whatever shows the request afterwards.",
      "Of a refusal: its body is read in a fiber of its own, so that its connection is free, and delays nothing. What "
      + "waits for the other token is a fiber, too."
    ]
  }
}

/** A part that took nothing, or nearly so, of all that a table has beside each other is left out. */
const withoutNothing = (column: Column, _: number, columns: ReadonlyArray<Column>): Column => ({
  ...column,
  figures: Object.fromEntries(
    Object.entries(column.figures).filter(([part]) =>
      columns.some(({ figures, group }) => group === column.group && (figures[part]?.[0] ?? 0) >= 0.05)
    )
  )
})
