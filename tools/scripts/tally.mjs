// Counts what turbo did, which counts tasks alone: the tests by Vitest's reports (by folder), one failure for each folder
// that should have tests and left no report, and one for each task that failed without a failed test.
export const tally = ({ exitCode, reports, tasks }) => {
  const inTests = (folder) => reports[folder]?.numFailedTests ?? 1
  const isExplained = ({ directory, task }) => task === "test" && inTests(directory) > 0
  const failedTasks = tasks.filter((task) => task.execution?.exitCode && !isExplained(task))
  const failed = Object.keys(reports).reduce((sum, folder) => sum + inTests(folder), failedTasks.length)
  const passed = Object.values(reports).reduce((sum, report) => sum + (report?.numPassedTests ?? 0), 0)
  return { failed: failed || (exitCode === 0 ? 0 : 1), passed }
}
