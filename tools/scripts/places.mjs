// Preloaded into each program: what it asks of a provider by its own address is led to the sandbox, and what it asks of
// anybody else fails.
const urls = JSON.parse(process.env.MINTMARK_SANDBOX)
const places = [
  ["https://auth.acme.example/oauth/token", `${urls.generic}/token`],
  ["https://api.acme.example", urls.generic],
  ["https://auth.routee.net", urls.routee],
  ["https://connect.routee.net", urls.routee],
  ["https://api.routera.io", urls.routera]
]

const placeOf = (asked) => {
  const [from, to] = places.find(([from]) => asked.startsWith(from)) ?? ["", ""]
  const place = to + asked.slice(from.length)
  if (new URL(place).hostname === "127.0.0.1") return place
  throw new Error(`a document's program asked for ${asked}, which is not on this machine`)
}

const ask = globalThis.fetch
globalThis.fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : String(input)
  const response = await ask(input instanceof Request ? new Request(placeOf(url), input) : placeOf(url), init)
  // A reply from another place than was asked looks like one that a redirect was followed to.
  return Object.defineProperty(response, "url", { value: url })
}
