// The providers as the sandbox plays them. The sandbox writes down every request: its journal is the log.
import * as Account from "@mintmark/sandbox/Account"
import type { JournalEntry } from "@mintmark/sandbox/JournalEntry"
import { Sandbox } from "@mintmark/sandbox/Sandbox"
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
    config: ConfigProvider.fromUnknown(settings(sandbox.urls)),
    http: (application) => application,
    request: ({ request }) => request.sandbox,
    log: Effect.zipWith(sandbox.journal, sandbox.tokens, logOf),
    witness: "the sandbox's own log"
  }))
)

/** What would otherwise be in the environment. */
const settings = (urls: typeof Sandbox.Service["urls"]) => ({
  ROUTEE_APPLICATION_ID: Account.routee.clientId,
  ROUTEE_APPLICATION_SECRET: Account.routee.clientSecret,
  ROUTEE_SCOPES: "account sms",
  ROUTEE_BASE_URL: urls.routee,
  ROUTERA_CLIENT_ID: Account.routera.clientId,
  ROUTERA_CLIENT_SECRET: Account.routera.clientSecret,
  ROUTERA_BASE_URL: urls.routera,
  VOIPEX_USERNAME: Account.voipex.username,
  VOIPEX_PASSWORD: Account.voipex.password,
  VOIPEX_BASE_URL: urls.voipex,
  VONAGE_CONTACT_CENTER_V0_REGION: "emea",
  VONAGE_CONTACT_CENTER_V0_ACCOUNT_KEY: Account.vonageV0.clientId,
  VONAGE_CONTACT_CENTER_V0_API_TOKEN: Account.vonageV0.clientSecret,
  VONAGE_CONTACT_CENTER_V0_BASE_URL: urls["vonage-contact-center-v0"],
  VONAGE_CONTACT_CENTER_REGION: "emea",
  VONAGE_CONTACT_CENTER_CLIENT_ID: Account.vonage.clientId,
  VONAGE_CONTACT_CENTER_CLIENT_SECRET: Account.vonage.clientSecret,
  VONAGE_CONTACT_CENTER_SCOPES: "users:read",
  VONAGE_CONTACT_CENTER_BASE_URL: urls["vonage-contact-center"]
})

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
