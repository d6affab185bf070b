import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { parseObject } from "../../../src/internal/text/strictJson.ts"
import { cost } from "../../support/cost.ts"
import { anyText, tried } from "../../support/strings.ts"

const json = Arbitrary.schema(Schema.Record(Schema.String, Schema.Json))

const plainly = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value)

describe("parseObject", () => {
  it.prop("returns the same as JSON.parse for every object without __proto__", [json], ([value]) => {
    const text = JSON.stringify(value, null, value["a"] === undefined ? 0 : 2)
    if (!text.includes("\"__proto__\":")) assert.deepStrictEqual(parseObject(text), JSON.parse(text))
  }, tried(300))

  it.prop("returns what JSON.parse returns for an object, or nothing", [anyText, anyText, anyText], ([a, b, c]) => {
    for (
      const text of [
        a + b + c,
        `{${JSON.stringify(a)}:${JSON.stringify(b)}}`,
        `{${JSON.stringify(a)}:${b}}${c}`,
        `{"${a}":"${b}"}`
      ]
    ) {
      const strict = parseObject(text)
      if (strict === undefined) {
        assert.isTrue(!isObject(plainly(text)) || a === "__proto__", text)
      } else {
        assert.deepStrictEqual(strict, plainly(text))
      }
    }
  }, tried(300))

  it.prop("returns nothing for an object with a duplicate key", [json, anyText], ([value, key]) => {
    const name = JSON.stringify(key)
    const rest = Object.entries(value).map(([name, each]) => `,${JSON.stringify(name)}:${JSON.stringify(each)}`).join(
      ""
    )
    assert.isUndefined(parseObject(`{${name}:1,${name}:2}`))
    assert.isUndefined(parseObject(`{"x":[{${name}:1${rest.includes(`,${name}:`) ? "" : rest},${name}:2}]}`))
  }, tried(100))

  it("reads the same key in different objects, and strings that look like grammar", () => {
    const text = "{\"a\":{\"a\":[{\"a\":1},{\"a\":\"{[:\\\"a\\\":\"}]},\"b\":\"\\\\\"}"
    assert.deepStrictEqual(parseObject(text), JSON.parse(text))
  })

  it("reads at most 32 levels", () => {
    const nested = (depth: number) => `${"{\"a\":".repeat(depth)}1${"}".repeat(depth)}`
    assert.isDefined(parseObject(nested(32)))
    assert.isUndefined(parseObject(nested(33)))
  })

  it("reads at most 1,000 keys of an object", () => {
    const keys = (count: number) => JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [i, i])))
    assert.isDefined(parseObject(keys(1_000)))
    assert.isUndefined(parseObject(keys(1_001)))
    assert.isDefined(parseObject(`{"a":[${keys(1_000)},${keys(1_000)}]}`))
  })

  it("reads at most 20,000 names and texts in all", () => {
    const objects = (count: number) => `{"a":[${Array.from({ length: count - 1 }, () => `{"b" :1}`).join()}]}`
    const texts = (count: number) => JSON.stringify({ a: Array.from({ length: count - 1 }, () => "b\"") })
    for (const strings of [objects, texts]) {
      assert.isDefined(parseObject(strings(20_000)))
      assert.isUndefined(parseObject(strings(20_001)))
    }
  })

  it("takes a few milliseconds for 1 MB of any text", () => {
    for (const piece of [`"a":1,`, `"`, `\\"`, `\\`, ":", " ", `{"a":`, `"\\\\"`, "[[],", `"k":"\\"",`]) {
      const text = `{${piece.repeat(1_048_576 / piece.length)}`
      assert.isBelow(Math.min(...[1, 2, 3].map(() => cost(() => parseObject(text)))), 50, piece)
    }
    const keys = Array.from({ length: 75_000 }, (_, index) => `"key${index}":1`)
    for (const text of [`{${keys.join()}}`, `{"a":[${keys.map((key) => `{${key}}`).join()}]}`]) {
      assert.isBelow(Math.min(...[1, 2, 3].map(() => cost(() => assert.isUndefined(parseObject(text))))), 50)
    }
  })
})
