import { facts, marks, suite, turned } from "@mintmark/conformance"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import { readFileSync } from "node:fs"
import { current, currentFacts, v0, v0Facts } from "./Pages.ts"

const source = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8")

suite(v0)
suite(current)

facts(v0, v0Facts, source("VonageContactCenterV0.test.ts"))
facts(current, currentFacts, source("VonageContactCenter.test.ts"))
marks(source("../README.md"), [...v0Facts, ...currentFacts])

turned(v0, [{
  name: "a header whose halves are form-encoded",
  policy: { clientAuthentication: ClientAuthentication.clientSecretBasic },
  check: "puts credentials where client_secret_basic_raw has them, byte for byte"
}])

turned(current, [
  { name: "renewal on 403", policy: { renewOn: [401, 403] }, check: "takes no new token for a 403" },
  {
    name: "scopes not required",
    policy: { scopesRequired: false },
    check: "refuses to request a token without a scope, before any request"
  }
])
