import * as Providers from "./Providers.ts"

/** How a command caches tokens for the next one. */
export const caching = [
  "With a key in MINTMARK_CACHE_KEY (`openssl rand -base64 32` makes one), tokens are cached, encrypted,",
  "for the next call: ten calls in a script then need one token request."
]

const indent = "\n  "
const width = 96

/** A command's description: what it does, then what to set for each provider. */
export const withSettings = (...lines: ReadonlyArray<string>): string =>
  [
    ...lines,
    "",
    "Settings come from the environment, then from a file .env in this folder; what is missing is",
    "asked for in a terminal. Secrets are never taken as arguments. [In brackets: optional.]",
    "",
    ...Providers.ids.map(Providers.entry).flatMap(paragraph),
    ...paragraph(Providers.server(undefined, "", { needsApi: false })),
    `  Any other server: see --issuer, --token-endpoint and --prefix.`
  ].join(indent)

const paragraph = (service: Providers.Service): ReadonlyArray<string> => [
  service.id,
  ...wrap(variables(service)).map((line) => `  ${line}`)
]

const variables = (service: Providers.Service): ReadonlyArray<string> => {
  const required = service.required.map(({ variable }) => variable)
  const all = service.settings.map(({ variable }) => variable)
  return [...required, ...all.filter((variable) => !required.includes(variable)).map((variable) => `[${variable}]`)]
}

const wrap = (words: ReadonlyArray<string>): ReadonlyArray<string> =>
  words.reduce<ReadonlyArray<string>>((lines, word) => {
    const line = [...lines.slice(-1), word].join(" ")
    return lines.length === 0 || line.length > width ? [...lines, word] : [...lines.slice(0, -1), line]
  }, [])
