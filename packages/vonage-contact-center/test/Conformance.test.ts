import { type Subject, suite, turned } from "@mintmark/conformance"
import * as Stated from "@mintmark/conformance/stated/VonageContactCenter"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import { vonageContactCenter, vonageContactCenterV0 } from "@mintmark/vonage-contact-center"

const v0: Subject = {
  name: "Vonage Contact Center V0",
  provider: vonageContactCenterV0,
  parts: { region: "emea" },
  stated: Stated.vonageContactCenterV0
}

const current: Subject = {
  name: "Vonage Contact Center",
  provider: vonageContactCenter,
  parts: { region: "emea" },
  stated: Stated.vonageContactCenter
}

suite(v0)
suite(current)

turned(v0, [{
  name: "a header whose halves are form-encoded",
  policy: { clientAuthentication: ClientAuthentication.clientSecretBasic },
  check: "puts credentials where basic-raw has them, byte for byte"
}])

turned(current, [
  { name: "a 403 added", policy: { renewOn: [401, 403] }, check: "takes no new token for a 403" },
  {
    name: "scopes not required",
    policy: { scopesRequired: false },
    check: "refuses to ask without a scope, before any request"
  }
])
