// An application that exports what the services of the providers give it. A composite project must name every type of
// that, and has the providers' packages alone for it.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { published } from "./packages.mjs"
import { run } from "./run.mjs"
import { node, tsc } from "./toolbox.mjs"

export const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  target: "ES2022",
  module: "NodeNext",
  types: [],
  noEmit: true
}

/** The services of the providers' packages. */
export const services = published
  .filter(({ name }) => !/\/(?:core|effect-3)$/.test(name))
  .flatMap((one) =>
    readdirSync(join(one.path, "src"))
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => [
        ...readFileSync(join(one.path, "src", file), "utf8").matchAll(/^export class (\w+) extends ProviderService/gm)
      ])
      .map(([, service]) => ({ one, service }))
  )

const program = readFileSync(new URL("../client/declarations.ts", import.meta.url), "utf8")

/** What a version of TypeScript says of such applications, each in the folder `at` of its provider. */
export const declare = async (folder, version, at) => {
  const files = services.map(({ one, service }) => {
    const file = join(at(one), `${service}.ts`)
    mkdirSync(dirname(file), { recursive: true })
    const text = program.replace("Routee as Service", `${service} as Service`).replace("@mintmark/routee", one.name)
    writeFileSync(file, text)
    return file
  })
  const project = join(folder, `tsconfig.declarations.${version}.json`)
  const outDir = join(folder, `declarations-${version}`)
  // Whether the dependencies' own types are right is checked in test/TypeScript.test.mjs.
  const asDeclarations = { composite: true, emitDeclarationOnly: true, noEmit: false, outDir, skipLibCheck: true }
  const options = { ...compilerOptions, ...asDeclarations }
  writeFileSync(project, JSON.stringify({ compilerOptions: options, files }))
  const { status, stdout } = await run(node(24), [tsc(version), "-p", project, "--pretty", "false"], {
    timeout: 290_000
  })
  return stdout === "" && status !== 0 ? `ended with ${status}` : stdout
}
