/** The steps of an examination, in their order: each depends on those before it. Where the metadata names another host, its name and its certificate come after it. */
export const steps = [
  "settings",
  "name",
  "TLS",
  "metadata",
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
  /** `note`: it works, but needs a look. `skipped`: it could not be checked, or does not have to be. */
  readonly state: "ok" | "note" | "failed" | "skipped"
  readonly detail: string
}
