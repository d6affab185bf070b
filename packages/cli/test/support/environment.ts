import { Sandbox } from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import * as Providers from "../../src/Providers.ts"
import { environment } from "../../src/SandboxCommand.ts"
import { folder } from "./mintmark.ts"

/** A folder whose `.env` leads every provider to the sandbox. */
export const folderForSandbox = Effect.flatMap(
  Sandbox,
  ({ urls }) => folder({ ".env": Providers.ids.map((id) => environment(id, urls)).join("\n") })
)
