export const byId = (id) => document.getElementById(id)

/** Everything that comes from outside becomes text, never markup. */
export const element = (name, properties = {}, ...children) => {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value)
    else if (value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value)
  }
  node.append(...children.filter((child) => child !== undefined))
  return node
}

let timer
export const notice = (text) => {
  byId("notice").textContent = text
  clearTimeout(timer)
  timer = setTimeout(() => byId("notice").textContent = "", 4000)
}

export const copy = (text, what) =>
  navigator.clipboard.writeText(text).then(
    () => notice(`Copied ${what}.`),
    () => notice("The browser doesn't allow to copy.")
  )

export const titles = {
  "routee": "Routee",
  "routee-email": "Routee Email v1",
  "routera": "Routera",
  "voipex": "Voipex",
  "vonage-contact-center-v0": "Vonage Contact Center V0",
  "vonage-contact-center": "Vonage Contact Center",
  "generic": "Generic server"
}

export const titleOf = (provider) => titles[provider] ?? provider ?? "none"

const two = (many, large, few, small) => few === 0 ? `${many} ${large}` : `${many} ${large} ${few} ${small}`

export const duration = (seconds) => {
  const total = Math.max(0, Math.floor(seconds))
  if (total >= 86400 * 730) return `${Math.round(total / 31556952)} years`
  if (total >= 86400 * 2) return `${Math.floor(total / 86400)} days`
  if (total >= 3600) return two(Math.floor(total / 3600), "h", Math.floor(total % 3600 / 60), "min")
  if (total >= 60) return two(Math.floor(total / 60), "min", total % 60, "s")
  return `${total} s`
}

export const lifetimeWords = (lifetime) =>
  lifetime === "unlimited" ? "unlimited" : lifetime === 0 ? "less than a second" : duration(lifetime)
