import { assert, describe, it } from "@effect/vitest"
import { routee } from "@mintmark/routee/test/Pages"
import { routera } from "@mintmark/routera/test/Pages"
import { voipex } from "@mintmark/voipex/test/Pages"
import { current, v0 } from "@mintmark/vonage-contact-center/test/Pages"
import * as Effect from "effect/Effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { atTerminal } from "./support/inProcess.ts"

// What `doctor` says to each failed reply that a provider documents: the cause, and the next step.

const check = (id: string, secret: string) => `Check ${id} and ${secret}.`
const base = (variable: string) => `Correct ${variable}, or remove it to use the provider itself.`

const says: Readonly<Record<string, Readonly<Record<string, readonly [cause: string, next: string, code: number]>>>> = {
  "routee": {
    "wrong credentials in Spring's form": [
      "The credentials were refused (status 401, Unauthorized).",
      check("ROUTEE_APPLICATION_ID", "ROUTEE_APPLICATION_SECRET"),
      4
    ],
    "a scope that the application may not have": [
      "The token request was refused (status 400, invalid_scope): Invalid scope.",
      "Request scopes, with --scope or ROUTEE_SCOPES.",
      5
    ]
  },
  "routera": {
    "a grant_type that is missing": [
      "The token request was refused (status 400, invalid_request): grant_type is missing.",
      `Is this routera's token endpoint? ${base("ROUTERA_BASE_URL")}`,
      5
    ],
    "a grant_type that is not valid": [
      "The token request was refused (status 400, unsupported_grant_type): grant_type is not valid.",
      `Is this routera's token endpoint? ${base("ROUTERA_BASE_URL")}`,
      5
    ],
    "a client_id or client_secret that is not valid": [
      "The credentials were refused (status 401, invalid_client): client_id or client_secret is not valid.",
      check("ROUTERA_CLIENT_ID", "ROUTERA_CLIENT_SECRET"),
      4
    ]
  },
  "voipex": {
    "a refused password of an older server": [
      "The password was refused (status 401, invalid_grant): Invalid user credentials.",
      "Check VOIPEX_USERNAME and VOIPEX_PASSWORD before you try again: a few refusals can lock the account.",
      4
    ],
    "a refused password of a newer server": [
      "The password was refused (status 400, invalid_grant): Invalid user credentials.",
      "Check VOIPEX_USERNAME and VOIPEX_PASSWORD before you try again: a few refusals can lock the account.",
      4
    ],
    "an account that is not fully set up": [
      "The password was refused (status 400, invalid_grant): Account is not fully set up.",
      "Check VOIPEX_USERNAME and VOIPEX_PASSWORD before you try again: a few refusals can lock the account.",
      4
    ],
    "a client that may not use the grant": [
      "The token request was refused (status 400, unauthorized_client): Client not allowed for direct access grants.",
      `Is this voipex's token endpoint? ${base("VOIPEX_BASE_URL")}`,
      5
    ],
    "a client that is unknown": [
      "The credentials were refused (status 401, invalid_client): Invalid client or Invalid client credentials.",
      "The server doesn't know the default client id: set VOIPEX_CLIENT_ID to the account's.",
      4
    ],
    "a request without a refresh token": [
      "The token request was refused (status 400, invalid_request): No refresh token.",
      `Is this voipex's token endpoint? ${base("VOIPEX_BASE_URL")}`,
      5
    ]
  },
  "vonage-contact-center-v0": {
    "a bad request without a description": [
      "The token request was refused (status 400, invalid_request).",
      `Is this vonage-contact-center-v0's token endpoint? ${base("VONAGE_CONTACT_CENTER_V0_BASE_URL")}`,
      5
    ],
    "a wrong client secret": [
      "The credentials were refused (status 401, invalid_client): The client secret was incorrect.",
      check("VONAGE_CONTACT_CENTER_V0_ACCOUNT_KEY", "VONAGE_CONTACT_CENTER_V0_API_TOKEN"),
      4
    ]
  },
  "vonage-contact-center": {
    "a grant that isn't supported": [
      "The token request was refused (status 400, unsupported_grant_type): Invalid grant_type.",
      `Is this vonage-contact-center's token endpoint? ${base("VONAGE_CONTACT_CENTER_BASE_URL")}`,
      5
    ],
    "a scope that is missing": [
      "The token request was refused (status 400, invalid_scope): You must specify a scope.",
      "Request other scopes, with --scope or VONAGE_CONTACT_CENTER_SCOPES.",
      5
    ],
    "a server error with the words of a status line instead of a code": [
      "127.0.0.1 failed (status 500, JSON with the fields error, error_description).",
      "Try again later.",
      6
    ]
  }
}

const serving = (status: number, body: unknown) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<ReturnType<typeof createServer>>((resume) => {
        const server = createServer((_, response) =>
          response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
        )
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) => Effect.sync(() => server.close())
    ),
    (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  )

const values: Readonly<Record<string, string>> = {
  clientId: "a1b2c3d4e5",
  clientSecret: "canary",
  username: "alice@example.com",
  password: "canary",
  region: "emea"
}

describe("mintmark doctor has a conclusion for", () => {
  for (
    const { policy: { settings }, provider: { id, scopesRequired }, stated: { failures } } of [
      routee,
      routera,
      voipex,
      v0,
      current
    ]
  ) {
    for (const { body, name, status } of failures) {
      it.live(`${id}'s ${name}`, () =>
        Effect.gen(function*() {
          const baseUrl = yield* serving(status, body)
          const known = { ...values, baseUrl, ...scopesRequired ? { scopes: "users:read" } : {} }
          const env = Object.fromEntries(
            Object.entries(settings).flatMap(([name, { variable }]) => {
              const value = Object.entries(known).find(([known]) => known === name)?.[1]
              return value === undefined || id === "voipex" && name === "clientId" ? [] : [[variable, value]]
            })
          )
          const outcome = yield* atTerminal(["doctor", id], env)
          const [said, todo] = outcome.stdout.trimEnd().split("\n\n").at(-1)?.split("\n") ?? []
          const [cause, next, code] = says[id]?.[name] ?? []
          assert.deepStrictEqual([said?.replace(/(127\.0\.0\.1):\d+/, "$1"), todo, outcome.code], [cause, next, code])
        }))
    }
  }

  it("each failed reply that a provider documents, and no other", () => {
    for (const { provider: { id }, stated: { failures } } of [routee, routera, voipex, v0, current]) {
      assert.deepStrictEqual(Object.keys(says[id] ?? {}), failures.map(({ name }) => name))
    }
  })
})
