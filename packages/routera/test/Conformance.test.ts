import { facts, marks, suite, turned } from "@mintmark/conformance"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import { readFileSync } from "node:fs"
import { routera, routeraFacts } from "./Pages.ts"

const source = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8")

suite(routera)

facts(routera, routeraFacts, source("Routera.test.ts"))
marks(source("../README.md"), routeraFacts)

turned(routera, [
  {
    name: "credentials in a header",
    policy: { clientAuthentication: ClientAuthentication.clientSecretBasicRaw },
    check: "puts credentials where client_secret_post has them, byte for byte"
  },
  { name: "renewal on 403", policy: { renewOn: [401, 403] }, check: "takes no new token for a 403" }
])
