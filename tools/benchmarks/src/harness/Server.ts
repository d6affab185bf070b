import { fork } from "node:child_process"

/** The benchmarks' own authorization server and API, in a process of its own: plain Node, and nothing kept but counts. */
export interface Server {
  readonly origin: string
  /** How many token requests came since the last time that it was asked. */
  readonly tokenRequests: () => Promise<number>
  /** From now on, the API refuses every token that was issued before. */
  readonly revoke: () => Promise<void>
  /** How many microseconds of CPU it used since the last time that it was asked. */
  readonly cpu: () => Promise<number>
  readonly close: () => void
}

export type Command = "tokenRequests" | "revoke" | "cpu"

export const start = async (): Promise<Server> => {
  const child = fork(new URL("./ServerProcess.ts", import.meta.url), [], { execArgv: [] })
  const answer = <A>() => new Promise<A>((resolve) => child.once("message", (value: A) => resolve(value)))
  const ask = <A>(command: Command) => {
    const answered = answer<A>()
    child.send(command)
    return answered
  }
  const port = await answer<number>()
  return {
    origin: `http://127.0.0.1:${port}`,
    tokenRequests: () => ask<number>("tokenRequests"),
    revoke: () => ask<void>("revoke"),
    cpu: () => ask<number>("cpu"),
    close: () => void child.disconnect()
  }
}
