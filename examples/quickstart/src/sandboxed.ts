// The providers as the sandbox plays them. The sandbox writes down every request: its journal is the log.
import type { JournalEntry } from "@mintmark/sandbox/JournalEntry"
import { environment, Sandbox } from "@mintmark/sandbox/Sandbox"
import type { ValidToken } from "@mintmark/sandbox/Token"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"
import type { LogEntry } from "./figures.ts"
import { providers } from "./providers.ts"
import type { Stage } from "./stage.ts"

/** Starts a sandbox that ends with the scope. */
export const sandboxed: Effect.Effect<Stage, string, Scope> = Layer.build(Sandbox.layer()).pipe(
  Effect.mapError(() => "The sandbox could not be started: no port of this machine can be listened on."),
  Effect.map((context) => Context.get(context, Sandbox)),
  Effect.map((sandbox) => ({
    introduction: `A sandbox on ${sandbox.origin} plays the providers: nothing leaves this machine.${unused()}`,
    providers,
    config: ConfigProvider.fromUnknown({ ...environment(sandbox.urls), ROUTEE_SCOPES: "account sms" }),
    http: (application) => application,
    request: ({ request }) => request.sandbox,
    log: Effect.zipWith(sandbox.journal, sandbox.tokens, logOf),
    witness: "the sandbox's own log"
  }))
)

/** Prints a notice where the settings suggest the real providers. */
const unused = () => {
  const variable = providers.flatMap(({ credentials }) => credentials).find((variable) => process.env[variable])
  return variable === undefined
    ? ""
    : `\n${variable} is set, and not used here: npm start -- --live goes to the real provider.`
}

const logOf = (journal: ReadonlyArray<JournalEntry>, tokens: ReadonlyArray<ValidToken>): ReadonlyArray<LogEntry> =>
  journal.flatMap((entry): ReadonlyArray<LogEntry> => {
    const provider = providers.find(({ id }) => id === entry.provider)?.name ?? "unknown"
    switch (entry.kind) {
      case "token":
        return [{
          kind: "token",
          provider,
          grant: entry.grant ?? "-",
          placement: entry.placement,
          ...issued(entry, tokens)
        }]
      case "api":
        return [{
          kind: "api",
          provider,
          tokenType: entry.fingerprints.bearer === undefined ? "-" : "Bearer",
          token: entry.fingerprints.bearer
        }]
      case "other":
        return []
    }
  })

const issued = ({ fingerprints }: JournalEntry, tokens: ReadonlyArray<ValidToken>) => {
  const token = tokens.find(({ fingerprint }) => fingerprint === fingerprints.accessTokenIssued)
  return {
    token: token?.fingerprint,
    scopes: token?.scopes ?? [],
    lifetime: token?.expiresAt === undefined ? undefined : Math.round((token.expiresAt - token.issuedAt) / 1000)
  }
}
