import { type Subject, suite, turned } from "@mintmark/conformance"
import * as Stated from "@mintmark/conformance/stated/Routee"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import { routee, routeeEmail } from "@mintmark/routee"

const subject: Subject = {
  name: "Routee",
  provider: routee,
  stated: Stated.routee
}

const email: Subject = {
  name: "Routee's Email v1",
  provider: routeeEmail,
  stated: Stated.routeeEmail
}

suite(subject)
suite(email)

turned(subject, [
  {
    name: "a header whose halves are form-encoded",
    policy: { clientAuthentication: ClientAuthentication.clientSecretBasic },
    check: "puts credentials where basic-raw has them, byte for byte"
  },
  {
    name: "credentials in the body",
    policy: { clientAuthentication: ClientAuthentication.clientSecretPost },
    check: "is let in by its server, with credentials of any characters"
  },
  {
    name: "the 403 dropped",
    policy: { renewOn: [401] },
    check: "gets a new token and repeats the request on a 403, once"
  },
  {
    name: "a 403 taken for certain",
    policy: { doubtOn: [] },
    check: "serves the token on that a 403 was answered to, where no other can be had"
  },
  {
    name: "no meaning for a missing lifetime",
    policy: { assumedLifetime: undefined },
    check: "takes 3600 s where the reply names no lifetime"
  }
])
