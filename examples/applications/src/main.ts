// Express on PORT. Without PORT it receives one request, on a free port, and ends.
import { once } from "node:events"
import { app } from "./express.ts"
import { runtime } from "./runtime.ts"

const { PORT } = process.env
const server = app(runtime).listen(Number(PORT ?? 0))
const end = () => server.close(() => void runtime.dispose())
await once(server, "listening")
const address = server.address()
const url = `http://localhost:${typeof address === "object" ? address?.port : PORT}/balance`
if (PORT !== undefined) {
  console.log(url)
  process.once("SIGTERM", end)
} else {
  const response = await fetch(url)
  console.log(`GET /balance: ${response.status} ${await response.text()}`)
  server.closeAllConnections()
  end()
}
