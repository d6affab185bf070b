import { assert, describe, it } from "@effect/vitest"
import { checks, suite, type Turn, turned } from "@mintmark/conformance"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { acme, acmePerson } from "./support/acme.ts"

suite(acme)
suite(acmePerson)

const ofAcme: ReadonlyArray<Turn> = [
  {
    name: "raw to form-encoded Basic",
    policy: { clientAuthentication: ClientAuthentication.clientSecretBasic },
    check: "puts credentials where basic-raw has them, byte for byte"
  },
  {
    name: "Basic to the body",
    policy: { clientAuthentication: ClientAuthentication.clientSecretPost },
    check: "puts credentials where basic-raw has them, byte for byte"
  },
  {
    name: "a secret to none",
    policy: { clientAuthentication: ClientAuthentication.none },
    check: "is let in by its server, with credentials of any characters"
  },
  {
    name: "one more parameter",
    policy: { parameters: { audience: "a" } },
    check: "puts credentials where basic-raw has them, byte for byte"
  },
  { name: "403 dropped", policy: { renewOn: [401] }, check: "gets a new token and repeats the request on a 403, once" },
  {
    name: "403 for certain",
    policy: { doubtOn: [] },
    check: "serves the token on that a 403 was answered to, where no other can be had"
  },
  {
    name: "401 in doubt",
    policy: { doubtOn: [401, 403] },
    check: "serves the token no more that a 401 was answered to, also where no other can be had"
  },
  {
    name: "401 dropped",
    policy: { renewOn: [403] },
    check: "replaces a token that its server revoked, with one request for all who carried it"
  },
  {
    name: "refresh tokens used",
    policy: { renewal: Grant.refreshToken },
    check: "asks with the same credentials again, and with no refresh token"
  },
  { name: "scopes required", policy: { scopesRequired: true }, check: "leaves the scope out where none is named" },
  { name: "scopes of its own", policy: { scopes: ["all"] }, check: "leaves the scope out where none is named" },
  {
    name: "any token type",
    policy: { tokenTypeRequired: false },
    check: "reads the token type in any case, and takes none but bearer"
  },
  {
    name: "an assumed lifetime",
    policy: { assumedLifetime: Duration.hours(1) },
    check: "doesn't understand a reply without a lifetime"
  },
  {
    name: "another token endpoint",
    policy: { tokenEndpoint: "https://auth.acme.example/token" },
    check: "asks https://auth.acme.example/oauth/token, for the API at https://api.acme.example"
  },
  {
    name: "one origin more",
    policy: { apiOrigins: ["https://files.acme.example", "https://acme.example"] },
    check: "asks https://auth.acme.example/oauth/token, for the API at https://api.acme.example"
  },
  {
    name: "no meaning for a 418",
    policy: { errors: [] },
    check: "tells apart a teapot without credentials"
  },
  {
    name: "other names of settings",
    policy: { names: {} },
    check: "names key (ACME_KEY) where it is missing or empty, before any request"
  },
  {
    name: "a reply that loses a field",
    policy: { reply: Schema.Unknown },
    check: "reads the documented reply: 900 s, tier"
  },
  {
    name: "a strict reply",
    policy: { reply: Schema.Struct({ tier: Schema.String }) },
    check: "loses no token for a field of the provider's own, or for one that it doesn't know"
  },
  {
    name: "a reply that shows all",
    policy: { reply: Schema.Struct({}) },
    check: "shows no token and no secret of the reply to those who inspect it"
  }
]

const ofPerson: ReadonlyArray<Turn> = [
  {
    name: "the password before the refresh token",
    policy: { renewal: undefined },
    check: "renews with the newest refresh token, and sends the first grant's credentials once"
  },
  {
    name: "the password before the refresh token",
    policy: { renewal: undefined },
    check: "never has two token requests of one account under way, and uses no refresh token twice"
  },
  {
    name: "a refused refresh token taken for trouble",
    policy: { errors: [{ error: "invalid_grant", means: "unavailable" }] },
    check: "falls back to the first grant once, within the same call, where the refresh token is refused"
  },
  {
    name: "trouble taken for a refused refresh token",
    policy: { errors: [{ status: 503, means: "grant" }] },
    check: "doesn't fall back to the first grant for anything but a refused refresh token"
  },
  {
    name: "a refused password taken for a refused request",
    policy: { errors: [{ error: "invalid_grant", means: "request" }] },
    check: "never sends a refused password again by itself"
  },
  {
    name: "no end of refresh tokens",
    policy: { refreshTokenExpiresIn: undefined },
    check: "doesn't try a refresh token that is over by refresh_expires_in"
  },
  {
    name: "another field with the end of refresh tokens",
    policy: { refreshTokenExpiresIn: "expires_in" },
    check: "tries a refresh token without an end after ten years"
  },
  { name: "403 added", policy: { renewOn: [401, 403] }, check: "takes no new token for a 403" },
  {
    name: "scopes not required",
    policy: { scopesRequired: false },
    check: "refuses to ask without a scope, before any request"
  },
  {
    name: "another grant",
    policy: { grant: Grant.clientCredentials },
    check: "puts credentials where none has them, byte for byte"
  }
]

turned(acme, ofAcme)
turned(acmePerson, ofPerson)

describe("the checks", () => {
  it("have a name of their own each", () => {
    for (const subject of [acme, acmePerson]) {
      const names = checks(subject).map(({ name }) => name)
      assert.lengthOf(new Set(names), names.length)
    }
  })
})
