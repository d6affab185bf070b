// A tenant has an account of its own at Routera. One pool serves them all.
import * as TokenPool from "@mintmark/core/TokenPool"
import { routera } from "@mintmark/routera"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Vault } from "./Vault.ts"

/** The access tokens of all tenants, found by a tenant's id. */
export class Tenants extends Context.Service<Tenants, TokenPool.TokenPool<string>>()("my-app/Tenants") {
  static readonly layer = (options: { readonly baseUrl?: string | undefined } = {}) =>
    Layer.effect(
      this,
      Effect.gen(function*() {
        const vault = yield* Vault
        return yield* TokenPool.make(routera, {
          ...options,
          // The secret is read for each token request: one that was changed is picked up by itself.
          account: (tenant: string) => ({ clientId: tenant, clientSecret: vault.secretOf(tenant) }),
          // A tenant's account is evicted after an hour without use, or when the pool is full.
          capacity: 10_000
        })
      })
    )
}
