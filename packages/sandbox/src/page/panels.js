// Accounts, tokens, and what is set.
import { byId, copy, duration, element, lifetimeWords, titleOf } from "./dom.js"
import { copyDotenv } from "./inspector.js"
import { presets, switches } from "./presets.js"

const requestsOf = ({ kind, provider }) =>
  `${kind === "token" ? "token requests" : kind === "api" ? "API requests" : "requests"} to ${
    provider === undefined ? "every provider" : titleOf(provider)
  }`

const unique = (texts) => [...new Set(texts)]

const scriptWords = ({ answers, left, repeat, target, until }, now) =>
  `${repeat === "always" ? "All" : left === 1 ? "The next one of the" : `The next ${left}`} ${requestsOf(target)}${
    until === undefined ? "" : `, for ${duration((until - now) / 1000)} more`
  }: ${unique(answers).join("; then ")}`

const switchWords = ([provider, , label, choices], value) =>
  `${titleOf(provider)}: ${label.toLowerCase()} ${choices.find(([choice]) => choice === value)?.[1] ?? value}`

const knownSwitches = (state) => {
  const known = new Set(switches.map(([provider, name]) => `${provider}/${name}`))
  const others = Object.entries(state.behavior).flatMap(([provider, values]) =>
    Object.keys(values).filter((name) => !known.has(`${provider}/${name}`)).map((
      name
    ) => [provider, name, `${name}:`, []])
  )
  return [...switches, ...others]
}

/** Everything that differs from the start, with what undoes it. */
const settingsOf = (state, now) => [
  ...state.scripts.map((script) => ({
    words: scriptWords(script, now),
    undo: ["unscript", { id: script.id }]
  })),
  ...state.lifetimes.map(({ account, lifetime, provider }) => ({
    words: `New access tokens of ${titleOf(provider)}${account === undefined ? "" : `, ${account}`} live ${
      lifetimeWords(lifetime)
    }`,
    undo: ["lifetimes", { provider, account, lifetime: null }]
  })),
  ...knownSwitches(state)
    .filter(([provider, name]) => state.behavior[provider][name] !== state.initialBehavior[provider][name])
    .map((one) => ({
      words: switchWords(one, state.behavior[one[0]][one[1]]),
      undo: ["behavior", { [one[0]]: { [one[1]]: state.initialBehavior[one[0]][one[1]] } }]
    }))
]

let undoable = []

export const drawSettings = (state, now, command) => {
  const settings = settingsOf(state, now)
  undoable = settings.map(({ undo }) => undo)
  byId("set-now").hidden = settings.length === 0
  byId("undo-all").hidden = settings.length < 2
  const before = JSON.stringify([...byId("settings").children].map((item) => item.dataset.words))
  if (before === JSON.stringify(settings.map(({ words }) => words))) return
  byId("settings").replaceChildren(...settings.map(({ undo, words }) =>
    element(
      "li",
      { "data-words": words },
      element("span", {}, words),
      element("button", {
        type: "button",
        class: "undo",
        "aria-label": `Undo: ${words}`,
        onclick: () => command(...undo, () => "Undone.")
      }, "Undo")
    )
  ))
}

export const undoAll = async (command) => {
  for (const undo of undoable) await command(...undo, () => "All changes are undone.")
}

let drawnCards

export const drawAccounts = (state) => {
  const key = JSON.stringify(state.accounts)
  if (drawnCards === key) return
  drawnCards = key
  byId("cards").replaceChildren(...state.accounts.map((card) => {
    const row = (name, ...value) => [element("dt", {}, name), element("dd", {}, ...value)]
    return element(
      "li",
      { class: "card", "data-account": card.account },
      element("h2", {}, card.title[0].toUpperCase() + card.title.slice(1)),
      element(
        "p",
        { class: "id" },
        element("code", {}, card.account),
        element("button", {
          type: "button",
          class: "quiet",
          "aria-label": `Copy ${card.account}`,
          onclick: () => copy(card.account, card.account)
        }, "Copy id"),
        element("button", {
          type: "button",
          "aria-label": `Copy the .env of ${card.account}`,
          onclick: () => copyDotenv(card)
        }, "Copy .env")
      ),
      element(
        "dl",
        {},
        ...row("Token", element("code", {}, card.token)),
        ...row("API", element("code", {}, card.api)),
        ...row("Accepted", card.right),
        ...row("Refused", card.wrong),
        ...row("Lifetime", lifetimeWords(card.lifetime))
      )
    )
  }))
}

const tokenNodes = new Map()

const lifeOf = (token, now) =>
  token.expiresAt === undefined
    ? 1
    : Math.max(0, Math.min(1, (token.expiresAt - now) / (token.expiresAt - token.issuedAt)))

