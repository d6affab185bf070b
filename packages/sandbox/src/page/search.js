// What is typed into the search field: words, and fields such as `status:4xx`, each with a `-` before it to leave out
// what matches.
import { titleOf } from "./dom.js"

const isRefused = (entry) => entry.answer === "refused"
const isGood = (entry) =>
  entry.state === "answered" && ["token", "same-token", "resource"].includes(entry.answer) &&
  entry.scripted === undefined

/** The outcomes, as the filter and `is:` name them. */
export const outcomes = {
  good: isGood,
  refused: isRefused,
  scripted: (entry) => entry.scripted !== undefined,
  cut: (entry) => entry.state !== "answered"
}

const contains = (...parts) => (wanted) => parts.some((part) => String(part ?? "").toLowerCase().includes(wanted))
const begins = (part) => (wanted) => String(part ?? "").toLowerCase().startsWith(wanted)

/** The fields: what of a request each looks at. */
export const fields = {
  status: ({ status }) => (wanted) =>
    new RegExp(`^${wanted.replaceAll(/[^0-9x]/g, "").replaceAll("x", ".")}`).test(status),
  method: ({ method }) => begins(method),
  provider: ({ provider }) => contains(provider, titleOf(provider)),
  host: ({ host }) => contains(host),
  path: ({ path }) => contains(path),
  account: ({ account }) => contains(account),
  scope: ({ scope }) => contains(scope),
  grant: ({ grant }) => contains(grant),
  kind: ({ kind }) => begins(kind),
  reason: ({ reason }) => contains(reason),
  is: (entry) => (wanted) => Object.entries(outcomes).some(([name, test]) => name.startsWith(wanted) && test(entry))
}

/** A test of requests. `textOf` gives the text that words are looked for in. */
export const matcherOf = (typed, textOf) => {
  const terms = typed.toLowerCase().split(/\s+/).filter((word) => word !== "" && word !== "-")
  const tests = terms.map((term) => {
    const isNot = term.startsWith("-")
    const word = isNot ? term.slice(1) : term
    const [, name, wanted] = /^([a-z]+):(.+)$/.exec(word) ?? []
    const test = name !== undefined && Object.hasOwn(fields, name)
      ? (entry) => fields[name](entry)(wanted)
      : (entry) => textOf(entry).includes(word)
    return isNot ? (entry) => !test(entry) : test
  })
  return (entry) => tests.every((test) => test(entry))
}
