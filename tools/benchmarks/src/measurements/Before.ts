import type * as RouteeModule from "@mintmark/routee/Routee"
import type * as EffectModule from "effect/Effect"
import type * as HttpClientModule from "effect/http/HttpClient"
import type * as HttpClientResponseModule from "effect/http/HttpClientResponse"
import type * as RedactedModule from "effect/Redacted"
import type * as ScopeModule from "effect/Scope"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { nanoseconds } from "../harness/Micro.ts"
import { interleave } from "../harness/Rounds.ts"
import type { Measurement } from "../Measurement.ts"

const rounds = 99
const reads = 20_000

const here = "this clone"
const before = "the other clone"

/** A loop of reads of a cached token, by a clone's own build and its own copy of Effect. */
const reader = async (clone: string): Promise<() => unknown> => {
  const load = (path: string) => import(pathToFileURL(join(clone, path)).href)
  const effect = "tools/benchmarks/node_modules/effect/dist"
  const Effect: typeof EffectModule = await load(`${effect}/Effect.js`)
  const HttpClient: typeof HttpClientModule = await load(`${effect}/http/HttpClient.js`)
  const HttpClientResponse: typeof HttpClientResponseModule = await load(
    `${effect}/http/HttpClientResponse.js`
  )
  const Redacted: typeof RedactedModule = await load(`${effect}/Redacted.js`)
  const Scope: typeof ScopeModule = await load(`${effect}/Scope.js`)
  const { Routee }: typeof RouteeModule = await load("packages/routee/dist/Routee.js")

  let requests = 0
  const http = HttpClient.make((request) =>
    Effect.sync(() => {
      if (++requests > 1) throw new Error("a read of a cached token sent a token request")
      return HttpClientResponse.fromWeb(
        request,
        Response.json({ access_token: "token", token_type: "Bearer", expires_in: 86_400 })
      )
    })
  )
  const routee = await Effect.runPromise(
    Routee.make({ applicationId: "id", applicationSecret: Redacted.make("secret") }).pipe(
      Effect.provideService(HttpClient.HttpClient, http),
      Effect.provideService(Scope.Scope, Scope.makeUnsafe())
    )
  )
  const { token } = routee
  await Effect.runPromise(token)
  let left = 0
  const loop = Effect.suspend(() => {
    left = reads
    return Effect.whileLoop({ while: () => left > 0, body: () => token, step: () => void left-- })
  })
  return () => Effect.runSync(loop)
}

/** A cached read by this clone and by another one, which is built, too: both in one process, in turns. */
export default async (clone: string): Promise<Measurement> => {
  const [now, then] = [await reader(join(import.meta.dirname, "../../../..")), await reader(clone)]
  return {
    title: "A cached token, and before",
    about: "The same read by the builds of two clones, in one process, in turns.",
    columns: [
      {
        group: "In a fiber",
        title: "one caller",
        unit: "ns",
        floor: before,
        figures: await interleave(rounds, [
          { name: here, round: () => nanoseconds(now, reads) },
          { name: before, round: () => nanoseconds(then, reads) }
        ], 9),
        goals: [{ of: here, to: [before], atMost: 1.02 }]
      }
    ],
    notes: [`${before}: ${clone}`]
  }
}
