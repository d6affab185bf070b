import { facts, marks, suite, turned } from "@mintmark/conformance"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import { readFileSync } from "node:fs"
import { routee, routeeEmail, routeeEmailFacts, routeeFacts } from "./Pages.ts"

const source = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8")

suite(routee)
suite(routeeEmail)

facts(routee, routeeFacts, source("Routee.test.ts"))
facts(routeeEmail, routeeEmailFacts)
marks(source("../README.md"), [...routeeFacts, ...routeeEmailFacts])

turned(routee, [
  {
    name: "a header whose halves are form-encoded",
    policy: { clientAuthentication: ClientAuthentication.clientSecretBasic },
    check: "puts credentials where client_secret_basic_raw has them, byte for byte"
  },
  {
    name: "credentials in the body",
    policy: { clientAuthentication: ClientAuthentication.clientSecretPost },
    check: "is accepted by its server, with credentials of any characters"
  },
  {
    name: "no renewal on 403",
    policy: { renewOn: [401] },
    check: "gets a new token and repeats the request on a 403, once"
  },
  {
    name: "a certain 403",
    policy: { doubtOn: [] },
    check: "serves a token after a 403 while no other can be got"
  },
  {
    name: "no assumed lifetime",
    policy: { assumedLifetime: undefined },
    check: "assumes 3600 s where the reply contains no lifetime"
  }
])
