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
      ...Object.entries(ofTokenRequest).map(([part, why]) => `A token request, ${part}: ${why}.`),
      "Of an API request: the check of its URL against the origins that may get the token, and the token's header, which "
      + "is hidden from whatever shows the request afterwards.",
      "Of a refusal: its body is read in a fiber of its own, so that its connection is free, and delays nothing. What "
      + "waits for the other token is a fiber, too."
    ]
  }
}

/** What each part of a token request does, and why it stays. */
const ofTokenRequest = {
  "a fiber of its own":
    "the request runs in the service's scope, and callers wait for a promise of its result. Without it, an interrupted "
    + "caller would take the token from all the others",
  "the deadline":
    "a second fiber sends the request, and a third one has the timer. Without the second one, a client that can't be "
    + "interrupted could delay callers forever. The timer is a fiber since it follows the clock of Effect, which tests set",
  "the exchange, sent once":
    "a span that Mintmark alone sees, and a request that is watched when it is read. So a redirect, or a second attempt, "
    + "of the application's client is noticed before the credentials are sent again. The context of the request is "
    + "another one, without traces, redirects and caches; Effect looks up its own settings anew for each context",
  "reading the reply, Schema":
    "the whole body is read strictly, and the provider's Schema decodes it. What comes out is checked again",
  "state, waiting, memory":
    "the state machine, what is remembered of failures, and the shared store's need. Of a success nothing is remembered "
    + "but the token",
  "span, metrics, log":
    "each token request is a span, two metrics and a log entry. The span is also there without a tracer, since a client "
    + "or a store of the application may ask for the current one",
  "Redacted": "the token can't be printed by mistake. What is `Redacted` is in a WeakMap of Effect's",
  "fibers":
    "the steps of all of the above. Until they are compiled, which takes some ten thousand requests, they take about "
    + "twice as long",
  "garbage collection":
    "what is new in each request: the collection of new objects frees it, and nothing of it waits for a full one but what "
    + "Effect's HTTP client and Redacted have in WeakMaps"
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
