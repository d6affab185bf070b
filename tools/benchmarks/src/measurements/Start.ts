import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { peers } from "../contestants/index.ts"
import { type Bundled, byEsbuild, byRolldown } from "../harness/Bundle.ts"
import { modulesOf } from "../harness/Modules.ts"
import { partOf } from "../harness/Parts.ts"
import { httpClientModules, writePrograms } from "../harness/Programs.ts"
import { providers, publish } from "../harness/Published.ts"
import { interleave } from "../harness/Rounds.ts"
import type { Column, Measurement } from "../Measurement.ts"

const rounds = 9

const floor = "Effect's HttpClient alone"

const imports: ReadonlyArray<{ readonly name: string; readonly modules: ReadonlyArray<string> }> = [
  { name: floor, modules: httpClientModules },
  ...providers.map((name) => ({ name: `@mintmark/${name}`, modules: [`@mintmark/${name}`] })),
  ...peers.flatMap((peer) => peer.package === undefined ? [] : [{ name: peer.name, modules: [peer.package] }])
]

const run = promisify(execFile)

/** The milliseconds that a fresh Node process needs for imports alone. */
const importTime = async (folder: string, modules: ReadonlyArray<string>): Promise<number> => {
  const source = `const start = performance.now()
for (const module of ${JSON.stringify(modules)}) await import(module)
process.stdout.write(String(performance.now() - start))`
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", source], { cwd: folder })
  return Number(stdout)
}

export default async (): Promise<Measurement> => {
  const folder = publish("published")
  const programs = writePrograms(folder)
  const esbuild: Record<string, Array<number>> = {}
  const rolldown: Record<string, Array<number>> = {}
  const own: Record<string, Array<number>> = {}

  esbuild[floor] = [(await byEsbuild(programs.httpClient)).gzip]
  rolldown[floor] = [(await byRolldown(programs.httpClient)).gzip]
  const bundles = new Array<Bundled & { readonly name: string }>()
  for (const { file, name } of programs.providers) {
    const bundle = await byEsbuild(file)
    bundles.push({ name, ...bundle })
    esbuild[name] = [bundle.gzip]
    rolldown[name] = [(await byRolldown(file)).gzip]
    own[name] = [bundle.own.gzip]
  }
  const loaded = await Promise.all(
    imports.map(async ({ modules, name }) => ({ name, modules: await modulesOf(folder, modules) }))
  )
  const count = (title: string, counts: (module: string) => boolean): Column => ({
    group: "A fresh process",
    title,
    unit: "count",
    figures: Object.fromEntries(loaded.map(({ modules, name }) => [name, [modules.filter(counts).length]]))
  })
  const isOwn = (module: string) => module.startsWith("@mintmark/")
  const isOfEffect = (module: string) => module.startsWith("effect/")
  const column = (title: string, figures: Column["figures"]): Column => ({
    group: "The smallest program, as a bundle",
    title,
    unit: "bytes",
    figures
  })
  const [ofClient = 0, ofProvider = 0] = loaded.map(({ modules }) => modules.filter(isOfEffect).length)
  const further = ofProvider - ofClient
  return {
    title: "Start",
    about:
      "How long it takes to import the package in a fresh Node process; and how large the smallest program is that "
      + "gets a token with `FetchHttpClient`, as a bundle: minified, and compressed by gzip.",
    columns: [
      {
        group: "A fresh process",
        title: "import",
        unit: "ms",
        floor,
        figures: await interleave(
          rounds,
          imports.map(({ modules, name }) => ({ name, round: () => importTime(folder, modules) }))
        )
      },
      count("modules: ours", isOwn),
      count("effect's", isOfEffect),
      count("others", (module) => !isOwn(module) && !isOfEffect(module)),
      column("bundle by esbuild", esbuild),
      column("bundle by rolldown", rolldown),
      {
        ...column("our own share", own),
        goals: programs.providers.map(({ name }) => ({ of: name, atMost: 13_300 }))
      }
    ],
    notes: [
      "The columns beside *import* count the modules that it loads. Beyond those of effect's HTTP client, a provider loads "
      + `${further} of effect's modules, and of ours those that its exports use. The tests bound both numbers.`,
      `Our own code in the bundle of ${bundles[0]?.name}, before it is compressed: ${
        partsOf(bundles[0]?.bytes ?? {})
      }.`,
      "*Our own share* is how much smaller the bundle by esbuild is, compressed, without our modules.",
      `The rest of the difference between a provider and ${floor} is further modules of Effect that we use.`
    ]
  }
}

const partsOf = (bytes: Bundled["bytes"]): string => {
  const parts = new Map<string, number>()
  for (const [module, size] of Object.entries(bytes)) {
    if (module.startsWith("@mintmark/")) parts.set(partOf(module), (parts.get(partOf(module)) ?? 0) + size)
  }
  return [...parts].toSorted(([, a], [, b]) => b - a).map(([part, size]) => `${part} ${(size / 1_000).toFixed(1)} kB`)
    .join(", ")
}
