import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { apiUrl, type Client, type Contestant } from "../Contestant.ts"
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

/** The same `HttpClient`, with a header that is always the same in the token's place. */
const withHeader: Contestant = {
  name: "Effect's HttpClient with a fixed header",
  how: "a request with an `authorization` that is always the same",
  open: async (setting) => {
    const runtime = ManagedRuntime.make(setting.transport.layer)
    const client = HttpClient.mapRequest(
      await runtime.runPromise(HttpClient.HttpClient),
      HttpClientRequest.setHeader("authorization", "Bearer b2014e88-86ff-44fc-ac98-1")
    )
    const api = client.get(apiUrl(setting)).pipe(
      Effect.tap((response) => response.text),
      Effect.map(({ status }) => status)
    )
    return { api: () => Effect.runPromise(api), close: () => runtime.dispose() }
  }
}

const allCalls = [...contestants, withHeader, fetchAlone]

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
    const oursInFetch = { of: mintmarkFetch.name, to: [fetchAlone.name], atMost: 1.05 }
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
      + `\`HttpClient\` without a token, which starts a span for each, or (\`TracerDisabledWhen\`) none; for ${mintmarkFetch.name} and ${handWritten.name}, look at ${fetchAlone.name}.`,
    columns,
    notes: [
      `${withHeader.name} says what any header costs: it is sent, read by the server, and redacted for the span. The rest `
      + `is ${mintmark.name}'s: the URL is looked at and the token's clock read, the refusals are told from other replies, `
      + "and the header is hidden from whatever shows the request afterwards.",
      "A request over loopback waits for two processes to be woken, which varies by more than what is to be told here: "
      + "where the quartiles lie on both sides of the goal, neither reaching nor missing it is certain.",
      "Others than these attach no token to requests, or only to those of an API of their own."
    ]
  }
}
