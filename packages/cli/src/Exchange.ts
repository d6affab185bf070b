import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"

/** What was seen of a request. Its body may hold secrets: what is shown of it goes through `describe`. */
export interface Seen {
  readonly status?: number | undefined
  /** The `Location` header, without query and fragment. */
  readonly location?: string | undefined
  readonly contentType?: string | undefined
  readonly date?: string | undefined
  /** The first 16 KiB of the body. */
  readonly body?: string | undefined
  /** The system's code of what prevented a reply. */
  readonly code?: string | undefined
}

/** Whether a URL is one at which a server's metadata is. */
export const isMetadata = (url: string): boolean => url.includes("/.well-known/")

/** Remembers what was seen of the last request to such a URL that an HTTP client sends. */
export const watch = (http: HttpClient.HttpClient, isWatched: (url: string) => boolean) => {
  let last: { readonly seen: Seen; readonly copy?: Response | undefined } | undefined
  const client = HttpClient.transform(
    http,
    (response, request) =>
      !isWatched(request.url.split("?")[0] ?? "") ? response : response.pipe(
        Effect.tap((response) =>
          Effect.sync(() => {
            const { headers, status } = response
            last = {
              seen: {
                status,
                location: withoutQuery(headers["location"]),
                contentType: headers["content-type"],
                date: headers["date"]
              },
              copy: Option.getOrUndefined(Option.map(HttpClientResponse.toWeb(response), (web) => web.clone()))
            }
          })
        ),
        Effect.tapError((error) =>
          Effect.sync(() => {
            last = { seen: { code: codeOf(error, 0) } }
          })
        )
      )
  )
  /** What was seen of the last of them; `undefined` where none was sent. */
  const seen = Effect.suspend(() =>
    last === undefined
      ? Effect.succeed(undefined)
      : Effect.map(startOf(last.copy), (body): Seen => ({ ...last?.seen, body }))
  )
  return { client, seen }
}

const limit = 16_384

/** The start of a body, or what of it comes within a second. */
const startOf = (copy: Response | undefined): Effect.Effect<string | undefined> =>
  Effect.promise(async () => {
    const reader = copy?.body?.getReader()
    if (reader === undefined) return undefined
    const decoder = new TextDecoder()
    let text = ""
    const timer = setTimeout(() => void reader.cancel().catch(() => undefined), 1000)
    try {
      while (text.length < limit) {
        const { done, value } = await reader.read()
        if (done) break
        text += decoder.decode(value, { stream: true })
      }
    } catch {
      // What came before the connection broke is what there is.
    } finally {
      clearTimeout(timer)
      void reader.cancel().catch(() => undefined)
    }
    return text.slice(0, limit)
  })

const withoutQuery = (location: string | undefined): string | undefined => location?.split(/[?#]/)[0]

/** The system's code of an error, such as `ECONNREFUSED`. */
export const codeOf = (error: unknown, depth: number): string | undefined => {
  if (!Predicate.isObject(error) || depth > 5) return undefined
  const { cause, code, errors, reason } = error
  const own = Predicate.isString(code) && /^[A-Z][A-Z\d_]{2,63}$/.test(code) ? code : undefined
  const inner = [cause, reason, ...(Array.isArray(errors) ? errors : [])]
    .map((one) => codeOf(one, depth + 1))
    .find((code) => code !== undefined)
  return HttpClientError.isHttpClientError(error) ? inner : inner ?? own
}
