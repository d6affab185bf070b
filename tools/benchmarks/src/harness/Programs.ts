import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { providers } from "./Published.ts"

const service: Readonly<Record<typeof providers[number], string>> = {
  routee: "Routee",
  routera: "Routera",
  voipex: "Voipex",
  "vonage-contact-center": "VonageContactCenter"
}

/** What a program imports that sends HTTP requests without us. */
export const httpClientModules = ["effect/Effect", "effect/http/FetchHttpClient", "effect/http/HttpClient"]

const tokenBy = (provider: typeof providers[number]) =>
  `import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import { ${service[provider]} } from ${JSON.stringify(`@mintmark/${provider}`)}

const program = Effect.flatMap(${service[provider]}, (account) => account.token)

Effect.runPromise(program.pipe(
  Effect.provide(${service[provider]}.layerConfig()),
  Effect.provide(FetchHttpClient.layer)
))
`

/** The same request without us. */
const tokenByHttpClient = `import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"

const program = Effect.flatMap(
  HttpClient.post("https://auth.routee.net/oauth/token", {
    body: HttpBody.text("grant_type=client_credentials", "application/x-www-form-urlencoded")
  }),
  (response) => response.json
)

Effect.runPromise(program.pipe(Effect.provide(FetchHttpClient.layer)))
`

/** The smallest programs that get a token: for each, the file in which it was written. */
export const writePrograms = (folder: string) => {
  const write = (name: string, source: string) => {
    const file = join(folder, `${name}.js`)
    writeFileSync(file, source)
    return file
  }
  return {
    httpClient: write("http-client", tokenByHttpClient),
    providers: providers.map((provider) => {
      const name = `@mintmark/${provider}`
      return { name, file: write(provider, tokenBy(provider)) }
    })
  }
}
