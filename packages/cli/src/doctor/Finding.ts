/** The steps of an examination, in their order: each stands on those before it. */
export const steps = [
  "settings",
  "name",
  "TLS",
  "endpoint",
  "clock",
  "credentials",
  "reply",
  "lifetime",
  "scopes",
  "API"
] as const

/** A step of an examination. */
export type Step = typeof steps[number]

/** What was found at a step. Holds no secret. */
export interface Finding {
  readonly step: Step
  /** `note`: it works, but look at it. `skipped`: it couldn't be looked at, or needn't be. */
  readonly state: "ok" | "note" | "failed" | "skipped"
  readonly detail: string
  /** What to do. */
  readonly advice?: string | undefined
  /** How the process ends, where the step failed. */
  readonly exitCode?: number
}
