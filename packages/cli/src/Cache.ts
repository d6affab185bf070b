import * as KeyValueTokenStore from "@mintmark/store/KeyValueTokenStore"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import * as UserDirectories from "effect/persistence/UserDirectories"
import type * as Redacted from "effect/Redacted"
import * as ExitCode from "./ExitCode.ts"
import { Failure } from "./Failure.ts"
import * as Folder from "./Folder.ts"

/** The variable that has the key of the cache. */
export const keyVariable = "MINTMARK_CACHE_KEY"

/** Caches tokens from one run to the next in the user's cache folder, encrypted; without a key, nowhere. */
export const layer = (
  key: Redacted.Redacted | undefined
): Layer.Layer<never, Failure, FileSystem.FileSystem | Path.Path> =>
  key === undefined ? Layer.empty : KeyValueTokenStore.layer({ keys: [key] }).pipe(
    Layer.catchTag("TokenError", () => Layer.effectDiscard(Effect.fail(invalidKey))),
    Layer.provide(store)
  )

// Without a folder that is the user's alone, nothing is cached: a token can still be requested.
const store = Layer.effect(
  KeyValueStore.KeyValueStore,
  Effect.gen(function*() {
    const path = yield* Path.Path
    const { cache } = yield* UserDirectories.UserDirectories
    const own = yield* cache("mintmark")
    return yield* Folder.open([own, path.join(own, "tokens")])
  }).pipe(Effect.provide(UserDirectories.layer))
).pipe(Layer.catchCause(() => KeyValueStore.layerMemory))

const invalidKey = new Failure({
  problem: `${keyVariable} is not 32 bytes in Base64.`,
  advice: "`openssl rand -base64 32` makes such a key. Without one, no token is cached.",
  exitCode: ExitCode.settings
})
