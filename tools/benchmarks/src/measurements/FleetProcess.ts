import * as NodeRedis from "@effect/platform-node/NodeRedis"
import { Routee } from "@mintmark/routee/Routee"
import * as RedisTokenStore from "@mintmark/store/RedisTokenStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { credentials } from "../Contestant.ts"
import { nanoseconds } from "../harness/Micro.ts"
import { interleave, type Rounds } from "../harness/Rounds.ts"
import { transports } from "../harness/Transport.ts"

const rounds = 9
const reads = 1_000

const store = (redis: string) =>
  RedisTokenStore.layer({ keys: [Redacted.make(Buffer.alloc(32, 7).toString("base64"))] }).pipe(
    Layer.provide(NodeRedis.layer({ url: redis }))
  )

const open = async (origin: string, redis: string) => {
  const routee = Routee.layer({
    applicationId: credentials.id,
    applicationSecret: Redacted.make(credentials.secret),
    baseUrl: `${origin}/86400`
  }).pipe(Layer.provide(transports.undici.layer))
  const context = Layer.buildWithScope(
    redis === "" ? routee : Layer.provide(routee, store(redis)),
    Scope.makeUnsafe()
  )
  return Effect.runPromise(Effect.flatMap(context, (context) => Effect.provideContext(Routee, context)))
}

const reading = (token: Effect.Effect<unknown, unknown>) => {
  let left = 0
  const loop = Effect.suspend(() => {
    left = reads
    return Effect.whileLoop({ while: () => left > 0, body: () => token, step: () => void left-- })
  })
  return () => nanoseconds(() => Effect.runSync(loop), reads)
}

/** What a cached read takes, in nanoseconds: with the shared store behind it, and without. */
const compare = async (origin: string, redis: string): Promise<Rounds<number>> => {
  const entry = async (name: string, redis: string) => {
    const { token } = await open(origin, redis)
    await Effect.runPromise(token)
    return { name, round: reading(token) }
  }
  return interleave(rounds, [await entry("with a shared store", redis), await entry("alone", "")])
}

/** One process of a fleet of `count`, which gets its token when all of them are ready; or the comparison, without. */
export default async (origin: string, redis: string, count: string): Promise<Rounds<number> | undefined> => {
  if (count === "") return compare(origin, redis)
  const { token } = await open(origin, redis)
  await fetch(`${origin}/together/${count}`)
  await Effect.runPromise(token)
  return undefined
}
