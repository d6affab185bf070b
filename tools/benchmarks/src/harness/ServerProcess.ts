import { createServer, type ServerResponse } from "node:http"
import type { Command } from "./Server.ts"

/*
 * `POST /<seconds>/...` is a token endpoint, whose tokens live for so many seconds, for any client. `GET` is the API.
 * `GET /together/<count>` answers so many at once, when all of them are there.
 */

let issued = 0
let requests = 0
let oldestValid = 1
const waiting = new Array<ServerResponse>()
let seen = process.cpuUsage()

const json = (response: ServerResponse, status: number, text: string) => {
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
  response.end(text)
}

const token = (lifetime: string) =>
  `{"access_token":"b2014e88-86ff-44fc-ac98-${++issued}","token_type":"Bearer","expires_in":${lifetime}}`

const server = createServer((request, response) => {
  request.resume()
  request.on("end", () => {
    if (request.method === "POST") {
      requests++
      json(response, 200, token(request.url?.split("/")[1] ?? ""))
    } else if (request.url?.startsWith("/together/") === true) {
      waiting.push(response)
      if (waiting.length < Number(request.url.split("/")[2])) return
      for (const each of waiting.splice(0)) json(each, 200, "{}")
    } else {
      const number = Number(request.headers.authorization?.split("-").at(-1) ?? Infinity)
      if (number < oldestValid) json(response, 401, `{"error":"invalid_token"}`)
      else json(response, 200, `{"balance":"12.50"}`)
    }
  })
})

server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", 4096, () => {
  const address = server.address()
  if (address !== null && typeof address === "object") process.send?.(address.port)
})

process.on("message", (command: Command) => {
  switch (command) {
    case "tokenRequests":
      process.send?.(requests)
      requests = 0
      break
    case "cpu": {
      const { system, user } = process.cpuUsage(seen)
      seen = process.cpuUsage()
      process.send?.(system + user)
      break
    }
    case "revoke":
      oldestValid = issued + 1
      process.send?.(null)
  }
})
process.on("disconnect", () => process.exit(0))
