import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as HttpBody from "effect/http/HttpBody"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpMethod from "effect/http/HttpMethod"
import * as Option from "effect/Option"
import type { PlatformError } from "effect/PlatformError"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as ExitCode from "./ExitCode.ts"
import { Failure } from "./Failure.ts"
import * as Help from "./Help.ts"
import { program } from "./Program.ts"
import type * as Providers from "./Providers.ts"
import * as Session from "./Session.ts"
import { whileWaiting } from "./Spinner.ts"

// `fetch` sends no TRACE.
const methods = [...HttpMethod.all].filter((method) => method !== "TRACE")

/** `mintmark request`: an API call with the token on it. */
export const command = Command.make(
  "request",
  {
    ...Session.requiredProvider,
    ...Session.parameters,
    ...Session.cacheParameters,
    method: Argument.String("method").pipe(
      Argument.map((method) => method.toUpperCase()),
      Argument.filterMap(
        (method) => Option.fromUndefinedOr(methods.find((known) => known === method)),
        () => `Expected: ${methods.join(", ")}`
      ),
      Argument.withMetavar("method"),
      Argument.withDescription(`The HTTP method: ${methods.join(", ")}`)
    ),
    path: Argument.String("path").pipe(
      Argument.withDescription("A path of the provider's API, such as /accounts/me/balance, or a whole URL of it")
    ),
    header: Flag.String("header").pipe(
      Flag.withAlias("H"),
      Flag.withDescription("A header to send, as 'Name: value'; may be repeated"),
      Flag.atLeast(0)
    ),
    data: Flag.String("data").pipe(
      Flag.withAlias("d"),
      Flag.withDescription(
        "The body: a text, @file, or @- for standard input; JSON, unless a header names another type"
      ),
      Flag.optional
    ),
    include: Flag.Boolean("include").pipe(
      Flag.withAlias("i"),
      Flag.withDescription("Print the status and the headers of the answer, too"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function*({ data, header, include, method, noCache, path, ...line }) {
    const headers = yield* Effect.forEach(header, parseHeader)
    if (Option.isSome(data) && !HttpMethod.hasBody(method)) {
      return yield* new Failure({ problem: `${method} has no body: omit --data.`, exitCode: ExitCode.usage })
    }
    const sent = yield* Effect.transposeOption(Option.map(data, readBody))
    const parameters = yield* Session.read(line, { needsApi: true })
    const { id, argument } = parameters.service
    const { client, toFailure, warn } = yield* Session.open({ ...parameters, noCache })
    const request = HttpClientRequest.make(method)(isWhole(path) ? path : `/${path}`).pipe(
      Option.isSome(sent)
        ? HttpClientRequest.setBody(HttpBody.uint8Array(sent.value, contentType(headers)))
        : (self) => self,
      HttpClientRequest.setHeaders(headers)
    )
    const response = yield* whileWaiting(client.http.execute(request)).pipe(
      Effect.catchTags({
        TokenError: toFailure,
        HttpClientError: (error) => Effect.fail(fromHttpError(parameters.service, error))
      })
    )
    yield* warn
    if (include) yield* Console.log(head(response))
    const stdio = yield* Stdio.Stdio
    const body = (yield* stdio.stdoutIsTerminal) ? forReading(response) : response.stream
    yield* Stream.run(body, stdio.stdout()).pipe(
      Effect.catchTags({
        HttpClientError: (error) =>
          error.reason._tag === "EmptyBodyError" ? Effect.void : Effect.fail(fromHttpError(parameters.service, error)),
        // The reader has ended, such as `| head`.
        PlatformError: () => Effect.void
      })
    )
    if (response.status >= 400) {
      return yield* new Failure({
        problem: `${id}: the API returned ${response.status} for ${method} ${path.split("?")[0]}.`,
        advice: response.status === 401
          ? `It doesn't take the token. \`${program} doctor ${argument}\` says more.`
          : response.status === 403
          ? "The token lacks a right, or a scope (--scope)."
          : undefined,
        exitCode: ExitCode.api
      })
    }
  }, Effect.scoped)
).pipe(
  Command.withDescription(
    Help.withSettings(
      "Sends a request to the provider's API with an access token on it, and prints the answer's body.",
      "The token goes to the provider's own API alone.",
      ...Help.caching
    )
  ),
  Command.withShortDescription("Call the provider's API with a token"),
  Command.withExamples([
    { command: "mintmark request routee GET /accounts/me/balance", description: "Read something" },
    {
      command: `mintmark request routee POST /sms --data '{"body":"Hello","to":"+30690000000","from":"me"}'`,
      description: "Send something"
    },
    { command: "mintmark request routee POST /sms --data @- < sms.json", description: "Take the body from a file" }
  ])
)

/** A body as it is read in a terminal: JSON is indented, and the prompt begins on a line of its own. */
const forReading = (response: HttpClientResponse.HttpClientResponse): Stream.Stream<
  string | Uint8Array,
  HttpClientError.HttpClientError
> => {
  const { "content-length": length, "content-type": type = "" } = response.headers
  const isShort = Number(length ?? 0) <= 1024 * 1024
  return isShort && /[/+]json\b/i.test(type)
    ? Stream.fromEffect(Effect.map(response.text, (text) => `${indented(text)}\n`))
    : Stream.concat(response.stream, Stream.make("\n"))
}

// What is no JSON is shown as it is. So is a number that JavaScript would round.
const indented = (text: string): string => {
  if (/\d{16}/.test(text)) return text
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text
  }
}

const isWhole = (path: string): boolean => /^(?:\/|[a-z][a-z\d+.-]*:)/i.test(path)

const parseHeader = (line: string): Effect.Effect<readonly [name: string, value: string], Failure> => {
  const [, name = "", value = ""] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e]*)$/.exec(line) ?? []
  const problem = name === ""
    ? "A header is not of the form 'Name: value'."
    : name.toLowerCase() === "authorization"
    ? "The Authorization header has the token: omit it."
    : ofConnection.test(name)
    ? `The header ${name} belongs to the connection, which sets it: omit it.`
    : undefined
  return problem === undefined
    ? Effect.succeed([name.toLowerCase(), value.trim()])
    : Effect.fail(new Failure({ problem, exitCode: ExitCode.usage }))
}

