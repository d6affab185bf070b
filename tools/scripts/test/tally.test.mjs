import { assert, describe, it } from "vitest"
import { tally } from "../tally.mjs"

const report = (numPassedTests, numFailedTests = 0, more = {}) => ({
  numPassedTests,
  numFailedTests,
  numTotalTests: numPassedTests + numFailedTests,
  success: numFailedTests === 0,
  ...more
})

const task = (taskId, exitCode) => ({ taskId, task: taskId.split("#")[1], execution: { exitCode } })

const count = (fields) => {
  const { failed, passed } = tally({ exitCode: 0, reports: {}, tasks: [], ...fields })
  return [passed, failed]
}

describe("tally", () => {
  it("adds up the tests of all packages", () => {
    assert.deepStrictEqual(count({ reports: { core: report(3), routee: report(4) } }), [7, 0])
  })

  it("counts every failed test once, and not its task as well", () => {
    const tasks = [task("@mintmark/routee#test", 1), task("//#test:scripts", 1)]
    assert.deepStrictEqual(count({ exitCode: 1, reports: { core: report(3), routee: report(4, 2) }, tasks }), [7, 2])
  })

  it("forgives a package that ran no test only where a program that it needs can't be had", () => {
    const reports = { core: report(3), fleet: report(0) }
    assert.deepStrictEqual(count({ reports }), [3, 1])
    assert.deepStrictEqual(count({ reports, excused: ["fleet"] }), [3, 0])
    assert.deepStrictEqual(count({ reports: { core: report(3, 1) }, excused: ["core"] }), [3, 1])
  })

  it("fails a package that left no report", () => {
    assert.deepStrictEqual(count({ reports: { core: report(3), routee: undefined } }), [3, 1])
  })

  it("fails a package without tests", () => {
    assert.deepStrictEqual(count({ reports: { core: report(0) } }), [0, 1])
  })

  it("fails a package that skips tests", () => {
    assert.deepStrictEqual(count({ reports: { core: report(3, 0, { numTotalTests: 5 }) } }), [3, 1])
  })

  it("fails a package whose run failed although its tests passed", () => {
    assert.deepStrictEqual(count({ reports: { core: report(3, 0, { success: false }) } }), [3, 1])
  })

  it("counts each failed build or check as one failure", () => {
    const tasks = [task("@mintmark/core#build", 1), task("@mintmark/core#check", 2), task("//#check:lint", 0)]
    assert.deepStrictEqual(count({ exitCode: 2, reports: { core: report(3) }, tasks }), [3, 2])
  })

  it("never calls a run good that turbo calls bad", () => {
    assert.deepStrictEqual(count({ exitCode: 1, reports: { core: report(3) } }), [3, 1])
  })
})
