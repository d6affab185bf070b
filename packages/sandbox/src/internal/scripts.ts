import type { Answer } from "../Answer.ts"
import type { EndpointKind, Provider, Target } from "../Provider.ts"

/** A script: what is still to come of it. */
export interface Pending {
  readonly id: number
  readonly target: Target
  readonly answers: ReadonlyArray<Answer>
  readonly repeat: "once" | "always"
  /** Until when it answers requests, in epoch milliseconds. */
  readonly until: number | undefined
}

/** The scripts, in the order in which they were given. The first that fits a request answers it. */
export interface Scripts {
  readonly add: (script: Omit<Pending, "id">) => void
  readonly remove: (target: Target) => void
  readonly removeOne: (id: number) => void
  readonly take: (provider: Provider | undefined, kind: EndpointKind) => Answer | undefined
  readonly pending: () => ReadonlyArray<Pending>
}

const fits = (target: Target, provider: Provider | undefined, kind: EndpointKind): boolean =>
  (target.provider === undefined || target.provider === provider) &&
  (target.kind === undefined || target.kind === kind)

const covers = (wide: Target, narrow: Target): boolean =>
  (wide.provider === undefined || wide.provider === narrow.provider) &&
  (wide.kind === undefined || wide.kind === narrow.kind)

export const makeScripts = (now: () => number): Scripts => {
  let scripts: ReadonlyArray<Pending> = []
  let last = 0
  const dropOld = (): void => {
    if (scripts.some(({ until }) => until !== undefined && until <= now())) {
      scripts = scripts.filter(({ until }) => until === undefined || now() < until)
    }
  }
  return {
    add: (script) => {
      last += 1
      if (script.answers.length > 0) scripts = [...scripts, { ...script, id: last }]
    },
    remove: (target) => {
      scripts = scripts.filter((script) => !covers(target, script.target))
    },
    removeOne: (id) => {
      scripts = scripts.filter((script) => script.id !== id)
    },
    take: (provider, kind) => {
      dropOld()
      const index = scripts.findIndex((script) => fits(script.target, provider, kind))
      const script = scripts[index]
      const answer = script?.answers[0]
      if (script === undefined || answer === undefined) return undefined
      const rest = script.answers.slice(1)
      const answers = script.repeat === "always" ? [...rest, answer] : rest
      scripts = answers.length === 0 ? scripts.toSpliced(index, 1) : scripts.with(index, { ...script, answers })
      return answer
    },
    pending: () => {
      dropOld()
      return scripts
    }
  }
}