/** The headers that `fetch` refuses, or doesn't send as they are. */
const ofConnection = /^(?:connection|content-length|expect|host|keep-alive|transfer-encoding|upgrade)$/i

const contentType = (headers: ReadonlyArray<readonly [string, string]>): string =>
  headers.find(([name]) => name === "content-type")?.[1] ?? "application/json"

const readBody = Effect.fnUntraced(function*(
  data: string
): Effect.fn.Return<Uint8Array, Failure, FileSystem.FileSystem | Stdio.Stdio> {
  if (!data.startsWith("@")) return new TextEncoder().encode(data)
  const source = data.slice(1)
  const read: Effect.Effect<Uint8Array, PlatformError, FileSystem.FileSystem | Stdio.Stdio> = source === "-"
    ? Stdio.Stdio.use(({ stdin }) => Stream.mkUint8Array(stdin))
    : FileSystem.FileSystem.use((fs) => fs.readFile(source))
  return yield* Effect.mapError(read, (error) =>
    new Failure({
      problem: `The body can't be read from ${source === "-" ? "standard input" : source} (${error.reason._tag}).`,
      exitCode: ExitCode.usage
    }))
})

// The original error is dropped: it may quote the input that it failed on.
const fromHttpError = ({ id, argument }: Providers.Service, { reason }: HttpClientError.HttpClientError): Failure =>
  reason._tag === "InvalidUrlError"
    ? new Failure({ problem: "The path can't be read as a URL.", exitCode: ExitCode.usage })
    : new Failure({
      problem: `${id}: the API can't be reached, or broke off (${reason._tag}).`,
      advice: `\`${program} doctor ${argument}\` says how far the way is open.`,
      exitCode: ExitCode.unavailable
    })

const head = (response: HttpClientResponse.HttpClientResponse): string =>
  [
    `HTTP ${response.status}`,
    ...Object.entries(response.headers).map(([name, value]) => `${name}: ${value}`),
    ""
  ].join("\n")
