import { byEsbuild, weightOf } from "../harness/Bundle.ts"
import { partOf } from "../harness/Parts.ts"
import { writePrograms } from "../harness/Programs.ts"
import { publish } from "../harness/Published.ts"
import type { Column, Measurement } from "../Measurement.ts"

const isOwn = (module: string) => module.startsWith("@mintmark/")

export default async (): Promise<Measurement> => {
  const { httpClient, providers: [program] } = writePrograms(publish("size"))
  if (program === undefined) throw new Error("no provider has a program")
  const { code, gzip, modules, own } = await byEsbuild(program.file)
  const alone = await byEsbuild(httpClient)
  const columns = async (group: string, nameOf: (module: string) => string | undefined) => {
    const names = new Set(modules.flatMap((module) => nameOf(module) ?? []))
    const weights = await Promise.all(
      [...names].map(async (name) => [name, await weightOf(code, (module) => nameOf(module) === name)] as const)
    )
    const sorted = weights.toSorted(([, a], [, b]) => b.gzip - a.gzip)
    return (["minified", "gzip"] as const).map((title): Column => ({
      group,
      title,
      unit: "bytes",
      figures: Object.fromEntries(sorted.map(([name, weight]) => [name, [weight[title]]]))
    }))
  }
  return {
    title: "Where the bytes of a bundle go",
    about:
      `The smallest program that gets a token, with ${program.name} and \`FetchHttpClient\`. The bytes of a part are how `
      + "much smaller the bundle by esbuild is without it.",
    columns: [
      ...await columns("Our own code", (module) => isOwn(module) ? partOf(module) : undefined),
      ...await columns(
        "Effect's, beyond its HTTP client",
        (module) =>
          isOwn(module) || alone.modules.includes(module)
            ? undefined
            : /Schema|schema/.test(module)
            ? "Schema"
            : /^effect\/dist\/(\w+)/.exec(module)?.[1]
      )
    ],
    notes: [
      `The whole program: ${bytes(gzip)} compressed by gzip, of which ${bytes(own.gzip)} are our own. The aim was `
      + "63,000 bytes, of which 13,300 our own: our own share is larger. When the aim was set, the program had 60,930 "
      + "bytes, of which 11,458 our own. What has been added since has about doubled that: one table of what replies mean, "
      + "memory of refusals, outages, checks of every option, and the same reasons over each transport.",
      "The same request by Effect's `HttpClient` alone: " + bytes(alone.gzip) +
      ". What a program with us has of Effect "
      + "besides: Schema, 13,400 bytes, of which 12,900 as soon as anything of it is used; logs, 1,900 bytes, most of them "
      + "the default logger and how it shows causes; metrics, 1,100 bytes; configuration, 600 bytes. An application that "
      + "uses them itself has them once.",
      "esbuild keeps five schemas of Effect that nothing uses, 1,400 bytes, since each names a global. Its option "
      + `\`define\` removes them: \`{ ${globals.map((name) => `"globalThis.${name}": "${name}"`).join(", ")} }\`.`,
      "A program with one account and one request contains all of it: bundlers can't remove what it doesn't use of a "
      + "service, such as `http` and `events`. Client authentication methods, grants and parts of URLs are only in a program "
      + "that names them. Each has at most 400 bytes, or 1,900 bytes if it signs: 750 for the method or grant and its "
      + "signature, 600 to read keys in each notation, 400 to say what is wrong with one, and the rest for lifetimes and the "
      + "hint of a wrong clock. `tools/benchmarks/test/Budget.test.ts` bounds all of this."
    ]
  }
}

const bytes = (count: number): string => `${count.toLocaleString("en")} bytes`

/** The globals that Effect's schemas of them name. */
const globals = ["File", "RegExp", "Uint8Array", "URL", "URLSearchParams"]
