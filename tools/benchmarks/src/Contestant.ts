import type * as Effect from "effect/Effect"
import type { Transport } from "./harness/Transport.ts"

/** What a user would write, or pick. What it can't do is left out of that measurement, and the table says so. */
export interface Contestant {
  readonly name: string
  /** The npm package that it is. */
  readonly package?: string
  /** How it is called here, for those who know it. */
  readonly how: string
  /** How many seconds before its expiry it treats a token as expired. */
  readonly endsEarly?: number
  /** Makes it ready, with nothing cached; `undefined` where it can't use this transport. */
  readonly open: (setting: Setting) => Promise<Client | undefined>
}

export interface Setting {
  readonly origin: string
  /** The seconds that the server's tokens live. */
  readonly lifetime: number
  readonly transport: Transport
}

export interface Client {
  /** A token: its own cache's, while that has one. */
  readonly token?: () => Promise<unknown>
  /** The same, for callers who write Effect. */
  readonly tokenEffect?: Effect.Effect<unknown, unknown>
  /** A token request, whatever is cached. */
  readonly request?: () => Promise<unknown>
  /** An API request that carries the token: the status of the answer. */
  readonly api?: () => Promise<number>
  readonly close?: () => Promise<void>
}

export const credentials = { id: "5756a411e4b06a33d50517c7", secret: "vb6QpjCIOG" }

export const tokenUrl = ({ lifetime, origin }: Setting): string => `${origin}/${lifetime}/oauth/token`

export const apiUrl = ({ lifetime, origin }: Setting): string => `${origin}/${lifetime}/accounts/me/balance`
