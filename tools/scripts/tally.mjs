/**
 * Counts what turbo did: the tests by Vitest's reports (by folder), and one failure for each task that failed without a
 * failed test, or that should have tests and left no report.
 */
export const tally = ({ excused = [], exitCode, reports, tasks }) => {
  const failures = ({ directory, execution, task }) => {
    const report = task === "test" ? reports[directory] : undefined
    if (task === "test" && report === undefined) return excused.includes(directory) ? 0 : 1
    return execution?.exitCode ? report?.numFailedTests || 1 : 0
  }
  const failed = tasks.reduce((sum, task) => sum + failures(task), 0)
  const passed = Object.values(reports).reduce((sum, report) => sum + (report?.numPassedTests ?? 0), 0)
  return { failed: failed || (exitCode === 0 ? 0 : 1), passed }
}
