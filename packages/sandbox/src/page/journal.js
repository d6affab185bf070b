// The list of requests: only the rows in sight exist, so that thousands stay quick.
import { byId, element, titleOf } from "./dom.js"
import { matcherOf, outcomes } from "./search.js"

const entries = new Map()
let matching = []
let selected
let onSelect = () => {}

const scroll = byId("scroll")
const rows = byId("rows")
const phone = matchMedia("(max-width: 640px)")
const heightOf = () => phone.matches ? 62 : 34

const outcomeWords = {
  "token": "new token",
  "same-token": "same token again",
  "refused": "refused",
  "resource": "accepted",
  "fault": "scripted"
}

export const tone = (entry) =>
  entry.state === "open" ?
    "open" :
    entry.state === "cut" || entry.status >= 500 || entry.status === undefined ?
    "bad" :
    entry.status >= 300 ?
    "warn" :
    "good"

export const statusWord = (entry) =>
  entry.state === "open" ? "open" : entry.state === "cut" ?
    `cut${entry.status ? ` ${entry.status}` : ""}` :
    String(entry.status ?? "not HTTP")

export const outcome = (entry) => entry.state === "open" ? "no answer yet" : outcomeWords[entry.answer] ?? "no answer"

export const timeOf = (entry) => {
  const time = new Date(entry.time)
  return `${time.toLocaleTimeString([], { hour12: false })}.${String(time.getMilliseconds()).padStart(3, "0")}`
}

/** The path as the provider's own server sees it, behind its host. */
export const splitPath = (entry) => {
  const [, host = "", below = ""] = /^\/([^/]*)(.*)$/.exec(entry.path) ?? []
  return entry.host === undefined ? { host: "", below: entry.path } : { host, below: below === "" ? "/" : below }
}

const texts = new WeakMap()
const textOf = (entry) => {
  const known = texts.get(entry)
  if (known !== undefined) return known
  const text = [
    entry.seq,
    entry.method,
    entry.path,
    entry.provider,
    titleOf(entry.provider),
    entry.account,
    entry.grant,
    entry.scope,
    statusWord(entry),
    outcome(entry),
    entry.reason,
    entry.userAgent,
    entry.scripted,
    ...Object.values(entry.fingerprints),
    ...entry.parameters
  ].filter((part) => part !== undefined).join(" ").toLowerCase()
  texts.set(entry, text)
  return text
}

const filters = ["search", "filter-provider", "filter-kind", "filter-outcome"]

const filter = () => {
  const [search, provider, kind, wanted] = filters.map((id) => byId(id).value)
  const matches = matcherOf(search, textOf)
  const isOutcome = outcomes[wanted] ?? (() => true)
  matching = [...entries.values()].toReversed().filter((entry) =>
    (provider === "" || entry.provider === provider) && (kind === "" || entry.kind === kind) &&
    isOutcome(entry) && matches(entry)
  )
}

const wordsOf = (entry) =>
  entry.reason ??
    (entry.scripted === undefined || entry.answer === "fault" ? outcome(entry) : `${outcome(entry)}, scripted`)

const rowOf = (entry, index) => {
  const { below, host } = splitPath(entry)
  return element(
    "div",
    {
      class: "row",
      id: `row-${entry.seq}`,
      role: "option",
      "data-seq": entry.seq,
      "aria-selected": String(entry.seq === selected),
      "aria-setsize": matching.length,
      "aria-posinset": index + 1,
      title: `${entry.method} ${entry.path}${entry.reason === undefined ? "" : `\n${entry.reason}`}`
    },
    element("span", { class: "c-seq faint" }, String(entry.seq)),
    element("span", { class: "c-time faint" }, timeOf(entry)),
    element("span", { class: "c-provider" }, entry.provider === undefined ? "–" : titleOf(entry.provider)),
    element(
      "span",
      { class: "c-request" },
      element("code", {}, element("b", {}, entry.method), " ", element("span", { class: "host" }, host), below)
    ),
    element("span", { class: "c-account" }, entry.account ?? "–"),
    element(
      "span",
      { class: "c-outcome" },
      element("span", { class: `badge ${tone(entry)}` }, statusWord(entry)),
      element(
        "span",
        { class: "faint words" },
        wordsOf(entry)
      )
    ),
    element("span", { class: "c-took faint" }, entry.duration === undefined ? "…" : `${entry.duration} ms`)
  )
}

const drawn = new Map()

/** Draws the rows that are in sight, and a few more. */
const draw = () => {
  const height = heightOf()
  const first = Math.max(0, Math.floor(scroll.scrollTop / height) - 8)
  const last = Math.min(matching.length, Math.ceil((scroll.scrollTop + scroll.clientHeight) / height) + 8)
  rows.style.height = `${matching.length * height}px`
  const wanted = new Map()
  for (let index = first; index < last; index++) wanted.set(matching[index].seq, index)
  for (const [seq, { node }] of drawn) {
    if (wanted.has(seq)) continue
    node.remove()
    drawn.delete(seq)
  }
  for (const [seq, index] of wanted) {
    const entry = matching[index]
    const before = drawn.get(seq)
    let node = before?.node
    if (before?.entry !== entry || before.selected !== (seq === selected)) {
      node = rowOf(entry, index)
      if (before === undefined) rows.append(node)
      else before.node.replaceWith(node)
      drawn.set(seq, { entry, node, selected: seq === selected })
    }
    node.style.top = `${index * height}px`
  }
  if (selected !== undefined && drawn.has(selected)) scroll.setAttribute("aria-activedescendant", `row-${selected}`)
  else scroll.removeAttribute("aria-activedescendant")
}

