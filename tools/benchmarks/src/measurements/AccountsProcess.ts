import * as TokenPool from "@mintmark/core/TokenPool"
import { routee } from "@mintmark/routee/Routee"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { heap } from "../harness/Memory.ts"
import { nanoseconds } from "../harness/Micro.ts"

/** What one way to keep many accounts costs, found in a process of its own. */
export interface Found {
  readonly bytes: number
  /** The nanoseconds that a read of one account's token takes, with all of them there. */
  readonly read: ReadonlyArray<number>
  /** The same where that account is alone, in turns with it: code is compiled anew for what it has met. */
  readonly alone: ReadonlyArray<number>
}

interface Keeper {
  readonly take: (keys: ReadonlyArray<string>) => Promise<unknown>
  readonly read: (key: string) => () => unknown
  /** How often one call of `read` reads. */
  readonly reads: number
}

const reads = 1_000

/**
 * So many accounts, or a hundredth of all, get their tokens before what their requests have left is collected. It is no
 * account's, but tables that grow with it keep their size, such as the one where Effect's `Redacted` finds its text.
 */
const smallestBatch = 1_000

// A token that no other account has, as long as Routee's.
let issued = 0
const reply = () => ({
  access_token: `b2014e88-86ff-44fc-ac98-${String(++issued).padStart(12, "0")}`,
  token_type: "Bearer",
  expires_in: 86_400
})

const pool = async (capacity: number): Promise<Keeper> => {
  const http = HttpClient.make((request) =>
    Effect.sync(() => HttpClientResponse.fromWeb(request, Response.json(reply())))
  )
  const secret = Redacted.make("vb6QpjCIOG")
  const made = await Effect.runPromise(
    TokenPool.make(routee, {
      baseUrl: "https://benchmark.test",
      account: (key: string) => ({ applicationId: key, applicationSecret: secret }),
      capacity
    }).pipe(
      Effect.provideService(HttpClient.HttpClient, http),
      Effect.provideService(Scope.Scope, Scope.makeUnsafe())
    )
  )
  return {
    take: (keys) => Effect.runPromise(Effect.forEach(keys, made.get, { concurrency: 100, discard: true })),
    read: (key) => {
      const get = made.get(key)
      let left = 0
      const loop = Effect.suspend(() => {
        left = reads
        return Effect.whileLoop({ while: () => left > 0, body: () => get, step: () => void left-- })
      })
      return () => Effect.runSync(loop)
    },
    reads
  }
}

const byHand = async (): Promise<Keeper> => {
  const kept = new Map<string, Promise<{ readonly value: string; readonly expiresAt: number }>>()
  const get = (key: string) => {
    let token = kept.get(key)
    if (token === undefined) {
      const { access_token, expires_in }: ReturnType<typeof reply> = JSON.parse(JSON.stringify(reply()))
      token = Promise.resolve({ value: access_token, expiresAt: Date.now() + expires_in * 1000 })
      kept.set(key, token)
    }
    return token
  }
  return {
    take: async (keys) => {
      for (const key of keys) await get(key)
    },
    read: (key) => () => get(key),
    reads: 1
  }
}

const keepers: Readonly<Record<string, (capacity: number) => Promise<Keeper>>> = { pool, byHand }

/** A text that is kept in one piece: one of several would become smaller when it is looked up for the first time. */
const flat = (text: string): string => Buffer.from(text).toString("latin1")

const named = (name: string, count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, index) => flat(`${name}-${index.toString().padStart(8, "0")}`))

/** `rounds` is how often reads are measured. */
export default async (name: string, count: string, rounds: string): Promise<Found> => {
  const make = keepers[name]
  if (make === undefined) throw new Error(`no contestant is called ${name}`)
  const [keeper, other] = [await make(Number(count)), await make(1)]
  const keys = named("account", Number(count))
  const hot = keys[Math.floor(keys.length / 2)] ?? ""
  // What the first ones cost besides is no account's: code is compiled for them, and once more when it is used often.
  await (await make(Number(count))).take(named("first", 5 * smallestBatch))
  const before = await heap()
  const batch = Math.max(smallestBatch, keys.length / 100)
  for (let taken = 0; taken < keys.length; taken += batch) {
    await keeper.take(keys.slice(taken, taken + batch))
    // What a request leaves goes when its timers have ended.
    await new Promise((resolve) => setTimeout(resolve))
    globalThis.gc?.()
  }
  const after = await heap()
  await other.take([hot])
  const [among, only] = [keeper.read(hot), other.read(hot)]
  const read = new Array<number>()
  const alone = new Array<number>()
  for (let round = 0; round < Number(rounds); round++) {
    read.push(await nanoseconds(among, keeper.reads))
    alone.push(await nanoseconds(only, other.reads))
  }
  return { bytes: (after - before) / keys.length, read, alone }
}
