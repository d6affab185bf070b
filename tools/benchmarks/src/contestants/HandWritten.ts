import { apiUrl, type Contestant, credentials, type Setting, tokenUrl } from "../Contestant.ts"

interface Token {
  readonly value: string
  readonly expiresAt: number
}

const authorization = `Basic ${btoa(`${credentials.id}:${credentials.secret}`)}`

const headers = {
  authorization,
  accept: "application/json",
  "content-type": "application/x-www-form-urlencoded"
}

const ask = async (url: string, { transport }: Setting): Promise<Token> => {
  const { status, text } = await transport.send({ url, method: "POST", headers, body: "grant_type=client_credentials" })
  if (status !== 200) throw new Error(`no token: status ${status}`)
  const reply: { readonly access_token: string; readonly expires_in: number } = JSON.parse(text)
  return { value: reply.access_token, expiresAt: Date.now() + reply.expires_in * 1000 }
}

/** The floor: a cached promise, and no other care taken. */
export const handWritten: Contestant = {
  name: "thirty lines by hand",
  how: "keeps one promise of a token until its end; no renewal ahead, no limits, no retries",
  open: async (setting) => {
    const url = tokenUrl(setting)
    let promise: Promise<Token> | undefined
    let expiresAt = Infinity

    const token = (): Promise<Token> => {
      if (promise === undefined || Date.now() >= expiresAt) {
        expiresAt = Infinity
        const asked = promise = ask(url, setting).then(
          (token) => {
            expiresAt = token.expiresAt
            return token
          },
          (error) => {
            if (promise === asked) promise = undefined
            throw error
          }
        )
      }
      return promise
    }
    const send = async (token: Token) => {
      const bearer = { authorization: `Bearer ${token.value}` }
      return (await setting.transport.send({ url: apiUrl(setting), method: "GET", headers: bearer })).status
    }
    return {
      token,
      request: () => ask(url, setting),
      api: async () => {
        const seen = token()
        const status = await send(await seen)
        if (status !== 401) return status
        if (promise === seen) promise = undefined
        return send(await token())
      }
    }
  }
}
