// Where secrets are kept. An application reads from its secret manager here.
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"

export class UnknownTenant extends Data.TaggedError("UnknownTenant")<{ readonly tenant: string }> {}

export class Vault extends Context.Service<Vault, {
  readonly secretOf: (tenant: string) => Effect.Effect<Redacted.Redacted, UnknownTenant>
}>()("my-app/Vault") {}
