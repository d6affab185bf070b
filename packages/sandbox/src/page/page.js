// What the page shows comes from two places: the journal as a stream of events, and the state, which is requested when
// something may have changed. What it changes goes through the control endpoint.
import { byId, copy, lifetimeWords, notice, titleOf } from "./dom.js"
import { inspect } from "./inspector.js"
import { forget, move, receive, select, startJournal, wish } from "./journal.js"
import {
  drawAccounts,
  drawBehavior,
  drawForms,
  drawRefreshTokens,
  drawSettings,
  drawTokens,
  undoAll
} from "./panels.js"
import { presets } from "./presets.js"

let state
let asked = 0

/** The sandbox's own time, which a test may have stopped: then it moves with each state. */
const now = () => state.now + (performance.now() - asked)

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

const sampleOf = ({ origin }) =>
  [
    `curl ${origin}/auth.routee.net/oauth/token \\`,
    "  --user 5756a411e4b06a33d50517c7:vb6QpjCIOG \\",
    "  --data grant_type=client_credentials"
  ].join("\n")

const drawState = () => {
  byId("origin").textContent = `${state.origin}/<host>`
  byId("sample").textContent = sampleOf(state)
  for (const [name, count] of Object.entries(state.counts)) {
    const place = document.querySelector(`[data-count="${name}"]`)
    if (place !== null) place.textContent = count.toLocaleString()
  }
  drawSettings(state, now(), command)
  drawAccounts(state)
  drawTokens(state, now(), command)
  drawRefreshTokens(state)
  drawBehavior(state, command)
  forget((seq) => seq <= state.cleared)
}

const refresh = async () => {
  const response = await fetch("/_sandbox/state").catch(() => undefined)
  if (response === undefined || !response.ok) return
  const isFirst = state === undefined
  state = await response.json()
  asked = performance.now()
  if (isFirst) {
    drawForms(state)
    hint()
    startJournal((entry) => {
      inspect(entry, () => state)
      if (!byId("requests").hidden) show("requests")
    })
  }
  drawState()
}

let isDue = false
const refreshSoon = () => {
  if (isDue) return
  isDue = true
  setTimeout(() => {
    isDue = false
    refresh()
  }, 150)
}

// Views

const views = ["requests", "accounts", "tokens", "faults"]

// A view, and the request that is open, stand in the address: a reload or a bookmark leads there again.
const goTo = (place) => {
  if (location.hash !== `#${place}`) history.replaceState(undefined, "", `#${place}`)
}

const show = (view) => {
  for (const each of views) {
    byId(each).hidden = each !== view
    byId(`tab-${each}`).setAttribute("aria-selected", String(each === view))
    byId(`tab-${each}`).tabIndex = each === view ? 0 : -1
  }
  const { seq } = byId("detail").dataset
  goTo(view === "requests" && seq !== undefined ? `${view}/${seq}` : view)
}

for (const [index, view] of views.entries()) {
  byId(`tab-${view}`).addEventListener("click", () => show(view))
  byId(`tab-${view}`).addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (by === undefined) return
    const next = views[(index + by + views.length) % views.length]
    show(next)
    byId(`tab-${next}`).focus()
  })
}
const [, view, seq] = /^#(\w+)(?:\/(\d+))?$/.exec(location.hash) ?? []
if (seq !== undefined) wish(Number(seq))
show(views.includes(view) ? view : "requests")

// Colors

const themes = { auto: "Auto", light: "Light", dark: "Dark" }
const paint = (theme) => {
  document.documentElement.dataset.theme = theme
  byId("theme").textContent = themes[theme]
}
const theme = localStorage.getItem("mintmark-sandbox-theme")
paint(Object.hasOwn(themes, theme) ? theme : "auto")
byId("theme").addEventListener("click", () => {
  const names = Object.keys(themes)
  const next = names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length]
  localStorage.setItem("mintmark-sandbox-theme", next)
  paint(next)
})
byId("to-help").addEventListener("click", () => byId("help").showModal())
byId("close-help").addEventListener("click", () => byId("help").close())

// What a person can do

const hint = () => byId("answer-hint").textContent = presets[Number(byId("script").answer.value)]?.[3] ?? ""
byId("script").answer.addEventListener("change", hint)

byId("script").addEventListener("submit", (event) => {
  event.preventDefault()
  const { answer, kind, provider, times } = event.target
  const [, name, preset] = presets[Number(answer.value)]
  const seconds = /^(\d+)s$/.exec(times.value)?.[1]
  const isAlways = times.value === "always" || seconds !== undefined
  command("script", {
    target: {
      ...(provider.value === "" ? {} : { provider: provider.value }),
      ...(kind.value === "" ? {} : { kind: kind.value })
    },
    answers: Array.from({ length: isAlways ? 1 : Number(times.value) }, () => preset),
    repeat: isAlways ? "always" : "once",
    ...(seconds === undefined ? {} : { during: Number(seconds) * 1000 })
  }, () => `Set: ${name}.`)
})

byId("lifetimes").addEventListener("submit", (event) => {
  event.preventDefault()
  const { lifetime, provider } = event.target
  const value = lifetime.value === "unlimited" ? "unlimited" : Number(lifetime.value)
  command(
    "lifetimes",
    { provider: provider.value, lifetime: value },
    () => `New access tokens of ${titleOf(provider.value)} live ${lifetimeWords(value)}.`
  )
})

byId("revoke-all").addEventListener(
  "click",
  () => command("revoke", {}, ({ revoked }) => `Revoked ${revoked} ${revoked === 1 ? "token" : "tokens"}.`)
)
byId("clear").addEventListener("click", () => command("clear", {}, () => "The journal is empty."))
byId("undo-all").addEventListener("click", () => undoAll(command))
byId("to-accounts").addEventListener("click", () => show("accounts"))
byId("copy-sample").addEventListener("click", () => copy(sampleOf(state), "the command"))

addEventListener("keydown", (event) => {
  if (byId("help").open) return
  const isTyping = /^(?:INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "")
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault()
    show("requests")
    byId("search").focus()
  } else if (event.key === "?" && !isTyping) {
    byId("help").showModal()
  } else if (event.key === "Escape" && !byId("detail").hidden) {
    select(undefined)
    byId("scroll").focus()
  } else if (event.key === "ArrowDown" && document.activeElement === byId("search")) {
    event.preventDefault()
    byId("scroll").focus()
    move(1)
  }
})

setInterval(() => {
  if (state === undefined || document.hidden) return
  drawTokens(state, now(), command)
  drawSettings(state, now(), command)
  if (state.scripts.some(({ until }) => until !== undefined && until <= now())) refreshSoon()
}, 1000)

// Tests and other programs set answers and lifetimes, too.
setInterval(() => {
  if (!document.hidden) refreshSoon()
}, 2000)
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refreshSoon()
})

await refresh()

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
events.addEventListener("entry", (event) => receive(JSON.parse(event.data), refreshSoon))
