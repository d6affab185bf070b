import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { read } from "./heldResponse.ts"

/**
 * The bytes of a body that was compressed although that was not requested: `node:http` and undici hand such a one on as
 * it is. Gzip and deflate are decompressed, 1 MiB at most. A body of which that has been done already, as `fetch` does
 * it, and one in another coding stay as they are.
 */
export const decompress = (bytes: Uint8Array<ArrayBuffer>, coding: string | undefined) => {
  const format = formatOf(bytes, coding)
  return format === undefined ? Effect.succeed(bytes) : read(Stream.fromReadableStream({
    evaluate: () => new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)),
    onError: (error) => error
  })).pipe(
    Effect.map((body) => body && new Uint8Array(body)),
    Effect.orElseSucceed(() => bytes)
  )
}

const formatOf = ([first, second]: Uint8Array, coding: string | undefined): CompressionFormat | undefined => {
  switch (coding?.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return first === 0x1F && second === 0x8B ? "gzip" : undefined
    case "deflate":
      return first !== undefined && (first & 0x0F) === 8 ? "deflate" : undefined
    default:
      return undefined
  }
}
