// Preloaded into each program of the documents: a request to a provider's own address goes to the sandbox, and one to
// any other machine fails.
const urls = JSON.parse(process.env.MINTMARK_SANDBOX)
const places = [
  ["https://auth.acme.example/oauth/token", `${urls.generic}/token`],
  ["https://api.acme.example", urls.generic],
  ["https://auth.sinch.com/oauth2/token", `${urls.generic}/token`],
  ["https://numbers.api.sinch.com/v1/projects/my-project/activeNumbers", `${urls.generic}/me`],
  ["https://auth.routee.net", urls.routee.replace("{host}", "auth.routee.net")],
  ["https://connect.routee.net", urls.routee.replace("{host}", "connect.routee.net")],
  ["https://api.routera.io", urls.routera.replace("{host}", "api.routera.io")]
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
