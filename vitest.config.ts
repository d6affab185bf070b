import { existsSync, readFileSync } from "node:fs"
import { defineConfig } from "vitest/config"
import type { Reporter } from "vitest/node"

// Turbo runs this from a package, a person from anywhere: the same file serves both.
const underTurbo = "TURBO_HASH" in process.env

// `npm test` runs every test: one that is skipped is a failure.
const nothingSkipped: Reporter = {
  onTestRunEnd: (modules) => {
    const skipped = modules.flatMap(({ children }) => [...children.allTests("skipped")])
    for (const { fullName, module } of skipped) console.error(`skipped: ${module.relativeModuleId} > ${fullName}`)
    if (skipped.length > 0) process.exitCode = 1
  }
}

// `npm test` says which programs are missing, and which tests it doesn't run for that: see tools/scripts/programs.mjs.
const without = (process.env["MINTMARK_WITHOUT"] ?? "").split(" ").filter((program) => program !== "")
const { mintmark }: { readonly mintmark?: { readonly programs?: Readonly<Record<string, ReadonlyArray<string>>> } } =
  existsSync("package.json") ? JSON.parse(readFileSync("package.json", "utf8")) : {}
const leftOut = without.flatMap((program) => mintmark?.programs?.[program] ?? [])

export default defineConfig({
  test: {
    include: [
      "test/**/*.test.{ts,mjs}",
      "{packages,tools,examples}/*/test/**/*.test.ts",
      "tools/scripts/test/**/*.test.mjs"
    ],
    exclude: ["**/node_modules/**", "**/dist/**", ...leftOut],
    passWithNoTests: leftOut.length > 0,
    // For what hangs: how long a test takes says more about the machine, and its load, than about the code.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    allowOnly: false,
    // The files of a package share a process, and what they import is loaded once: a third of the time went into that.
    isolate: false,
    reporters: underTurbo
      ? ["default", ["json", { outputFile: ".reports/vitest.json" }], nothingSkipped]
      : ["default"]
  }
})
