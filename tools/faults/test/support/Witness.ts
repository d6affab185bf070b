import { TokenError } from "@mintmark/core/TokenError"
import type { TokenSource } from "@mintmark/core/TokenSource"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import { alsoLookFor } from "./canaries.ts"

/** Sees everything that a program shows of itself, and keeps it as text. */
export interface Witness {
  /** Loggers and a tracer that the witness reads. */
  readonly layer: Layer.Layer<never>
  /** Follows a source's events. */
  readonly watch: (source: Pick<TokenSource, "events">) => Effect.Effect<void, never, Scope.Scope>
  /** Looks at what a call ended with, in every way that a program has. */
  readonly see: (exit: Exit.Exit<unknown, unknown>) => Effect.Effect<void>
  /** All that was seen since it was last asked. */
  readonly testimony: Effect.Effect<string>
}

const everything = {
  depth: Infinity,
  showHidden: true,
  getters: true,
  maxArrayLength: Infinity,
  maxStringLength: Infinity
}

/** A value in every form that it can be shown in. */
export const show = (value: unknown): ReadonlyArray<string> => [
  String(value),
  JSON.stringify(value) ?? "",
  inspect(value),
  inspect(value, everything),
  // What it prints is its message: its fields are looked at without that.
  ...value instanceof TokenError ? [inspect(value, { ...everything, customInspect: false })] : [],
  ...value instanceof Error ? [value.message, value.stack ?? "", inspect(value.cause, everything)] : []
]

/** From now on, looks for the secrets of a token too. */
export const lookForSecretsOf = (value: unknown): void => {
  if (Redacted.isRedacted(value)) alsoLookFor(String(Redacted.value(value)))
  else if (Predicate.isObject(value)) {
    for (const name of ["value", "refreshToken"]) lookForSecretsOf(value[name])
  }
}

export const makeWitness = (): Witness => {
  const seen: Array<string> = []
  const spans: Array<Tracer.NativeSpan> = []
  const note = (text: unknown) => {
    seen.push(typeof text === "string" ? text : inspect(text, everything))
  }
  return {
    layer: Layer.mergeAll(
      Logger.layer([
        Logger.map(Logger.formatSimple, note),
        Logger.map(Logger.formatLogFmt, note),
        Logger.map(Logger.formatStructured, note),
        Logger.map(Logger.formatJson, note)
      ]),
      Layer.succeed(
        Tracer.Tracer,
        Tracer.make({
          span: (options) => {
            const span = new Tracer.NativeSpan(options)
            spans.push(span)
            return span
          }
        })
      )
    ),
    watch: (source) =>
      Effect.gen(function*() {
        seen.push(...show(source))
        yield* Effect.forkDetach(
          Stream.runForEach(source.events, (event) => Effect.sync(() => seen.push(...show(event))))
        )
      }),
    see: (exit) =>
      Effect.gen(function*() {
        if (Exit.isSuccess(exit)) {
          lookForSecretsOf(exit.value)
          seen.push(...show(exit.value), ...show(exit))
          yield* Effect.logInfo("a success", exit.value)
          return
        }
        seen.push(Cause.pretty(exit.cause), ...show(exit), ...show(exit.cause), ...exit.cause.reasons.flatMap(show))
        seen.push(...Cause.prettyErrors(exit.cause).flatMap(show))
        yield* Effect.logError("a failure", exit.cause)
      }),
    testimony: Effect.gen(function*() {
      const metrics = yield* Metric.snapshot
      const text = [
        ...seen,
        ...spans.flatMap((
          span
        ) => [
          span.name,
          inspect(span.attributes, everything),
          inspect(span.events, everything),
          inspect(span.status, everything)
        ]),
        inspect(metrics, everything)
      ].join("\n")
      seen.length = 0
      spans.length = 0
      return text
    })
  }
}