let frame
const drawSoon = () =>
  frame ??= requestAnimationFrame(() => {
    frame = undefined
    draw()
  })

/** After the entries or the filters changed. What is in sight stays where it is. */
const update = () => {
  const before = matching.length
  const top = scroll.scrollTop
  filter()
  rows.style.height = `${matching.length * heightOf()}px`
  if (top > heightOf() && matching.length > before) scroll.scrollTop = top + (matching.length - before) * heightOf()
  const all = entries.size
  byId("empty").hidden = all > 0
  byId("no-match").hidden = all === 0 || matching.length > 0
  byId("columns").hidden = matching.length === 0
  scroll.hidden = matching.length === 0
  byId("shown-count").textContent = all === 0 ?
    "" :
    matching.length === all
    ? all.toLocaleString()
    : `${matching.length.toLocaleString()} of ${all.toLocaleString()}`
  draw()
}

// The request of the address, which may come with the journal.
let wished

export const wish = (seq) => {
  wished = seq
}

export const select = (seq) => {
  wished = undefined
  selected = seq
  const index = matching.findIndex((entry) => entry.seq === seq)
  if (index >= 0) {
    const height = heightOf()
    const top = index * height
    if (top < scroll.scrollTop) scroll.scrollTop = top
    else if (top + height > scroll.scrollTop + scroll.clientHeight) {
      scroll.scrollTop = top + height - scroll.clientHeight
    }
  }
  draw()
  onSelect(seq === undefined ? undefined : entries.get(seq))
}

/** The selected request's neighbor: -1 is newer, 1 is older. */
export const move = (by) => {
  if (matching.length === 0) return
  const at = matching.findIndex((entry) => entry.seq === selected)
  const next = at < 0 ? (by > 0 ? 0 : matching.length - 1) : Math.min(matching.length - 1, Math.max(0, at + by))
  select(matching[next].seq)
}

export const search = (text) => {
  byId("search").value = text
  remember()
  update()
}

const stored = "mintmark-sandbox-filters"
const remember = () => sessionStorage.setItem(stored, JSON.stringify(filters.map((id) => byId(id).value)))

export const startJournal = (listener) => {
  onSelect = listener
  const values = JSON.parse(sessionStorage.getItem(stored) ?? "[]")
  filters.forEach((id, index) => {
    if (typeof values[index] === "string") byId(id).value = values[index]
    byId(id).addEventListener("input", () => {
      remember()
      scroll.scrollTop = 0
      update()
    })
  })
  byId("reset-filters").addEventListener("click", () => {
    for (const id of filters) byId(id).value = ""
    remember()
    update()
  })
  scroll.addEventListener("scroll", drawSoon, { passive: true })
  new ResizeObserver(drawSoon).observe(scroll)
  phone.addEventListener("change", () => {
    for (const { node } of drawn.values()) node.remove()
    drawn.clear()
    update()
  })
  rows.addEventListener("click", (event) => {
    const row = event.target.closest(".row")
    if (row !== null) select(Number(row.dataset.seq))
  })
  scroll.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(scroll.clientHeight / heightOf()) - 1)
    const steps = {
      ArrowDown: 1,
      ArrowUp: -1,
      j: 1,
      k: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity
    }
    const by = steps[event.key]
    if (by !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault()
      move(Number.isFinite(by) ? by : Math.sign(by) * matching.length)
    } else if (event.key === "Enter" && selected === undefined) move(1)
  })
  update()
}

export const forget = (isOld) => {
  let any = false
  for (const seq of entries.keys()) {
    if (!isOld(seq)) continue
    entries.delete(seq)
    any = true
  }
  if (!any) return
  if (selected !== undefined && !entries.has(selected)) select(undefined)
  update()
}

const capacity = 10_000
let arrived = []
let timer

/** A busy sandbox sends more than can be drawn one by one. */
export const receive = (entry, then) => {
  arrived.push(entry)
  timer ??= setTimeout(() => {
    timer = undefined
    const batch = arrived
    arrived = []
    let isOrdered = true
    let last = [...entries.keys()].at(-1) ?? 0
    for (const each of batch) {
      if (!entries.has(each.seq) && each.seq < last) isOrdered = false
      entries.set(each.seq, each)
      last = Math.max(last, each.seq)
    }
    if (!isOrdered) {
      const sorted = [...entries.entries()].toSorted(([one], [other]) => one - other)
      entries.clear()
      for (const [seq, each] of sorted) entries.set(seq, each)
    }
    for (const seq of entries.keys()) {
      if (entries.size <= capacity) break
      entries.delete(seq)
    }
    update()
    if (wished !== undefined && entries.has(wished)) select(wished)
    else if (batch.some(({ seq }) => seq === selected)) onSelect(entries.get(selected))
    then()
  }, 40)
}
