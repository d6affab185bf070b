import { spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { allPrograms, blocks, layOut, problems, programs } from "../docs.mjs"
import { root } from "../workspace.mjs"

const fence = "```"
const page = (...lines) => lines.join("\n").replaceAll("~~~", fence)
const programsOf = (text) => programs(blocks(text)).map((program) => program.text)

describe("docs", () => {
  it("makes a program of each block, on the block's own lines", () => {
    assert.deepStrictEqual(programsOf(page("# A", "~~~ts", "one", "~~~", "", "~~~ts", "two", "~~~")), [
      "\n\none\n",
      "\n\n\n\n\n\ntwo\n"
    ])
  })

  it("continues the program before if a block says so", () => {
    assert.deepStrictEqual(programsOf(page("~~~ts", "one", "~~~", "~~~ts continues", "two", "~~~")), [
      "\none\n\n\ntwo\n"
    ])
  })

  it("ignores hidden comments", () => {
    assert.deepStrictEqual(programsOf(page("<!-- ts", "hidden", "-->", "~~~ts", "shown", "~~~")), [
      "\n\n\n\nshown\n"
    ])
  })

  it("makes two programs of a difference between two", () => {
    assert.deepStrictEqual(
      programsOf(page("~~~diff ts", "- before", "+ after", "  both", "~~~", "~~~diff", "- a", "~~~")),
      [
        "\nbefore\n\nboth\n",
        "\n\nafter\nboth\n"
      ]
    )
  })

  it("ignores other languages, also if they show a block", () => {
    assert.deepStrictEqual(
      programsOf(page("~~~sh", "npm start", "~~~", "~~~~md", "~~~ts", "shown", "~~~", "~~~~", "~~~tsv", "a", "~~~")),
      []
    )
  })

  it("knows the long name of the language", () => {
    assert.deepStrictEqual(programsOf(page("~~~typescript", "one", "~~~")), ["\none\n"])
  })

  it("removes the indentation of a list from a block", () => {
    assert.deepStrictEqual(programsOf(page("- a", "  ~~~ts", "  if (a) {", "    b", "  }", "  ~~~")), [
      "\n\nif (a) {\n  b\n}\n"
    ])
  })

  describe("in a workspace", () => {
    let workspace

    const write = (path, text) => {
      mkdirSync(dirname(join(workspace, path)), { recursive: true })
      writeFileSync(join(workspace, path), text)
    }

    beforeEach(() => {
      workspace = mkdtempSync(join(tmpdir(), "docs-")) + "/"
      write(
        "tsconfig.json",
        JSON.stringify({
          compilerOptions: {
            strict: true,
            target: "ES2022",
            module: "NodeNext",
            types: [],
            incremental: true,
            noEmit: true,
            allowImportingTsExtensions: true
          }
        })
      )
      const config = "tools/docs-tests/tsconfig.programs.json"
      mkdirSync(join(workspace, "tools/docs-tests/node_modules/@a"), { recursive: true })
      cpSync(join(root, config), join(workspace, config))
      symlinkSync(join(workspace, "packages/a"), join(workspace, "tools/docs-tests/node_modules/@a/a"))
      write("packages/a/package.json", JSON.stringify({ name: "@a/a", type: "module", exports: { ".": "./src/a.ts" } }))
      write("packages/a/src/a.ts", "export const a: number = 1\n")
    })
    afterEach(() => rmSync(workspace, { force: true, recursive: true }))

    /** What `npm run check:docs` says of the types, as lines. */
    const typeProblems = () => {
      layOut("types", allPrograms(workspace), workspace)
      const args = ["-p", "tools/docs-tests/tsconfig.programs.json", "--pretty", "false"]
      const { error, stderr, stdout } = spawnSync("tsc", args, { cwd: workspace, encoding: "utf8" })
      return `${error ?? ""}${stderr}${stdout}`.split("\n").filter((line) => line !== "")
    }

    it("finds no problem in code that compiles", () => {
      write("README.md", page("~~~ts", "import { a } from \"@a/a\"", "const b: number = a", "~~~"))
      write("packages/a/README.md", page("~~~ts", "import { a } from \"@a/a\"", "const b: number = a", "~~~"))
      assert.deepStrictEqual([...problems(workspace), ...typeProblems()], [])
    })

    it("names the document, and the line of it, whose code does not compile", () => {
      const wrong = page("# A", "~~~ts", "import { a } from \"@a/a\"", "const b: string = a", "~~~")
      for (const path of ["README.md", "docs/guides/b.md", "packages/a/README.md"]) write(path, wrong)
      write("packages/a/src/b.ts", page("/**", " * ~~~ts", " * const a: string = 1", " * ~~~", " */", "export {}"))
      const error = "error TS2322: Type 'number' is not assignable to type 'string'."
      assert.sameMembers(typeProblems(), [
        `tools/docs-tests/.programs/types/README.md.0.ts(4,7): ${error}`,
        `tools/docs-tests/.programs/types/docs/guides/b.md.0.ts(4,7): ${error}`,
        `tools/docs-tests/.programs/types/packages/a/README.md.0.ts(4,7): ${error}`,
        `tools/docs-tests/.programs/types/packages/a/src/b.ts.0.ts(3,7): ${error}`
      ])
    })

    it("finds code that no longer compiles", () => {
      write("README.md", page("~~~ts", "import { a } from \"@a/a\"", "const b: number = a", "~~~"))
      assert.deepStrictEqual(typeProblems(), [])
      write("packages/a/src/a.ts", "export const a: string = \"\"\n")
      assert.lengthOf(typeProblems(), 1)
    })

    it("forgets a program whose page no longer has it", () => {
      write("README.md", page("~~~ts", "const b: string = 1", "~~~"))
      write("docs/a.md", page("~~~ts", "export {}", "~~~"))
      assert.lengthOf(typeProblems(), 1)
      write("README.md", "")
      assert.deepStrictEqual(typeProblems(), [])
      layOut("types", [], workspace)
      assert.isFalse(existsSync(join(workspace, "tools/docs-tests/.programs/types")))
    })

    it("compares a block with the file that it names", () => {
      write("README.md", page("~~~ts file=packages/a/src/a.ts", "export const a: number = 1", "~~~"))
      assert.deepStrictEqual(problems(workspace), [])
      write("packages/a/src/a.ts", "export const a: number = 2\n")
      assert.deepStrictEqual(problems(workspace), [
        "README.md:1 is not word for word what stands in packages/a/src/a.ts."
      ])
    })

    it("compares text with the file that it names", () => {
      write("packages/a/a.txt", "a\n")
      write("README.md", page("~~~text file=packages/a/a.txt", "a", "~~~", "~~~text file=packages/a/a.txt", "b", "~~~"))
      assert.deepStrictEqual(problems(workspace), ["README.md:4 is not word for word what stands in packages/a/a.txt."])
    })

    it("returns the place of each program, and what its page says that it prints", () => {
      write(
        "README.md",
        page(
          "~~~ts",
          "a",
          "~~~",
          "~~~text prints",
          "1",
          "2",
          "~~~",
          "~~~ts",
          "b",
          "~~~",
          "~~~text prints",
          "3",
          "~~~"
        )
      )
      write(
        "docs/a.md",
        page("~~~diff ts", "- import \"@mintmark/effect-3\"", "+ import { it } from \"vitest\"", "~~~")
      )
      assert.deepStrictEqual(
        allPrograms(workspace).map(({ among, file, line, name, prints }) => [name, line, among, file, prints]),
        [
          ["README.md", 1, "tools/docs-tests", "README.md.0.ts", ["1", "2"]],
          ["README.md", 8, "tools/docs-tests", "README.md.1.ts", ["3"]],
          ["docs/a.md", 1, "packages/effect-3", "docs/a.md.0.ts", []],
          ["docs/a.md", 1, "tools/docs-tests", "docs/a.md.1.test.ts", []]
        ]
      )
    })

    it("finds scripts that do not exist", () => {
      write("package.json", JSON.stringify({ scripts: { start: "", "check:it": "" } }))
      write("packages/a/package.json", JSON.stringify({ name: "@a/a", scripts: { measure: "" } }))
      write(
        "README.md",
        page("~~~sh", "npm start", "~~~", "`npm run check:it` `npm run measure`", "npm test, npm run gone")
      )
      assert.deepStrictEqual(problems(workspace), [
        "README.md:5 tells to run a script that isn't there: test.",
        "README.md:5 tells to run a script that isn't there: gone."
      ])
    })

    it("accepts commands that are tried elsewhere only if that file exists", () => {
      write("README.md", page("~~~sh tried=packages/a/src/a.ts", "a", "~~~", "~~~sh tried=gone.ts", "a", "~~~"))
      assert.deepStrictEqual(problems(workspace), ["README.md:4 names a file that isn't there: gone.ts."])
    })

    it("finds an unknown word in an info string", () => {
      write("README.md", page("~~~ts continue", "export {}", "~~~", "~~~ts file=gone.ts", "export {}", "~~~"))
      assert.deepStrictEqual(problems(workspace), [
        "README.md:1 has an info string that says nothing here: continue.",
        "README.md:4 names a file that isn't there: gone.ts."
      ])
    })
  })
})
