import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { read } from "./heldResponse.ts"

/**
 * The bytes of a body that was compressed although that was not requested: `node:http` and undici hand such a one on as
 * it is. Gzip, deflate (also without its header, as some servers send it) and, where the platform has it, Brotli are
 * decompressed, 1 MiB at most. A body of which that has been done already, as `fetch` does it, and one in another coding
 * stay as they are.
 */
export const decompress = (bytes: Uint8Array<ArrayBuffer> | undefined, coding: string | undefined) => {
  const format = bytes && coding && formatOf(bytes, coding)
  return !format ? Effect.succeed(bytes) : read(Stream.fromReadableStream({
    evaluate: () => new Blob([bytes]).stream().pipeThrough(decompression(format)),
    onError: (error) => error
  })).pipe(
    Effect.map((body) => body && new Uint8Array(body)),
    Effect.catchCause(() => Effect.succeed(bytes))
  )
}

/** Throws where the platform doesn't have the format: Brotli is younger than the others. */
const decompression = (format: string): DecompressionStream => Reflect.construct(DecompressionStream, [format])

const formats: Readonly<Record<string, string>> = { gzip: "gzip", "x-gzip": "gzip", deflate: "deflate", br: "brotli" }

const formatOf = ([first = 0x20]: Uint8Array, coding: string): string | undefined => {
  // JSON, which begins with a brace, or with what may stand before one.
  if ("{ \r\n\t".includes(String.fromCharCode(first))) return undefined
  const format = formats[coding.trim().toLowerCase()]
  return format === "deflate" && (first & 0x0F) !== 8 ? "deflate-raw" : format
}
