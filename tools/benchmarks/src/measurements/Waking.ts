import * as Fetch from "@mintmark/core/Fetch"
import { Routee } from "@mintmark/routee/Routee"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { handWritten, mintmark, mintmarkFetch } from "../contestants/index.ts"
import type { Cost } from "../harness/Load.ts"
import { interleave, pick } from "../harness/Rounds.ts"
import type { Measurement } from "../Measurement.ts"

/** How many wait. */
export const callers = 10_000
const rounds = 41

const reply = { access_token: "b2014e88-86ff-44fc-ac98-000000000001", token_type: "Bearer", expires_in: 86_400 }

/** An authorization server in this process, which returns a token when it is told to. */
const makeServer = () => {
  let release: () => void = () => {}
  let asked: () => void = () => {}
  return {
    /** Waits for a token request. */
    asked: () =>
      new Promise<void>((resolve) => {
        asked = resolve
      }),
    release: () => release(),
    reply: () =>
      new Promise<typeof reply>((resolve) => {
        release = () => resolve(reply)
        asked()
      })
  }
}

type Server = ReturnType<typeof makeServer>

/** What all callers cost together, in milliseconds: those who come and wait, and those who are woken. */
const wake = async (server: Server, call: () => Promise<unknown>): Promise<Cost> => {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const asked = server.asked()
  const all = Promise.all(Array.from({ length: callers }, call))
  await asked
  server.release()
  await all
  const wall = performance.now() - start
  const { system, user } = process.cpuUsage(cpu)
  return { wall, cpu: (system + user) / 1_000 }
}

const byHand = async (): Promise<Cost> => {
  const server = makeServer()
  let promise: Promise<typeof reply> | undefined
  return wake(server, async () => (await (promise ??= server.reply())).access_token)
}

const layer = Routee.layer({ applicationId: "id", applicationSecret: Redacted.make("secret") })

const inEffect = async (): Promise<Cost> => {
  const server = makeServer()
  const http = HttpClient.make((request) =>
    Effect.map(Effect.promise(server.reply), (reply) => HttpClientResponse.fromWeb(request, Response.json(reply)))
  )
  const runtime = ManagedRuntime.make(Layer.provide(layer, Layer.succeed(HttpClient.HttpClient, http)))
  const { token } = await runtime.runPromise(Routee)
  const cost = await wake(server, () => Effect.runPromise(token))
  await runtime.dispose()
  return cost
}

const inFetch = async (): Promise<Cost> => {
  const server = makeServer()
  const routee = Fetch.make(layer, Routee, { fetch: async () => Response.json(await server.reply()) })
  const cost = await wake(server, routee.token)
  await routee.close()
  return cost
}

/** As many fibers, each of which waits for one promise, and nothing else. */
const fibers = async (): Promise<Cost> => {
  const server = makeServer()
  let promise: Promise<typeof reply> | undefined
  return wake(server, () => Effect.runPromise(Effect.promise(() => promise ??= server.reply())))
}

const fiberFloor = "as many fibers that wait for one promise"

/** Those who wait, in each way. */
export const waiting = [
  { name: mintmark.name, round: inEffect },
  { name: mintmarkFetch.name, round: inFetch },
  { name: handWritten.name, round: byHand },
  { name: fiberFloor, round: fibers }
]

export default async (): Promise<Measurement> => {
  const found = await interleave(rounds, waiting, 5)
  const group = `${callers.toLocaleString("en")} callers`
  const floor = handWritten.name
  return {
    title: "Callers that wait for one token",
    about:
      "So many callers, each with a Promise, come while there is no token, wait for the one token request, and are "
      + "woken. The server is in this process, so that nothing but that is measured.",
    columns: [
      {
        group,
        title: "time",
        unit: "ms",
        floor,
        figures: pick(found, ({ wall }) => wall),
        goals: [
          { of: mintmark.name, to: [floor], atMost: 2 },
          { of: mintmarkFetch.name, to: [floor], atMost: 2 },
          { of: mintmark.name, to: [fiberFloor], atMost: 2 }
        ]
      },
      { group, title: "CPU", unit: "ms", floor, figures: pick(found, ({ cpu }) => cpu) }
    ],
    notes: [
      `${mintmark.name}'s callers are fibers, \`Effect.runPromise(token)\` each. "${fiberFloor}" says what fibers cost `
      + "that do nothing else: a fiber for each caller is what the ratio to code without fibers is made of, and it stays, "
      + `since a caller in Effect is a fiber. Callers of ${mintmarkFetch.name} share one promise instead.`
    ]
  }
}
