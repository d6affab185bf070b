import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenReply from "@mintmark/core/TokenReply"

/** What the providers of tests have in common. */
export const facts = {
  id: "acme",
  tokenEndpoint: "https://auth.acme.test/token",
  apiUrl: "https://api.acme.test",
  reply: TokenReply.Standard
}

/** A provider that exists nowhere, with nothing that is special. */
export const acme = Provider.make({
  ...facts,
  clientAuthentication: ClientAuthentication.clientSecretPost,
  grant: Grant.clientCredentials
})
