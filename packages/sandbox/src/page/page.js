// What the page shows comes from two places: the journal as a stream of events, and the state, asked for when
// something may have changed. What it changes goes through the control endpoint.

const shownRows = 500

// A map, since an object would put the names that are numbers first.
const answers = new Map([
  ["429, come back in 2 s", { _tag: "Status", status: 429, headers: [["retry-after", "2"]] }],
  ["500", { _tag: "Status", status: 500 }],
  ["503, come back in 30 s", { _tag: "Status", status: 503, headers: [["retry-after", "30"]] }],
  ["401", { _tag: "Status", status: 401 }],
  ["403", { _tag: "Status", status: 403 }],
  ["200 with a page of HTML", { _tag: "Status", status: 200, body: "<h1>Hello</h1>", contentType: "text/html" }],
  ["A redirect elsewhere", { _tag: "Status", status: 307, body: "", headers: [["location", "http://127.0.0.1:9/"]] }],
  ["The usual answer, 3 s late", { _tag: "Delay", millis: 3000, answer: { _tag: "Ordinary" } }],
  ["The usual answer, drop by drop", { _tag: "Drip", every: 100, bytes: 16 }],
  ["A token that lives 5 s by its word", { _tag: "Token", fields: { expires_in: 5 }, without: [] }],
  ["A token without a lifetime", { _tag: "Token", fields: {}, without: ["expires_in"] }],
  ["Silence", { _tag: "Hang", where: "before-headers", processed: false }],
  ["Silence halfway through the body", { _tag: "Hang", where: "mid-body", processed: true }],
  ["A reset", { _tag: "Reset", where: "before-headers", processed: false }],
  ["A reset after the request was processed", { _tag: "Reset", where: "before-headers", processed: true }],
  ["A body that is cut short", { _tag: "Truncate" }]
])

const answerWords = {
  "token": "new token",
  "same-token": "same token again",
  "refused": "refused",
  "resource": "let in",
  "fault": "scripted"
}

const fingerprintWords = {
  "clientSecret": "client secret",
  "refreshToken": "refresh token",
  "accessTokenIssued": "new access token",
  "refreshTokenIssued": "new refresh token"
}

const byId = (id) => document.getElementById(id)

/** Everything that comes from outside becomes text, never markup. */
const element = (name, properties = {}, ...children) => {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value)
    else if (value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value)
  }
  node.append(...children.filter((child) => child !== undefined))
  return node
}

const code = (text) => element("code", {}, text)

let noticeTimer
const notice = (text) => {
  byId("notice").textContent = text
  clearTimeout(noticeTimer)
  noticeTimer = setTimeout(() => byId("notice").textContent = "", 4000)
}

