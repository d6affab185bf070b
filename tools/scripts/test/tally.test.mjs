import { assert, describe, it } from "vitest"
import { tally } from "../tally.mjs"

const report = (numPassedTests, numFailedTests = 0) => ({ numFailedTests, numPassedTests })

const task = (taskId, exitCode = 0) => {
  const [directory, task] = taskId.split("#")
  return { directory, execution: { exitCode }, task }
}

const count = (fields) => {
  const { failed, passed } = tally({ exitCode: 0, reports: {}, tasks: [], ...fields })
  return [passed, failed]
}

describe("tally", () => {
  it("adds up the tests of all packages", () => {
    const tasks = [task("core#test"), task("routee#test")]
    assert.deepStrictEqual(count({ reports: { core: report(3), routee: report(4) }, tasks }), [7, 0])
  })

  it("counts every failed test once, and not its task as well", () => {
    const tasks = [task("core#test"), task("routee#test", 1)]
    assert.deepStrictEqual(count({ exitCode: 1, reports: { core: report(3), routee: report(4, 2) }, tasks }), [7, 2])
  })

  it("counts a package without a report as one failure", () => {
    const reports = { core: report(3), fleet: undefined }
    for (
      const tasks of [[task("core#test"), task("fleet#test")], [task("fleet#test", 1)], [task("fleet#build", 0)], []]
    ) {
      assert.deepStrictEqual(count({ reports, tasks }), [3, 1])
    }
    // A package whose every test needs a program that is missing has a report of none.
    assert.deepStrictEqual(count({ reports: { ...reports, fleet: report(0) }, tasks: [task("fleet#test")] }), [3, 0])
  })

  it("counts a run that failed although its tests passed as one failure", () => {
    assert.deepStrictEqual(count({ exitCode: 1, reports: { core: report(3) }, tasks: [task("core#test", 1)] }), [3, 1])
  })

  it("counts each failed build or check as one failure", () => {
    const tasks = [task("core#build", 1), task("core#check", 2), task("//#check:lint"), task("core#test")]
    assert.deepStrictEqual(count({ exitCode: 2, reports: { core: report(3) }, tasks }), [3, 2])
  })

  it("reports a failure if turbo fails and no task did", () => {
    assert.deepStrictEqual(count({ exitCode: 1, reports: { core: report(3) }, tasks: [task("core#test")] }), [3, 1])
  })
})
