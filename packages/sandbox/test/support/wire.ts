import * as Effect from "effect/Effect"
import type * as Account from "../../src/Account.ts"

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export const request = (url: string, init: RequestInit = {}): Effect.Effect<Answer> =>
  Effect.promise(async (signal) => {
    const response = await fetch(url, { redirect: "manual", ...init, signal })
    return { status: response.status, headers: response.headers, text: await response.text() }
  })

/** Posts a form exactly as it stands. */
export const post = (url: string, form: string, headers: Record<string, string> = {}): Effect.Effect<Answer> =>
  request(url, {
    method: "POST",
    body: form,
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers }
  })

export const basic = (text: string): { readonly authorization: string } => ({
  authorization: `Basic ${Buffer.from(text).toString("base64")}`
})

export const basicOf = (account: Account.ClientAccount) => basic(`${account.clientId}:${account.clientSecret}`)

export const bearer = (token: string): { readonly authorization: string } => ({ authorization: `Bearer ${token}` })

/** A field of a JSON answer, as text. */
export const field = (answer: Answer, name: string): string => String(JSON.parse(answer.text)[name])

export const fields = (answer: Answer): ReadonlyArray<string> => Object.keys(JSON.parse(answer.text))
