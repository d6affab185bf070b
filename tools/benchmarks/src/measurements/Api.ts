import type { Client, Contestant } from "../Contestant.ts"
import { fetchAlone, fixed, fixedHeader } from "../contestants/FixedHeader.ts"
import { contestants, handWritten, httpClient, mintmark, mintmarkFetch } from "../contestants/index.ts"
import { load } from "../harness/Load.ts"
import { interleave, pick } from "../harness/Rounds.ts"
import { start } from "../harness/Server.ts"
import { type Transport, transports, withoutSpans } from "../harness/Transport.ts"
import type { Column, Goal, Measurement } from "../Measurement.ts"

const rounds = 81
const warmUp = 24
const inARow = 25
const toCompile = 3_000

const alone = fetchAlone()
const withHeader = fixedHeader(fixed.permitted)
const fetchWithHeader = fetchAlone(fixed.permitted)

const allCalls = [...contestants, withHeader, alone, fetchWithHeader]

const api = (client: Client | undefined) => client?.api === undefined ? [] : [client.api]

/** Those whose requests Effect's `HttpClient` sends, and gives a span. */
const withSpans: ReadonlyArray<Contestant> = [mintmark, httpClient, withHeader]

const floor = httpClient.name

export default async (): Promise<Measurement> => {
  const server = await start()

  const run = async (callers: ReadonlyArray<Contestant>, transport: Transport) => {
    const setting = { origin: server.origin, lifetime: 86_400, transport }
    const opened = await Promise.all(callers.map(async (each) => ({
      name: each.name,
      lanes: api(await each.open(setting))
    })))
    const able = opened.filter(({ lanes }) => lanes.length > 0)
    // What is called often is compiled.
    for (const { lanes } of able) await load(toCompile, lanes)
    return interleave(
      rounds,
      able.map(({ lanes, name }) => ({
        name,
        round: () => load(inARow, lanes)
      })),
      warmUp
    )
  }

  const columns = new Array<Column>()
  for (const transport of Object.values(transports)) {
    const group = `Over ${transport.name}`
    const ours = { of: mintmark.name, to: [httpClient.name], atMost: 1.05 }
    const oursInFetch = { of: mintmarkFetch.name, to: [alone.name], atMost: 1.05 }
    const column = (title: string, figures: Column["figures"], goals: ReadonlyArray<Goal>): Column => ({
      group,
      title,
      unit: "µs",
      floor,
      figures,
      goals
    })
    const found = await run(allCalls, transport)
    const spanless = await run(withSpans, withoutSpans(transport))
    columns.push(
      { ...column("time", pick(found, ({ wall }) => wall), [ours, oursInFetch]), isRate: true },
      column("CPU", pick(found, ({ cpu }) => cpu), [ours]),
      column("time, without spans", pick(spanless, ({ wall }) => wall), [ours]),
      column("CPU, without spans", pick(spanless, ({ cpu }) => cpu), [ours])
    )
  }
  server.close()
  return {
    title: "An API request with a token",
    about: "A `GET` over loopback, its body read, one after the other. The floor is the same request through the same "
      + `\`HttpClient\` without a token, which starts a span for each, or (\`TracerDisabledWhen\`) none; for ${mintmarkFetch.name} and ${handWritten.name}, look at ${alone.name}.`,
    columns,
    notes: [
      `${withHeader.name}, and ${fetchWithHeader.name}, say what any header costs: it is copied, sent, read by the server, and `
      + "redacted for the span. That is about a third of what a token costs.",
      "The rest is some forty short steps. Without a network, in a loop, they take 1.2 µs together; between two requests, "
      + "where the processor has run other code since, some times as long.",
      "What they are, and why they stay: the URL is held against the origins that may get the token, since a token "
      + "that goes elsewhere is lost.",
      "The request is copied, with its URL and header, since the caller's own must not change.",
      "The wall clock is read, since no token is sent that has expired.",
      "Handlers stand by for the response and for errors, since a refusal is not the caller's to see, and an error must "
      + "not show the token.",
      "When the response is there, the header becomes a property that nothing shows: what logs a response logs its "
      + "request.",
      "A request over loopback waits for two processes to be woken, which varies by more than what is to be told here: "
      + "where the quartiles lie on both sides of the goal, neither reaching nor missing it is certain.",
      "Others than these attach no token to requests, or only to those of an API of their own."
    ]
  }
}
