const parts: ReadonlyArray<readonly [modules: RegExp, part: string]> = [
  [/shown|printable/, "hiding secrets in what servers say"],
  [
    /engine\/Reply|replyBody|standardFields|retryAfter|internal\/text|TokenReply/,
    "what replies mean, and their Schema"
  ],
  [/Telemetry|EventHub/, "spans, metrics, logs and events"],
  [/internal\/engine|TokenStore/, "the state machine, its token requests and what is remembered"],
  [/TokenError|unavailable/, "errors"],
  [/http\/(?:TokenEndpoint|send|Sending|transport|decompress|url)/, "the exchange with the token endpoint"],
  [/internal\/http|Authorization|AuthenticatedHttpClient|AccessToken/, "the client that carries tokens"],
  [/TokenRequest|ClientAuthentication|Grant/, "the token request"],
  [/./, "providers, settings, their checks, and services"]
]

/** What a module of our own is for, by where it is. */
export const partOf = (module: string): string => parts.find(([modules]) => modules.test(module))?.[1] ?? module
