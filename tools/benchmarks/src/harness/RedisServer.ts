import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { createClient } from "redis"

/** A redis-server that keeps nothing on disk. */
export interface RedisServer {
  readonly url: string
  readonly close: () => void
}

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, "127.0.0.1")
  await once(probe, "listening")
  const address = probe.address()
  probe.close()
  await once(probe, "close")
  return address !== null && typeof address === "object" ? address.port : 0
}

export const startRedis = async (): Promise<RedisServer> => {
  const port = await freePort()
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
  const server = spawn("redis-server", options, { stdio: "ignore" })
  const url = `redis://127.0.0.1:${port}`
  const client = createClient({ url, socket: { reconnectStrategy: () => 20 } }).on("error", () => {})
  const answer = await Promise.race([client.connect().then(() => client.ping()), sleep(10_000)])
  client.destroy()
  if (answer !== "PONG") throw new Error("redis-server doesn't answer")
  return { url, close: () => void server.kill() }
}