/** Whose token it is, and which. */
const identity = (token) => [
  element(
    "span",
    { class: "who" },
    element("strong", {}, titleOf(token.provider)),
    " ",
    element("span", { class: "faint" }, token.account)
  ),
  element("code", { title: "The token's fingerprint" }, token.fingerprint)
]

const accessNode = (token, command) => {
  const bar = element("div")
  const left = element("span", { class: "left" })
  const node = element(
    "li",
    { "data-token": token.fingerprint },
    ...identity(token),
    element(
      "span",
      { class: "scopes faint", title: token.scopes.join(" ") },
      token.scopes.length === 0 ? "no scopes" : token.scopes.join(" ")
    ),
    element("span", { class: "life" }, bar),
    left,
    element("button", {
      type: "button",
      class: "quiet danger",
      "aria-label": `Revoke ${token.fingerprint}`,
      onclick: () => command("revoke", { token: token.fingerprint }, () => `Revoked ${token.fingerprint}.`)
    }, "Revoke")
  )
  return { node, bar, left }
}

/** Draws what is left of each access token. */
export const drawTokens = (state, now, command) => {
  const valid = state.tokens.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
  const more = state.validTokens - state.tokens.length
  byId("token-count").textContent = valid.length + more === 0 ? "" : (valid.length + more).toLocaleString()
  byId("no-tokens").hidden = valid.length > 0
  byId("revoke-all").hidden = valid.length === 0
  const kept = new Set(valid.map(({ fingerprint }) => fingerprint))
  for (const [fingerprint, { node }] of tokenNodes) {
    if (kept.has(fingerprint)) continue
    node.remove()
    tokenNodes.delete(fingerprint)
  }
  for (const token of valid) {
    let drawn = tokenNodes.get(token.fingerprint)
    if (drawn === undefined) {
      drawn = accessNode(token, command)
      tokenNodes.set(token.fingerprint, drawn)
      byId("access").prepend(drawn.node)
    }
    const life = lifeOf(token, now)
    drawn.bar.style.transform = `scaleX(${life})`
    drawn.bar.classList.toggle("low", life < 0.1)
    drawn.left.textContent = token.expiresAt === undefined ? "unlimited" : duration((token.expiresAt - now) / 1000)
  }
}

export const drawRefreshTokens = (state) => {
  byId("no-refresh").hidden = state.refreshTokens.length > 0
  byId("refresh").replaceChildren(...state.refreshTokens.map((token) =>
    element(
      "li",
      {},
      ...identity(token),
      element(
        "span",
        { class: "scopes faint" },
        `used ${token.uses === 1 ? "once" : token.uses === 0 ? "never" : `${token.uses} times`}`
      ),
      element(
        "span",
        { class: `badge ${token.usable ? "good" : "warn"}` },
        token.usable ? "works" : "doesn't work any more"
      )
    )
  ))
}

let drawnBehavior

export const drawBehavior = (state, command) => {
  const key = JSON.stringify(state.behavior)
  if (drawnBehavior === key) return
  drawnBehavior = key
  byId("behavior").replaceChildren(...switches.map(([provider, name, label, choices]) => {
    const value = state.behavior[provider][name]
    const isChanged = value !== state.initialBehavior[provider][name]
    const select = element(
      "select",
      {
        "data-switch": `${provider}/${name}`,
        onchange: () =>
          command(
            "behavior",
            { [provider]: { [name]: choices[select.selectedIndex][0] } },
            () => `Set: ${switchWords([provider, name, label, choices], choices[select.selectedIndex][0])}.`
          )
      },
      ...choices.map(([choice, words]) => element("option", choice === value ? { selected: true } : {}, words))
    )
    return element(
      "label",
      { class: isChanged ? "changed" : undefined },
      element("span", {}, element("strong", {}, titleOf(provider)), ` ${label.toLowerCase()}`),
      select
    )
  }))
}

export const drawForms = (state) => {
  const providers = Object.keys(state.urls)
  for (const select of [byId("filter-provider"), byId("script").provider, byId("lifetimes").provider]) {
    const chosen = select.value
    for (const option of Array.from(select.options)) {
      if (option.value !== "") option.remove()
    }
    select.append(...providers.map((provider) => element("option", { value: provider }, titleOf(provider))))
    if (providers.includes(chosen)) select.value = chosen
  }
  const groups = Map.groupBy(presets.map((preset, index) => [index, ...preset]), ([, group]) => group)
  byId("script").answer.replaceChildren(
    ...[...groups].map(([label, members]) =>
      element(
        "optgroup",
        { label },
        ...members.map(([index, , name]) => element("option", { value: String(index) }, name))
      )
    )
  )
}
