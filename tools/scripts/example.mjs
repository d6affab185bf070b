// `npm run example -- NAME [ARGUMENT…]`: runs an example against a sandbox of its own, with an account at every provider.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fail, prepare, root, run } from "./workspace.mjs"

const [name = "", ...args] = process.argv.slice(2)
const folder = join(root, "examples", name)
if (name === "" || !existsSync(join(folder, "package.json"))) {
  fail(`there is no example "${name}": see examples/README.md.`)
}

prepare()
process.exit(run("node", [join(root, "tools", "scripts", "sandboxed.mjs"), folder, ...args]))
