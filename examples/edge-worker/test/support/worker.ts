// A worker for tests: each account of its own, over Fetch or over Effect.
import * as Fetch from "@mintmark/core/Fetch"
import { WaitUntil } from "@mintmark/core/TokenSource"
import { Routee } from "@mintmark/routee"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"

interface Token {
  readonly value: Redacted.Redacted
  readonly expiresAt: number
}

type Get = (signal: AbortSignal | undefined) => Promise<Token>

interface Context {
  readonly waitUntil: (promise: Promise<unknown>) => void
}

const options = (account: string, server: string) => ({
  applicationId: account,
  applicationSecret: Redacted.make("secret"),
  baseUrl: `${server}/${account}`
})

// The request that is being served: `waitUntil` of `cloudflare:workers` finds it by itself.
let current: Context | undefined
const waitUntil = (promise: Promise<unknown>): void => current?.waitUntil(promise)

const overFetch = (account: string, server: string, isKept: boolean): Get => {
  const { token } = Fetch.make(
    Routee.layer(options(account, server)),
    Routee,
    isKept ? { waitUntil } : {}
  )
  return (signal) => token({ signal })
}

const overEffect = (account: string, server: string, isKept: boolean): Get => {
  const runtime = ManagedRuntime.make(
    Routee.layer(options(account, server)).pipe(
      Layer.provide(FetchHttpClient.layer),
      Layer.provide(isKept ? Layer.succeed(WaitUntil, waitUntil) : Layer.empty)
    )
  )
  const token = Effect.flatMap(Routee, (routee) => routee.token)
  return (signal) => runtime.runPromise(token, signal === undefined ? undefined : { signal })
}

const accounts = new Map<string, Get>()

export default {
  fetch: async (request: Request, env: { readonly SERVER: string }, context: Context): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url)
    const account = pathname.slice(1)
    let get = accounts.get(account)
    if (get === undefined) {
      const make = account.startsWith("fetch") ? overFetch : overEffect
      get = make(account, env.SERVER, account.includes("kept"))
      accounts.set(account, get)
    }
    const abort = searchParams.get("abort")
    current = context
    try {
      const { expiresAt, value } = await get(abort === null ? undefined : AbortSignal.timeout(Number(abort)))
      return Response.json({ token: Redacted.value(value), expiresAt })
    } catch (error) {
      return new Response(String(error), { status: 500 })
    }
  }
}
