import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as KeyValueStore from "effect/persistence/KeyValueStore"
import { randomUUID } from "node:crypto"
import { constants } from "node:fs"
import * as Fs from "node:fs/promises"
import { join } from "node:path"

/** A folder is not the user's alone, or can't be used. */
export class NotOwn extends Data.TaggedError("NotOwn")<{ readonly path: string }> {}

/**
 * A key-value store in the last of these folders, each of which is the user's alone: a folder, not a link to one, of
 * this user, and writable by no other.
 *
 * A value is written to a new file, which then replaces the old one: another process reads the one or the other, and
 * never a part; and a link with that name is replaced, and not followed.
 */
export const open = Effect.fnUntraced(function*(folders: ReadonlyArray<string>) {
  for (const folder of folders) yield* makeOwn(folder)
  const folder = folders.at(-1) ?? ""
  const pathOf = (key: string): string => join(folder, encodeURIComponent(key))
  const attempt = <A>(run: () => Promise<A>, key?: string) =>
    Effect.tryPromise({
      try: run,
      catch: () =>
        new KeyValueStore.KeyValueStoreError({
          ...key === undefined ? {} : { key },
          method: "file",
          message: "the file can't be used"
        })
    })

  const names = attempt(async () => (await Fs.readdir(folder)).filter((name) => !name.startsWith(partial)))

  return KeyValueStore.makeStringOnly({
    get: (key) =>
      attempt(async () => {
        const file = await Fs.open(pathOf(key), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(none)
        if (file === undefined) return undefined
        try {
          return await file.readFile("utf8")
        } finally {
          await file.close()
        }
      }, key),
    set: (key, value) =>
      attempt(async () => {
        const path = pathOf(key)
        const next = join(folder, `${partial}${randomUUID()}`)
        await Fs.writeFile(next, value, { flag: "wx", mode: 0o600 })
        await Fs.rename(next, path).catch(async (error: unknown) => {
          await Fs.rm(next, { force: true })
          throw error
        })
      }, key),
    remove: (key) => attempt(() => Fs.rm(pathOf(key), { force: true }), key),
    clear: attempt(async () => {
      for (const name of await Fs.readdir(folder)) await Fs.rm(join(folder, name), { force: true })
    }),
    size: Effect.map(names, (names) => names.length),
    keys: Effect.map(names, (names) => names.map(decodeURIComponent))
  })
})

// No file, a link, or one that is being replaced at this moment: there is no value.
const none = (error: NodeJS.ErrnoException): undefined => {
  if (error.code === "ENOENT" || error.code === "ELOOP" || error.code === "EMLINK") return undefined
  throw error
}

/** How the name of a file begins that is being written. */
const partial = ".writing-"

const makeOwn = (path: string): Effect.Effect<void, NotOwn> =>
  Effect.tryPromise({
    try: async () => {
      await Fs.mkdir(path, { recursive: true, mode: 0o700 })
      // Opened, and not looked up twice: nothing can take its place in between.
      if (process.platform === "win32") return
      const folder = await Fs.open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
      try {
        if ((await folder.stat()).uid !== process.getuid?.()) throw new NotOwn({ path })
        await folder.chmod(0o700)
      } finally {
        await folder.close()
      }
    },
    catch: () => new NotOwn({ path })
  })
