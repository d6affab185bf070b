import { STATUS_CODES } from "node:http"
import type { Answer, Immediate } from "../Answer.ts"

const fieldsOf = (answer: Extract<Immediate, { _tag: "Token" }>): string => {
  const changed = Object.entries(answer.fields).map(([name, value]) => `${name}: ${JSON.stringify(value).slice(0, 40)}`)
  const parts = [
    ...(changed.length === 0 ? [] : [`with ${changed.join(", ")}`]),
    ...(answer.without.length === 0 ? [] : [`without ${answer.without.join(", ")}`]),
    ...(answer.status === undefined ? [] : [`as ${answer.status}`]),
    ...(answer.contentType === undefined ? [] : [`as ${answer.contentType ?? "no content type"}`]),
    ...(answer.encoding === undefined ? [] : [`in ${answer.encoding}`])
  ]
  return `the usual token reply ${parts.join(", ")}`.trimEnd()
}

const statusInWords = (
  { body, contentType, headers = [], processed, status }: Extract<Immediate, { _tag: "Status" }>
) => {
  const location = headers.find(([name]) => name.toLowerCase() === "location")?.[1]
  const retryAfter = headers.find(([name]) => name.toLowerCase() === "retry-after")?.[1]
  return [
    `${status} ${STATUS_CODES[status] ?? ""}`.trimEnd(),
    ...(location === undefined ? [] : [`to ${location.slice(0, 80)}`]),
    ...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter.slice(0, 40)}`]),
    ...(body === undefined || location !== undefined
      ? []
      : [body === "" ? "no body" : `a body as ${contentType ?? "JSON"}`]),
    ...(processed === true ? ["after the request was processed"] : [])
  ].join(", ")
}

const cutOff = { "before-headers": "before the answer", "mid-body": "in the middle of the answer" } as const

/** What an answer is, for people. */
export const inWords = (answer: Answer): string => {
  switch (answer._tag) {
    case "Ordinary":
      return "the usual answer"
    case "Status":
      return statusInWords(answer)
    case "Token":
      return fieldsOf(answer)
    case "Delay":
      return `${inWords(answer.answer)}, ${answer.millis} ms later`
    case "Hang":
      return `silence ${cutOff[answer.where]}${
        answer.processed && answer.where === "before-headers" ? ", after the request was processed" : ""
      }`
    case "Reset":
      return `a connection reset ${cutOff[answer.where]}${
        answer.processed && answer.where === "before-headers" ? ", after the request was processed" : ""
      }`
    case "Truncate":
      return "the usual answer, whose connection ends in the middle"
    case "WrongLength":
      return `the usual answer, whose Content-Length is wrong by ${answer.by}`
    case "BadChunk":
      return "the usual answer in broken chunks"
    case "Drip":
      return `the usual answer, ${answer.bytes} bytes every ${answer.every} ms`
    case "Raw":
      return "bytes that aren't HTTP"
    case "Endless":
      return `${answer.status} with a body that never ends`
    case "Quoting":
      return `${answer.status} ${answer.error}, whose description quotes the secrets of the request`
    case "Interim":
      return `the usual answer after an interim one (${answer.status})`
    case "Dated":
      return `the usual answer, whose Date is ${Math.abs(answer.by)} s ${answer.by < 0 ? "behind" : "ahead"}`
    case "EarlyHints":
      return `${answer.count} interim answers (103), and no final one`
    case "BigHeaders":
      return `the usual answer with ${answer.bytes} bytes of headers more`
    case "BigBody":
      return `the usual answer after ${answer.bytes} spaces`
    case "GzipBomb":
      return `the usual answer after ${answer.bytes} spaces, compressed`
    case "NestedEncodings":
      return `the usual answer, compressed ${answer.count} times`
  }
}
