import * as Data from "effect/Data"
import * as Runtime from "effect/Runtime"

/** What went wrong, in a line; what to do, in another; and how the process ends. Holds no secret. */
export class Failure extends Data.TaggedError("Failure")<{
  readonly problem: string
  readonly advice?: string | undefined
  readonly exitCode: number
}> {
  override readonly [Runtime.errorExitCode] = this.exitCode
  override readonly [Runtime.errorReported] = false

  override get message(): string {
    return this.advice === undefined ? this.problem : `${this.problem}\n${this.advice}`
  }
}
