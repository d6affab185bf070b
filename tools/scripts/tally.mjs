/**
 * Counts what a run of turbo did: every test of every report, and one failure for each thing that failed beside them.
 *
 * `reports` are vitest's JSON reports by folder, `undefined` where a folder with tests left none. `tasks` are those of
 * turbo's summary. `excused` are the folders whose tests may be none, since a program that they need can't be had.
 */
export const tally = ({ excused = [], exitCode, reports, tasks }) => {
  const complaints = []
  let passed = 0
  let failedTests = 0

  for (const [folder, report] of Object.entries(reports)) {
    if (excused.includes(folder) && (report?.numTotalTests ?? 0) === 0) continue
    if (report === undefined) {
      complaints.push(`${folder} gave no report of its tests.`)
      continue
    }
    const { numFailedTests, numPassedTests, numTotalTests, success } = report
    const leftOut = numTotalTests - numPassedTests - numFailedTests
    passed += numPassedTests
    failedTests += numFailedTests
    if (numTotalTests === 0) complaints.push(`${folder} ran no test.`)
    else if (leftOut > 0) complaints.push(`${folder} left out ${leftOut} of its tests.`)
    else if (!success && numFailedTests === 0) complaints.push(`${folder} failed outside of its tests.`)
  }

  for (const { execution, task, taskId } of tasks) {
    const isTested = task === "test" || task === "test:scripts"
    if (!isTested && (execution?.exitCode ?? 0) !== 0) complaints.push(`${taskId} failed.`)
  }

  if (exitCode !== 0 && failedTests + complaints.length === 0) complaints.push(`turbo ended with ${exitCode}.`)
  return { complaints, failed: failedTests + complaints.length, passed }
}
