import * as KeyValueTokenStore from "@mintmark/store/KeyValueTokenStore"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as UserDirectories from "effect/persistence/UserDirectories"
import type * as Redacted from "effect/Redacted"
import * as ExitCode from "./ExitCode.ts"
import { Failure } from "./Failure.ts"

/** The variable that holds the key of the cache. */
export const keyVariable = "MINTMARK_CACHE_KEY"

/** Keeps tokens from one run to the next in the user's cache folder, encrypted; without a key, nowhere. */
export const layer = (
  key: Redacted.Redacted | undefined
): Layer.Layer<never, Failure, FileSystem.FileSystem | Path.Path> =>
  key === undefined ? Layer.empty : KeyValueTokenStore.layer({ keys: [key] }).pipe(
    Layer.catchTag("TokenError", () => Layer.effectDiscard(Effect.fail(invalidKey))),
    Layer.provide(store)
  )

// For the user's eyes alone, also where it has been there before.
const folder = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const { cache } = yield* UserDirectories.UserDirectories
  const tokens = path.join(yield* cache("mintmark"), "tokens")
  yield* fs.makeDirectory(tokens, { recursive: true, mode: 0o700 })
  yield* fs.chmod(tokens, 0o700)
  return tokens
}).pipe(Effect.provide(UserDirectories.layer))

// No folder, no cache: a token is to be had all the same.
const store = Layer.unwrap(Effect.map(folder, KeyValueStore.layerFileSystem)).pipe(
  Layer.catchTag("PlatformError", () => KeyValueStore.layerMemory)
)

const invalidKey = new Failure({
  problem: `${keyVariable} is not 32 bytes in Base64.`,
  advice: "`openssl rand -base64 32` makes such a key. Without one, no token is kept.",
  exitCode: ExitCode.settings
})
