/** What one of many requests cost, in microseconds. */
export interface Cost {
  readonly wall: number
  /** CPU time of this process, garbage collection included. */
  readonly cpu: number
}

/** Does `count` requests: `lanes` at a time, those of one lane one after the other. */
export const load = async (count: number, lanes: ReadonlyArray<() => Promise<unknown>>): Promise<Cost> => {
  const each = Math.ceil(count / lanes.length)
  const run = async (request: () => Promise<unknown>) => {
    for (let i = 0; i < each; i++) await request()
  }
  const cpu = process.cpuUsage()
  const start = process.hrtime.bigint()
  await Promise.all(lanes.map(run))
  const wall = Number(process.hrtime.bigint() - start) / 1000
  const { system, user } = process.cpuUsage(cpu)
  return { wall: wall / (each * lanes.length), cpu: (system + user) / (each * lanes.length) }
}