const command = async (name, input, said) => {
  const response = await fetch(`/_sandbox/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(input)
  }).catch(() => undefined)
  if (response === undefined) return notice("The sandbox doesn't answer.")
  const output = await response.json()
  notice(response.ok ? said(output) : output.error)
  await refresh()
}

// The journal

const entries = new Map()
const rows = new Map()
const expanded = new Set()

const tone = (entry) =>
  entry.state === "open" ?
    "open"
    : entry.state === "cut" || entry.status >= 500 ?
    "bad"
    : entry.status >= 300 ?
    "warn"
    : "good"

const answerCell = (entry) => {
  const word = entry.state === "open" ? "open" : entry.state === "cut" ?
    `cut${entry.status ? ` ${entry.status}` : ""}`
    : String(entry.status ?? "raw")
  const how = entry.state === "open" ? "" : answerWords[entry.answer] ?? ""
  return element(
    "td",
    {},
    element("span", { class: `badge ${tone(entry)}` }, word),
    element(
      "span",
      { class: "faint" },
      entry.scripted !== undefined ? `${how === "" ? "" : `${how}, `}${entry.scripted}` : how
    )
  )
}

const shortPath = (entry) => entry.provider === undefined ? entry.path : entry.path.replace(/^\/[^/]+/, "")

const timeOf = (entry) => new Date(entry.time).toLocaleTimeString([], { hour12: false })

const facts = (entry) =>
  [
    // What a small screen has no column for.
    ["Time", timeOf(entry), "small"],
    ["Grant", entry.grant, "small"],
    ["Placement", entry.kind === "token" ? entry.placement : undefined, "small"],
    ["Account", entry.account, "small"],
    ["Answer", answerWords[entry.answer], "small"],
    ["Scripted", entry.scripted, "small"],
    ["Path", entry.path],
    ["Query", entry.query.join(", ")],
    ["Parameters", entry.parameters.join(", ")],
    ["Scope", entry.scope],
    ["Credentials", entry.matched ? "right" : "not accepted"],
    ["Headers", entry.headers.join(", ")],
    ["Accept", entry.accept],
    ["Content-Type", entry.contentType],
    ["User-Agent", entry.userAgent],
    ["Trace headers", entry.traced ? "yes" : "none"],
    ...Object.entries(entry.fingerprints).map((
      [name, print]
    ) => [`Fingerprint: ${fingerprintWords[name] ?? name}`, print])
  ].filter(([, value]) => value !== undefined && value !== "")

const detailRow = (entry) =>
  element(
    "tr",
    { class: "detail" },
    element(
      "td",
      { colspan: 9 },
      element(
        "dl",
        { class: "facts" },
        ...facts(entry).flatMap(([name, value, screen]) => [
          element("dt", { class: screen }, name),
          element("dd", { class: screen }, code(value))
        ])
      )
    )
  )

const toggle = (seq) => {
  if (!expanded.delete(seq)) expanded.add(seq)
  draw(entries.get(seq))
}

const entryRow = (entry, isNew) =>
  element(
    "tr",
    { class: isNew ? "entry new" : "entry", "data-seq": entry.seq, onclick: () => toggle(entry.seq) },
    element(
      "td",
      { class: "number" },
      element("button", {
        type: "button",
        class: "toggle",
        "aria-expanded": String(expanded.has(entry.seq)),
        "aria-label": `Request ${entry.seq}, details`
      }, String(entry.seq))
    ),
    element("td", { class: "roomy faint" }, timeOf(entry)),
    element("td", { class: "provider" }, entry.provider ?? "–"),
    element(
      "td",
      { class: "cut path", title: `${entry.method} ${entry.path}` },
      code(`${entry.method} ${shortPath(entry)}`)
    ),
    element("td", { class: "roomy" }, entry.grant ?? "–"),
    element("td", { class: "roomy" }, entry.kind === "token" ? entry.placement : "–"),
    element("td", { class: "roomy cut", title: entry.account }, entry.account ?? "–"),
    answerCell(entry),
    element("td", { class: "number" }, entry.duration === undefined ? "…" : `${entry.duration} ms`)
  )

const isShown = (entry) => {
  const provider = byId("filter-provider").value
  const kind = byId("filter-kind").value
  return (provider === "" || entry.provider === provider) && (kind === "" || entry.kind === kind)
}

const erase = (seq) => {
  for (const row of rows.get(seq) ?? []) row.remove()
  rows.delete(seq)
}

/** Draws one entry in its place: the newest stands first. */
const draw = (entry) => {
  const before = rows.get(entry.seq)
  if (!isShown(entry)) return erase(entry.seq)
  const drawn = [entryRow(entry, before === undefined), ...(expanded.has(entry.seq) ? [detailRow(entry)] : [])]
  if (before === undefined) {
    let next = byId("entries").firstElementChild
    while (next !== null && !(Number(next.dataset.seq) < entry.seq)) next = next.nextElementSibling
    byId("entries").insertBefore(drawn[0], next)
    drawn[0].after(...drawn.slice(1))
  } else {
    const hadFocus = before[0].contains(document.activeElement)
    before[0].replaceWith(...drawn)
    for (const row of before.slice(1)) row.remove()
    if (hadFocus) drawn[0].querySelector("button").focus()
  }
  rows.set(entry.seq, drawn)
}

const forget = (isOld) => {
  for (const seq of [...entries.keys()].filter(isOld)) {
    erase(seq)
    entries.delete(seq)
    expanded.delete(seq)
  }
}

const drawEmpty = () => byId("empty").hidden = entries.size > 0

let arrived = []

/** A busy sandbox sends more than can be drawn one by one. */
const receive = (entry) => {
  if (arrived.push(entry) > 1) return
  setTimeout(() => {
    const newest = new Map(arrived.map((each) => [each.seq, each]))
    arrived = []
    for (const each of [...newest.values()].slice(-shownRows)) {
      entries.set(each.seq, each)
      draw(each)
    }
    const last = Math.max(...entries.keys())
    forget((seq) => seq <= last - shownRows)
    drawEmpty()
    refreshSoon()
  }, 30)
}

// The state

let state
let asked = 0

const seconds = (total) => {
  if (total >= 86400 * 730) return `${Math.floor(total / 31556952)} years`
  if (total >= 86400 * 2) return `${Math.floor(total / 86400)} days`
  if (total >= 3600) return `${Math.floor(total / 3600)} h ${Math.floor(total % 3600 / 60)} min`
  if (total >= 60) return `${Math.floor(total / 60)} min ${Math.floor(total % 60)} s`
  return `${Math.floor(total)} s`
}

/** The sandbox's own time, which a test may have stopped: then it moves with each state. */
const now = () => state.now + (performance.now() - asked)

const tokenItems = new Map()

const tokenItem = (token) => {
  const bar = element("div")
  const left = element("span")
  const life = element("div", { class: "life" }, bar)
  const node = element(
    "li",
    {},
    element(
      "div",
      { class: "line" },
      element("strong", {}, token.provider),
      element("button", {
        type: "button",
        class: "quiet danger",
        "aria-label": `Revoke ${token.fingerprint}`,
        onclick: () => command("revoke", { token: token.fingerprint }, () => `Revoked ${token.fingerprint}.`)
      }, "Revoke")
    ),
    element("div", { class: "line" }, element("span", { title: token.account }, token.account), left),
    element(
      "div",
      { class: "line faint" },
      element("span", { title: token.about }, code(token.fingerprint), " ", token.about)
    ),
    life
  )
  const age = () => {
    const remaining = token.expiresAt === undefined ? undefined : token.expiresAt - now()
    const share = remaining === undefined ? 1 : Math.max(0, remaining) / (token.expiresAt - token.issuedAt)
    left.textContent = remaining === undefined ? "no end" : seconds(Math.max(0, remaining) / 1000)
    bar.style.scale = `${share} 1`
    life.classList.toggle("low", share < 0.15)
    return remaining === undefined || remaining > 0
  }
  return { node, age }
}

/** Lets the tokens that are shown grow older, and takes away the dead. */
const ageTokens = () => {
  for (const [key, item] of tokenItems) {
    if (item.age()) continue
    item.node.remove()
    tokenItems.delete(key)
  }
  byId("token-count").textContent = tokenItems.size === 0 ? "" : tokenItems.size.toLocaleString()
  byId("no-tokens").hidden = tokenItems.size > 0
  byId("revoke-all").hidden = tokenItems.size === 0
}

/** What is said of a token, as well as which it is: where that changes, it is drawn anew. */
const keyOf = (token) => `${token.fingerprint} ${token.about}`

const aliveTokens = () =>
  [
    ...state.tokens.map((token) => ({ ...token, about: token.scopes.join(" ") })),
    ...state.refreshTokens.filter((token) => token.alive).map((token) => ({
      ...token,
      about: token.uses === 0 ? "refresh token" : `refresh token, used ${token.uses}×`
    }))
  ].toSorted((one, other) => one.issuedAt - other.issuedAt)

const drawTokens = () => {
  const tokens = aliveTokens()
  const alive = new Set(tokens.map(keyOf))
  for (const [key, item] of tokenItems) {
    if (alive.has(key)) continue
    item.node.remove()
    tokenItems.delete(key)
  }
  for (const token of tokens.slice(-shownRows)) {
    if (tokenItems.has(keyOf(token))) continue
    const item = tokenItem(token)
    tokenItems.set(keyOf(token), item)
    byId("tokens").prepend(item.node)
  }
  ageTokens()
}

const scriptItem = ({ answers: pending, repeat, target }) => {
  const isSame = pending.every((answer) => answer === pending[0])
  const times = repeat === "always" ? "until taken back" : isSame ? `${pending.length} more` : "one after the other"
  const requests = { token: "requests for a token", api: "requests to the API" }[target.kind] ?? "requests of any kind"
  return element(
    "li",
    {},
    element(
      "div",
      { class: "line" },
      element("strong", {}, isSame ? pending[0] : pending.join(", ")),
      element("button", {
        type: "button",
        class: "quiet",
        onclick: () => command("unscript", target, () => "Taken back.")
      }, "Take back")
    ),
    element(
      "div",
      { class: "line faint" },
      element("span", {}, `${target.provider ?? "any provider"}, ${requests}`),
      element("span", {}, times)
    )
  )
}

const serverItem = ([provider, url]) =>
  element(
    "li",
    {},
    element(
      "div",
      { class: "line" },
      element("strong", {}, provider),
      element("button", {
        type: "button",
        class: "quiet",
        "aria-label": `Copy the URL of ${provider}`,
        onclick: () => navigator.clipboard.writeText(url).then(() => notice(`Copied ${url}`), () => notice(url))
      }, "Copy")
    ),
    element("div", { class: "line faint" }, code(url))
  )

const drawState = () => {
  byId("origin").textContent = state.origin
  for (const [name, count] of Object.entries(state.counts)) {
    const place = document.querySelector(`[data-count="${name}"]`)
    if (place !== null) place.textContent = count.toLocaleString()
  }
  byId("scripts").replaceChildren(...state.scripts.map(scriptItem))
  drawTokens()
  forget((seq) => seq <= state.cleared)
  drawEmpty()
}

const drawOnce = () => {
  byId("servers").replaceChildren(...Object.entries(state.urls).map(serverItem))
  for (const select of [byId("filter-provider"), byId("script").provider, byId("lifetimes").provider]) {
    select.append(...Object.keys(state.urls).map((provider) => element("option", { value: provider }, provider)))
  }
  byId("script").answer.append(...[...answers.keys()].map((name) => element("option", { value: name }, name)))
}

const refresh = async () => {
  const response = await fetch("/_sandbox/state").catch(() => undefined)
  if (response === undefined || !response.ok) return
  const isFirst = state === undefined
  state = await response.json()
  asked = performance.now()
  if (isFirst) drawOnce()
  drawState()
}

let isDue = false
const refreshSoon = () => {
  if (isDue) return
  isDue = true
  setTimeout(() => {
    isDue = false
    refresh()
  }, 120)
}

// What a person can do

byId("script").addEventListener("submit", (event) => {
  event.preventDefault()
  const { answer, kind, provider, times } = event.target
  const isAlways = times.value === "always"
  command("script", {
    target: {
      ...(provider.value === "" ? {} : { provider: provider.value }),
      ...(kind.value === "" ? {} : { kind: kind.value })
    },
    answers: Array.from({ length: isAlways ? 1 : Number(times.value) }, () => answers.get(answer.value)),
    repeat: isAlways ? "always" : "once"
  }, () => `Scripted: ${answer.value}.`)
})

byId("lifetimes").addEventListener("submit", (event) => {
  event.preventDefault()
  const { lifetime, provider } = event.target
  command("lifetimes", {
    provider: provider.value,
    lifetime: lifetime.value === "unlimited" ? "unlimited" : Number(lifetime.value)
  }, () => `The next tokens of ${provider.value} live ${lifetime.selectedOptions[0].textContent}.`)
})

byId("revoke-all").addEventListener(
  "click",
  () => command("revoke", {}, ({ revoked }) => `Revoked ${revoked} ${revoked === 1 ? "token" : "tokens"}.`)
)

byId("clear").addEventListener("click", () => command("clear", {}, () => "The journal and the scripts are empty."))

for (const id of ["filter-provider", "filter-kind"]) {
  byId(id).addEventListener("change", () => {
    for (const entry of entries.values()) draw(entry)
  })
}

setInterval(() => {
  if (state !== undefined && !document.hidden) ageTokens()
}, 1000)

const events = new EventSource("/_sandbox/events")
const connection = byId("connection")
events.addEventListener("open", () => {
  connection.dataset.live = "true"
  connection.textContent = "live"
  // The stream begins with the whole journal, which may be another sandbox's on the same port.
  forget(() => true)
  refreshSoon()
})
events.addEventListener("error", () => {
  connection.dataset.live = "false"
  connection.textContent = "not connected"
})
events.addEventListener("entry", (event) => receive(JSON.parse(event.data)))
