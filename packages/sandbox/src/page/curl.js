// A request as a command line, with a variable instead of each secret: the page has none to put there.

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`

const left = new Set([
  "host",
  "connection",
  "content-length",
  "accept-encoding",
  "accept-language",
  "user-agent",
  "sec-fetch-mode",
  "transfer-encoding",
  "traceparent",
  "b3"
])

const mask = /\*\*\*([0-9a-f]{12})\*\*\*/g
const isMask = (text) => /^\*\*\*[0-9a-f]{12}\*\*\*$/.test(text)

/** A text in quotes, with variables where its masks are. */
const withVariables = (text, variable) => {
  const parts = text.split(mask)
  return parts.map((part, index) => index % 2 === 0 ? (part === "" ? "" : quoted(part)) : `"$${variable(part)}"`).join(
    ""
  ) || "''"
}

/** What a secret's variable is called, by where in the request it is. */
const namer = (entry, card) => {
  const names = new Map()
  const { bearer, clientSecret, password, refreshToken } = entry.fingerprints
  const name = (print, text) => {
    if (print !== undefined) names.set(print, text)
  }
  name(clientSecret, card?.variables.secret ?? "CLIENT_SECRET")
  name(password, card !== undefined && card.provider === "voipex" ? card.variables.secret : "PASSWORD")
  name(refreshToken, "REFRESH_TOKEN")
  name(bearer, "ACCESS_TOKEN")
  let others = 0
  return (print) => {
    if (!names.has(print)) names.set(print, `SECRET_${++others}`)
    return names.get(print)
  }
}

export const curlOf = (entry, exchange, origin, card) => {
  const variable = namer(entry, card)
  const { body, headers, line } = exchange.request
  const target = line.split(" ").slice(1, -1).join(" ")
  const basic = headers.find(([name, value]) =>
    name.toLowerCase() === "authorization" && value.startsWith("Basic base64(")
  )
  const isForm = headers.some(([name, value]) =>
    name.toLowerCase() === "content-type" && value.includes("x-www-form-urlencoded")
  )
  const parts = [`curl ${withVariables(new URL(target, origin).href, variable)}`]
  if (entry.method !== (body === "" ? "GET" : "POST")) parts.push(`--request ${entry.method}`)
  if (basic !== undefined) parts.push(`--user ${withVariables(basic[1].slice("Basic base64(".length, -1), variable)}`)
  for (const [name, value] of headers) {
    const lower = name.toLowerCase()
    if (left.has(lower) || (lower === "authorization" && basic !== undefined)) continue
    if (isForm && lower === "content-type") continue
    parts.push(`--header ${withVariables(`${name}: ${value}`, variable)}`)
  }
  if (body !== "" && isForm) {
    for (const part of body.split("&")) {
      const at = part.indexOf("=")
      const value = part.slice(at + 1)
      // curl encodes what stands in a variable; the rest is encoded already.
      parts.push(
        at > 0 && isMask(value)
          ? `--data-urlencode ${withVariables(`${part.slice(0, at)}=${value}`, variable)}`
          : `--data ${withVariables(part, variable)}`
      )
    }
  } else if (body !== "") parts.push(`--data-raw ${withVariables(body, variable)}`)
  return parts.join(" \\\n  ")
}
