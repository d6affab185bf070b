import { type Subject, suite, turned } from "@mintmark/conformance"
import * as Stated from "@mintmark/conformance/stated/Voipex"
import { voipex } from "@mintmark/voipex"

const subject: Subject = {
  name: "Voipex",
  provider: voipex,
  stated: Stated.voipex
}

suite(subject)

turned(subject, [
  {
    name: "the password before the refresh token",
    policy: { renewal: undefined },
    check: "renews with the newest refresh token, and sends the first grant's credentials once"
  },
  {
    name: "a password for a server in trouble",
    policy: { errors: [{ status: 503, means: "grant" }] },
    check: "doesn't fall back to the first grant for anything but a refused refresh token"
  },
  {
    name: "no end of refresh tokens",
    policy: { refreshTokenExpiresIn: undefined },
    check: "doesn't try a refresh token that is over by refresh_expires_in"
  }
])
