// One request, whole: why it was refused, what was sent, what was answered.
import { curlOf } from "./curl.js"
import { byId, copy, element, notice, titleOf } from "./dom.js"
import { move, outcome, search, select, statusWord, timeOf, tone } from "./journal.js"

const detail = byId("detail")
let shown
let isRaw = false

const mask = /\*\*\*([0-9a-f]{12})\*\*\*/g

/** A text in which each masked secret is a button that finds where else it was sent. */
const withMasks = (text) =>
  text.split(mask).map((part, index) =>
    index % 2 === 0 ? part : element("button", {
      type: "button",
      class: "mask",
      title: `A secret or a token, shown by its fingerprint. Click: find ${part} in other requests.`,
      onclick: () => search(part)
    }, `•••${part}`)
  )

const isJson = (text) => /^\s*[[{]/.test(text)

const pretty = (body, contentType) => {
  if (isRaw) return body
  if (contentType.includes("x-www-form-urlencoded")) {
    return body.split("&").map((part) => {
      const [name, ...value] = part.split("=")
      try {
        return `${decodeURIComponent(name)} = ${decodeURIComponent(value.join("=").replaceAll("+", " "))}`
      } catch {
        return part
      }
    }).join("\n")
  }
  try {
    return isJson(body) ? JSON.stringify(JSON.parse(body), undefined, 2) : body
  } catch {
    return body
  }
}

/** A message as it was sent, but for its secrets. */
const textOf = ({ body, headers, line }) =>
  [line, ...headers.map(([name, value]) => `${name}: ${value}`), "", body].join("\n").replaceAll(mask, "•••$1")

const message = (title, { body, headers, isCut, line, size }) => {
  const contentType = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1].toLowerCase() ?? ""
  return element(
    "section",
    { class: "message" },
    element(
      "h3",
      {},
      title,
      element("button", {
        type: "button",
        class: "quiet",
        "aria-label": `Copy: ${title}`,
        onclick: () => copy(textOf({ body, headers, line }), `the ${title.toLowerCase()}; its secrets are fingerprints`)
      }, "Copy")
    ),
    element("p", { class: "line" }, element("code", {}, ...withMasks(line === "" ? "Not an HTTP message" : line))),
    element(
      "dl",
      { class: "headers" },
      ...headers.flatMap(([name, value]) => [
        element("dt", {}, ...withMasks(name)),
        element("dd", {}, ...withMasks(value))
      ])
    ),
    body === ""
      ? element("p", { class: "faint none" }, "No body")
      : element("pre", { class: "body", tabindex: "0" }, ...withMasks(pretty(body, contentType))),
    isCut ? element("p", { class: "faint none" }, `The first 8 KiB of ${size.toLocaleString()} bytes`) : undefined
  )
}

const why = (entry) => {
  if (entry.reason !== undefined) return element("p", { class: `why ${tone(entry)}` }, ...withMasks(entry.reason))
  if (entry.state === "cut") {
    return element("p", { class: "why bad" }, "The connection ended before the whole answer was sent.")
  }
  return undefined
}

const places = {
  basic: "Authorization header (Basic)",
  body: "body",
  both: "header and body",
  none: "no client secret"
}

const credentials = ({ kind, matched, placement }) =>
  kind === "api" ?
    [["Access token", matched ? "accepted" : "not accepted"]] :
    kind === "token" ?
    [["Credentials", `${places[placement]}: ${matched ? "right" : "not accepted"}`]] :
    []

const facts = (entry) =>
  [
    ["Provider", titleOf(entry.provider)],
    ["Account", entry.account],
    ["Grant", entry.grant],
    ["Scope", entry.scope],
    ...credentials(entry),
    ["Received", timeOf(entry)],
    ["Took", entry.duration === undefined ? undefined : `${entry.duration} ms`]
  ].filter(([, value]) => value !== undefined)

const close = () => {
  select(undefined)
  byId("scroll").focus()
}

const draw = (entry, exchange, state) => {
  const card = state?.accounts.find(({ account, provider }) => account === entry.account && provider === entry.provider)
  const button = (label, onclick, more = {}) =>
    element("button", { type: "button", class: "quiet", onclick, ...more }, label)
  const at = detail.scrollTop
  detail.replaceChildren(
    element(
      "div",
      { class: "top" },
      element("span", { class: `badge ${tone(entry)}` }, statusWord(entry)),
      element("h2", {}, `${outcome(entry)[0].toUpperCase()}${outcome(entry).slice(1)}`),
      element("span", { class: "faint" }, `#${entry.seq}`),
      element(
        "span",
        { class: "actions" },
        exchange === undefined ? undefined : button(
          "Copy as curl",
          () =>
            copy(
              curlOf(entry, exchange, state.origin, card),
              "the request as a curl command; its secrets are variables"
            ),
          { id: "copy-curl" }
        ),
        card === undefined ? undefined : button("Copy .env", () => copyDotenv(card)),
        button("↑", () => move(-1), { "aria-label": "Newer request", title: "Newer request (↑)" }),
        button("↓", () => move(1), { "aria-label": "Older request", title: "Older request (↓)" }),
        button("✕", close, { "aria-label": "Close", title: "Close (Esc)", id: "close-detail" })
      )
    ),
    ...[why(entry)].filter((node) => node !== undefined),
    element(
      "dl",
      { class: "facts" },
      ...facts(entry).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, ...withMasks(value))])
    ),
    ...(exchange === undefined
      ? [element("p", { class: "faint none" }, "The journal doesn't keep this exchange any more.")]
      : [
        exchange.scripted === undefined
          ? undefined
          : element("p", { class: "why scripted" }, `Set by a script: ${exchange.scripted}.`),
        element(
          "label",
          { class: "raw" },
          element("input", {
            type: "checkbox",
            id: "raw",
            ...(isRaw ? { checked: true } : {}),
            onchange: (event) => {
              isRaw = event.target.checked
              draw(entry, exchange, state)
              byId("raw").focus()
            }
          }),
          "Bodies as they were sent"
        ),
        message("Request", exchange.request),
        exchange.response === undefined
          ? element(
            "section",
            { class: "message" },
            element("h3", {}, "Answer"),
            element("p", { class: "faint none" }, entry.state === "open" ? "None yet" : "None")
          )
          : message("Answer", exchange.response)
      ].filter((node) => node !== undefined))
  )
  detail.scrollTop = at
}

export const copyDotenv = async ({ account, provider }) => {
  const response = await fetch(`/_sandbox/dotenv?${new URLSearchParams({ provider, account })}`).catch(() => undefined)
  if (response === undefined || !response.ok) return notice("The sandbox doesn't answer.")
  await copy(await response.text(), "the lines for a .env file")
}

/** Shows the request that is selected, or closes. */
export const inspect = async (entry, state) => {
  const isNew = shown !== entry?.seq
  shown = entry?.seq
  if (entry === undefined) delete detail.dataset.seq
  else detail.dataset.seq = entry.seq
  detail.hidden = entry === undefined
  document.body.classList.toggle("inspecting", entry !== undefined)
  if (entry === undefined) return
  const response = await fetch(`/_sandbox/exchange?seq=${entry.seq}`).catch(() => undefined)
  const exchange = response?.ok === true ? await response.json() : undefined
  if (shown !== entry.seq) return
  draw(entry, exchange, state())
  if (isNew) detail.scrollTop = 0
}
