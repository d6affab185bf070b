import * as ReplyReader from "@mintmark/core/internal/engine/ReplyReader"
import { readBody } from "@mintmark/core/internal/http/replyBody"
import { resolve } from "@mintmark/core/internal/request/resolve"
import * as TokenRequest from "@mintmark/core/internal/request/TokenRequest"
import { routee } from "@mintmark/routee/Routee"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { credentials } from "../Contestant.ts"
import { handWritten, mintmark } from "../contestants/index.ts"
import { nanoseconds } from "../harness/Micro.ts"
import { interleave } from "../harness/Rounds.ts"
import type { Measurement } from "../Measurement.ts"

const rounds = 15

const provider = Result.getOrThrow(resolve(routee, {}))

const request = Effect.runSync(TokenRequest.make(provider, {
  values: { clientId: credentials.id, clientSecret: Redacted.make(credentials.secret) },
  scopes: []
}))

const body = new TextEncoder().encode(JSON.stringify({
  access_token: "b2014e88-86ff-44fc-ac98-000000000001",
  token_type: "bearer",
  expires_in: 86_400,
  scope: "contact account sms",
  permissions: ["MT_ROLE_SMS", "MT_ROLE_ACCOUNT_FINANCE"]
}))

const response = {
  status: 200,
  retryAfter: undefined,
  date: "Tue, 01 Jan 2030 00:00:00 GMT",
  body,
  requestedAt: Date.UTC(2030, 0, 1),
  receivedAt: Date.UTC(2030, 0, 1) + 250
}

const decoder = new TextDecoder()

/** What a caller would read, who believes what comes. */
const byHand = () => {
  const reply: { readonly access_token: string; readonly expires_in: number } = JSON.parse(decoder.decode(body))
  return { value: reply.access_token, expiresAt: Date.now() + reply.expires_in * 1000 }
}

const read = ReplyReader.make(provider)

/** Reads a reply. */
export const readReply = () => read(request, response)

export default async (): Promise<Measurement> => {
  const decode = Schema.decodeUnknownResult(provider.reply)
  const { fields } = readBody(body)
  if (Result.isFailure(readReply()) || Result.isFailure(decode(fields))) throw new Error("no token")
  const steps: Readonly<Record<string, () => unknown>> = {
    [mintmark.name]: readReply,
    "of this, the JSON: well-formed, no key twice": () => readBody(body),
    "of this, the Schema": () => decode(fields),
    [handWritten.name]: byHand
  }
  const found = await interleave(
    rounds,
    Object.entries(steps).map(([name, step]) => ({ name, round: async () => await nanoseconds(step) / 1_000 }))
  )
  return {
    title: "Reading a reply",
    about: "From the bytes of Routee's reply to an access token: the JSON, the provider's Schema, and what is checked "
      + "whatever the Schema did.",
    columns: [{
      group: "One reply",
      title: "time",
      unit: "µs",
      figures: found,
      goals: [{ of: mintmark.name, atMost: 5 }]
    }],
    notes: []
  }
}
