// Here the tests of an example have the settings of all tests; in a copy of it, those of Vitest.
import { existsSync } from "node:fs"

const shared = new URL("../../vitest.config.ts", import.meta.url)

export default existsSync(shared) ? (await import(shared.href)).default : {}
