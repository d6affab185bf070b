import { facts, marks, suite, turned } from "@mintmark/conformance"
import * as TokenReply from "@mintmark/core/TokenReply"
import { readFileSync } from "node:fs"
import { voipex, voipexFacts } from "./Pages.ts"

const source = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8")

suite(voipex)

facts(voipex, voipexFacts, source("Voipex.test.ts"))
marks(source("../README.md"), voipexFacts)

turned(voipex, [
  {
    name: "the password before the refresh token",
    policy: { renewal: undefined },
    check: "renews with the newest refresh token, and sends the first grant's credentials once"
  },
  {
    name: "a password for a server error",
    policy: { errors: [{ status: 503, means: "grant" }] },
    check: "doesn't send the first grant for a server error or throttling"
  },
  {
    name: "refresh tokens that don't expire",
    policy: { reply: TokenReply.make({}, { refreshTokenExpiresIn: [] }) },
    check: "doesn't send a refresh token that has expired by refresh_expires_in"
  }
])
