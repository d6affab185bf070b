/** Milliseconds of the processor that it takes: others may use the machine, too. */
export const cost = (run: () => void): number => {
  const before = process.cpuUsage()
  run()
  const { system, user } = process.cpuUsage(before)
  return (user + system) / 1_000
}
