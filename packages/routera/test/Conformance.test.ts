import { type Subject, suite, turned } from "@mintmark/conformance"
import * as Stated from "@mintmark/conformance/stated/Routera"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import { routera } from "@mintmark/routera"

const subject: Subject = {
  name: "Routera",
  provider: routera,
  stated: Stated.routera
}

suite(subject)

turned(subject, [
  {
    name: "credentials in a header",
    policy: { clientAuthentication: ClientAuthentication.clientSecretBasicRaw },
    check: "puts credentials where body has them, byte for byte"
  },
  { name: "a 403 added", policy: { renewOn: [401, 403] }, check: "takes no new token for a 403" }
])
