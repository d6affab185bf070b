import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { arch, platform, release } from "node:os"
import type { Conclusion } from "../Conclusion.ts"
import { type Evidence, secretsOf } from "../Evidence.ts"
import * as ExitCode from "../ExitCode.ts"
import { Failure } from "../Failure.ts"
import * as Snippet from "../Snippet.ts"
import type { Finding } from "./Finding.ts"
import { row } from "./Report.ts"

/** What a report is made of. */
export interface Content {
  readonly version: string
  readonly findings: ReadonlyArray<Finding>
  readonly conclusion: Conclusion
  readonly evidence: Evidence
}

/** The report: Markdown, without a secret. Settings are named, with where they were found, and not shown. */
export const render = ({ conclusion, evidence, findings, version }: Content): string => {
  const { exchange, service, settings } = evidence
  const secrets = secretsOf(evidence)
  const found = service.settings.map(({ name, variable }) =>
    `| \`${variable}\` | ${settings.get(name)?.source ?? "not set"} |`
  )
  const came = exchange === undefined ? [] : [
    "## What came back",
    "",
    ...exchange.status === undefined ? [`- no reply (${exchange.code})`] : [`- status ${exchange.status}`],
    ...exchange.contentType === undefined ? [] : [
      `- content type ${Snippet.mediaType(exchange.contentType, secrets)}`
    ],
    ...exchange.location === undefined ? [] : [`- location ${Snippet.location(exchange.location, secrets)}`],
    ...exchange.body === undefined ? [] : [
      `- a body of ${exchange.body.length} characters: ${Snippet.describe(exchange.body, secrets)}`
    ],
    ""
  ]
  return [
    `# mintmark doctor ${service.id}`,
    "",
    `mintmark ${version}, Node ${process.versions.node}, ${platform()} ${release()} ${arch()}`,
    "",
    "## Conclusion",
    "",
    conclusion.cause,
    ...conclusion.next === undefined ? [] : ["", conclusion.next],
    "",
    "## Settings",
    "",
    "| variable | from |",
    "|---|---|",
    ...found,
    "",
    "## Findings",
    "",
    "```text",
    ...findings.map((finding) => row(finding, false)),
    "```",
    "",
    ...came
  ].join("\n")
}

/** Writes the report for its user's eyes alone. */
export const write = (path: string, content: Content): Effect.Effect<void, Failure, FileSystem.FileSystem> =>
  FileSystem.FileSystem.use((fs) => fs.writeFileString(path, render(content), { mode: 0o600 })).pipe(
    Effect.mapError((error) =>
      new Failure({
        problem: `The report can't be written to ${path} (${error.reason._tag}).`,
        exitCode: ExitCode.output
      })
    )
  )
