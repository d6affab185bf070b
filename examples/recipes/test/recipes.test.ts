/*
 * Each recipe gets a token and makes a request, at a server that behaves as the provider's public pages say: the real
 * URLs, answered by the sandbox on this machine.
 */
import { describe, it } from "@effect/vitest"
import { OAuthServer } from "@mintmark/core/OAuthServer"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import * as Server from "@mintmark/sandbox/Server"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { generateKeyPairSync } from "node:crypto"
import { adobe } from "../src/Adobe.ts"
import { amazonSellingPartner } from "../src/AmazonSellingPartner.ts"
import { auth0 } from "../src/Auth0.ts"
import { bandwidth } from "../src/Bandwidth.ts"
import { box } from "../src/Box.ts"
import { cognito } from "../src/Cognito.ts"
import { databricks, databricksFederation } from "../src/Databricks.ts"
import { docuSign } from "../src/DocuSign.ts"
import { eBay } from "../src/EBay.ts"
import { eightByEight } from "../src/EightByEight.ts"
import { entraId, entraIdCertificate } from "../src/EntraId.ts"
import { genesysCloud } from "../src/GenesysCloud.ts"
import { gitHubApp } from "../src/GitHubApp.ts"
import { googleServiceAccount } from "../src/GoogleServiceAccount.ts"
import { infobip } from "../src/Infobip.ts"
import { keycloak, keycloakJwt } from "../src/Keycloak.ts"
import { okta, oktaCustom } from "../src/Okta.ts"
import { openGateway } from "../src/OpenGateway.ts"
import { payPal } from "../src/PayPal.ts"
import { acme } from "../src/PrivateKey.ts"
import { ringCentral } from "../src/RingCentral.ts"
import { salesforce, salesforceJwt } from "../src/Salesforce.ts"
import { sinch } from "../src/Sinch.ts"
import { twilio } from "../src/Twilio.ts"
import { vonage } from "../src/Vonage.ts"
import { zoom } from "../src/Zoom.ts"
import { type Recipe, works } from "./support/recipe.ts"

const pair = (type: "rsa" | "ec") => {
  const { privateKey, publicKey } = type === "rsa"
    ? generateKeyPairSync("rsa", { modulusLength: 2048 })
    : generateKeyPairSync("ec", { namedCurve: "P-256" })
  return {
    privateKey: Redacted.make(String(privateKey.export({ type: "pkcs8", format: "pem" }))),
    publicKey: String(publicKey.export({ type: "spki", format: "pem" }))
  }
}
const rsa = pair("rsa")
const ec = pair("ec")

const id = "client-1"
const secret = "s3cret+/="
const credentials = { clientId: id, clientSecret: Redacted.make(secret) }
const basic = Server.clientSecret("client_secret_basic_raw", id, secret)
const formEncoded = Server.clientSecret("client_secret_basic", id, secret)
const body = Server.clientSecret("client_secret_post", id, secret)

const grant = (more: Record<string, Server.Field> = {}): Record<string, Server.Field> => ({
  grant_type: "client_credentials",
  ...more
})
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
const bearer = (more: Record<string, string> = {}) => ({
  access_token: "$access_token",
  token_type: "Bearer",
  expires_in: "$expires_in",
  ...more
})

const recipes: ReadonlyArray<Recipe> = [
  {
    name: "Twilio",
    client: ProviderClient.make(twilio, credentials),
    servers: [{
      host: "oauth.twilio.com",
      tokens: [{
        path: "/v2/token",
        client: body,
        fields: grant(),
        strict: true,
        reply: { ...bearer(), id_token: null, refresh_token: null }
      }],
      routes: [{ host: "api.twilio.com", path: "/2010-04-01/Accounts" }]
    }],
    path: "/2010-04-01/Accounts"
  },
  {
    name: "Sinch",
    client: ProviderClient.make(sinch, { keyId: id, keySecret: Redacted.make(secret) }),
    servers: [{
      host: "auth.sinch.com",
      tokens: [{ path: "/oauth2/token", client: basic, fields: grant(), strict: true, reply: bearer({ scope: "" }) }],
      routes: [{ host: "numbers.api.sinch.com", path: "/v1/projects/p/activeNumbers" }]
    }],
    path: "/v1/projects/p/activeNumbers"
  },
  {
    name: "Infobip",
    client: ProviderClient.make(infobip, { ...credentials, baseHost: "abc.api.infobip.com" }),
    servers: [{
      host: "abc.api.infobip.com",
      tokens: [{
        path: "/auth/1/oauth2/token",
        client: body,
        fields: grant(),
        strict: true,
        reply: { access_token: "$access_token", expires_in: "$expires_in" }
      }],
      routes: [{ path: "/sms/1/reports" }]
    }],
    path: "/sms/1/reports"
  },
  {
    name: "Bandwidth",
    client: ProviderClient.make(bandwidth, credentials),
    servers: [{
      host: "api.bandwidth.com",
      tokens: [{ path: "/api/v1/oauth2/token", client: basic, fields: grant(), strict: true }],
      routes: [{ path: "/api/v2/accounts" }]
    }],
    path: "/api/v2/accounts"
  },
  {
    name: "8x8",
    client: ProviderClient.make(eightByEight, { apiKey: id, apiSecret: Redacted.make(secret) }),
    servers: [{
      host: "api.8x8.com",
      tokens: [{ path: "/oauth/v2/token", client: basic, fields: grant(), strict: true }],
      routes: [{ path: "/admin-provisioning/users" }]
    }],
    path: "/admin-provisioning/users"
  },
  {
    name: "Genesys Cloud",
    client: ProviderClient.make(genesysCloud, { ...credentials, region: "mypurecloud.de" }),
    servers: [{
      host: "login.mypurecloud.de",
      tokens: [{ path: "/oauth/token", client: basic, fields: grant(), strict: true }],
      routes: [{ host: "api.mypurecloud.de", path: "/api/v2/users" }]
    }],
    path: "/api/v2/users"
  },
  {
    name: "RingCentral",
    client: ProviderClient.make(ringCentral, { ...credentials, jwt: Redacted.make("the.ready.made-one") }),
    servers: [{
      host: "platform.ringcentral.com",
      tokens: [{
        path: "/restapi/oauth/token",
        client: basic,
        fields: { grant_type: jwtBearer, assertion: "the.ready.made-one" },
        strict: true,
        reply: { ...bearer({ refresh_token: "$refresh_token" }), refresh_token_expires_in: 604_800 }
      }],
      routes: [{ path: "/restapi/v1.0/account/~" }]
    }],
    path: "/restapi/v1.0/account/~"
  },
  {
    name: "Zoom",
    client: ProviderClient.make(zoom, { ...credentials, accountId: "account-1" }),
    servers: [{
      host: "zoom.us",
      tokens: [{
        path: "/oauth/token",
        client: basic,
        fields: { grant_type: "account_credentials", account_id: "account-1" },
        strict: true
      }],
      routes: [{ host: "api.zoom.us", path: "/v2/users" }]
    }],
    path: "/users"
  },
  {
    name: "Vonage",
    client: ProviderClient.make(vonage, { applicationId: "app-1", privateKey: rsa.privateKey }),
    servers: [{
      host: "api.nexmo.com",
      tokens: [],
      // The JWT itself is looked at in core's own tests.
      routes: [{ path: "/v1/calls", public: true, headers: { authorization: true } }]
    }],
    path: "/v1/calls",
    requests: 1
  },
  {
    name: "CAMARA / Open Gateway",
    client: ProviderClient.make(openGateway, {
      clientId: id,
      privateKey: ec.privateKey,
      operator: "api.operator.example",
      scopes: ["dpv:FraudPreventionAndDetection", "sim-swap:check"]
    }),
    servers: [{
      host: "api.operator.example",
      tokens: [{
        path: "/oauth2/token",
        fields: grant({
          client_id: id,
          client_assertion_type: assertionType,
          client_assertion: Server.jwt({
            publicKey: ec.publicKey,
            algorithm: "ES256",
            claims: { iss: id, sub: id, aud: "https://api.operator.example/oauth2/token", jti: true },
            maxLifetime: 300
          })
        }),
        strict: true
      }],
      routes: [{ path: "/sim-swap/v1/check" }]
    }],
    path: "/sim-swap/v1/check"
  },
  {
    name: "Google service account",
    client: ProviderClient.make(googleServiceAccount, {
      clientEmail: "robot@project.iam.gserviceaccount.com",
      privateKey: rsa.privateKey,
      scopes: ["https://www.googleapis.com/auth/drive.readonly"]
    }),
    servers: [{
      host: "oauth2.googleapis.com",
      tokens: [{
        path: "/token",
        fields: {
          grant_type: jwtBearer,
          assertion: Server.jwt({
            publicKey: rsa.publicKey,
            algorithm: "RS256",
            claims: {
              iss: "robot@project.iam.gserviceaccount.com",
              aud: "https://oauth2.googleapis.com/token",
              scope: "https://www.googleapis.com/auth/drive.readonly"
            },
            maxLifetime: 3_600
          })
        },
        strict: true
      }],
      routes: [{ host: "www.googleapis.com", path: "/drive/v3/files" }]
    }],
    path: "/drive/v3/files"
  },
  {
    name: "Salesforce, client credentials",
    client: ProviderClient.make(salesforce, { ...credentials, myDomain: "acme" }),
    servers: [{
      host: "acme.my.salesforce.com",
      tokens: [{
        path: "/services/oauth2/token",
        client: body,
        fields: grant(),
        strict: true,
        reply: {
          access_token: "$access_token",
          token_type: "Bearer",
          instance_url: "https://other.my.salesforce.com",
          id: "https://login.salesforce.com/id/1/2",
          issued_at: "1700000000000",
          signature: "c2lnbmF0dXJl"
        }
      }],
      routes: [{ host: "other.my.salesforce.com", path: "/services/data" }]
    }],
    path: "/services/data"
  },
  {
    name: "Salesforce, JWT",
    client: ProviderClient.make(salesforceJwt, {
      clientId: id,
      username: "carol@acme.example",
      privateKey: rsa.privateKey,
      myDomain: "acme"
    }),
    servers: [{
      host: "acme.my.salesforce.com",
      tokens: [{
        path: "/services/oauth2/token",
        fields: {
          grant_type: jwtBearer,
          assertion: Server.jwt({
            publicKey: rsa.publicKey,
            algorithm: "RS256",
            claims: { iss: id, sub: "carol@acme.example", aud: "https://login.salesforce.com" }
          })
        },
        strict: true,
        reply: {
          access_token: "$access_token",
          token_type: "Bearer",
          scope: "api",
          instance_url: "https://acme.my.salesforce.com"
        }
      }],
      routes: [{ path: "/services/data" }]
    }],
    path: "/services/data"
  },
  {
    name: "DocuSign",
    client: ProviderClient.make(docuSign, { integrationKey: id, userId: "user-1", privateKey: rsa.privateKey }),
    servers: [{
      host: "account.docusign.com",
      tokens: [{
        path: "/oauth/token",
        fields: {
          grant_type: jwtBearer,
          assertion: Server.jwt({
            publicKey: rsa.publicKey,
            algorithm: "RS256",
            claims: { iss: id, sub: "user-1", aud: "account.docusign.com", scope: "impersonation signature" },
            maxLifetime: 3_600
          })
        },
        strict: true
      }],
      routes: [{ path: "/oauth/userinfo" }]
    }],
    path: "/oauth/userinfo"
  },
  {
    name: "Box",
    client: ProviderClient.make(box, { ...credentials, enterpriseId: "enterprise-1" }),
    servers: [{
      host: "api.box.com",
      tokens: [{
        path: "/oauth2/token",
        client: body,
        fields: grant({ box_subject_type: "enterprise", box_subject_id: "enterprise-1" }),
        strict: true,
        reply: {
          access_token: "$access_token",
          expires_in: "$expires_in",
          issued_token_type: "urn:ietf:params:oauth:token-type:access_token"
        }
      }],
      routes: [{ path: "/2.0/users/me" }]
    }],
    path: "/users/me"
  },
  {
    name: "GitHub App",
    client: ProviderClient.make(gitHubApp, { appId: "12345", privateKey: rsa.privateKey, installation: "678" }),
    servers: [{
      host: "api.github.com",
      tokens: [{
        path: "/app/installations/678/access_tokens",
        encoding: "json",
        client: Server.clientBearer({ publicKey: rsa.publicKey, algorithm: "RS256", claims: { iss: "12345" } }),
        fields: {},
        strict: true,
        headers: { "x-github-api-version": "2022-11-28" },
        status: 201,
        reply: { token: "$access_token", expires_at: "$expires_at", permissions: { contents: "read" } }
      }],
      routes: [{ path: "/installation/repositories" }]
    }],
    path: "/installation/repositories"
  },
  {
    name: "Entra ID, secret",
    client: ProviderClient.make(entraId, { ...credentials, tenant: "tenant-1" }),
    servers: [{
      host: "login.microsoftonline.com",
      tokens: [{
        path: "/tenant-1/oauth2/v2.0/token",
        client: body,
        fields: grant({ scope: "https://graph.microsoft.com/.default" }),
        strict: true
      }],
      routes: [{ host: "graph.microsoft.com", path: "/v1.0/users" }]
    }],
    path: "/users"
  },
  {
    name: "Entra ID, certificate",
    client: ProviderClient.make(entraIdCertificate, {
      clientId: id,
      privateKey: rsa.privateKey,
      certificateThumbprint: "dGh1bWJwcmludA",
      tenant: "tenant-1"
    }),
    servers: [{
      host: "login.microsoftonline.com",
      tokens: [{
        path: "/tenant-1/oauth2/v2.0/token",
        fields: grant({
          client_id: id,
          scope: "https://graph.microsoft.com/.default",
          client_assertion_type: assertionType,
          client_assertion: Server.jwt({
            publicKey: rsa.publicKey,
            algorithm: "PS256",
            claims: { iss: id, sub: id, aud: "https://login.microsoftonline.com/tenant-1/oauth2/v2.0/token" },
            header: { "x5t#S256": "dGh1bWJwcmludA" }
          })
        }),
        strict: true
      }],
      routes: [{ host: "graph.microsoft.com", path: "/v1.0/users" }]
    }],
    path: "/users"
  },
  {
    name: "Auth0",
    client: ProviderClient.make(auth0, {
      ...credentials,
      tenant: "acme.eu.auth0.com",
      parameters: { audience: "https://acme.eu.auth0.com/api/v2/" }
    }),
    servers: [{
      host: "acme.eu.auth0.com",
      tokens: [{
        path: "/oauth/token",
        client: body,
        fields: grant({ audience: "https://acme.eu.auth0.com/api/v2/" }),
        strict: true
      }],
      routes: [{ path: "/api/v2/users" }]
    }],
    path: "/users"
  },
  {
    name: "Okta",
    client: ProviderClient.make(okta, {
      clientId: id,
      privateKey: rsa.privateKey,
      keyId: "key-1",
      organization: "acme.okta.com",
      scopes: ["okta.users.read"]
    }),
    servers: [{
      host: "acme.okta.com",
      tokens: [{
        path: "/oauth2/v1/token",
        fields: grant({
          client_id: id,
          scope: "okta.users.read",
          client_assertion_type: assertionType,
          client_assertion: Server.jwt({
            publicKey: rsa.publicKey,
            algorithm: "RS256",
            claims: { iss: id, sub: id, aud: "https://acme.okta.com/oauth2/v1/token" },
            header: { kid: "key-1" }
          })
        }),
        strict: true
      }],
      routes: [{ path: "/api/v1/users" }]
    }],
    path: "/api/v1/users"
  },
  {
    name: "Okta, a custom server",
    client: ProviderClient.make(oktaCustom, {
      ...credentials,
      organization: "acme.okta.com",
      api: "api.acme.example",
      scopes: ["orders:read"]
    }),
    servers: [{
      host: "acme.okta.com",
      tokens: [{
        path: "/oauth2/default/v1/token",
        client: basic,
        fields: grant({ scope: "orders:read" }),
        strict: true
      }],
      routes: [{ host: "api.acme.example", path: "/orders" }]
    }],
    path: "/orders"
  },
  {
    name: "PayPal",
    client: ProviderClient.make(payPal, credentials),
    servers: [{
      host: "api-m.paypal.com",
      tokens: [{
        path: "/v1/oauth2/token",
        client: basic,
        fields: grant(),
        strict: true,
        reply: {
          ...bearer({ scope: "https://uri.paypal.com/services/invoicing", app_id: "APP-80W284485P519543T" }),
          nonce: "2020-04-03T15:35:36ZaYZlGvEkV4yVSz8g6bAKFoGSEzuy3CQcz3ljhibkOHg"
        }
      }],
      routes: [{ path: "/v2/invoicing/invoices" }]
    }],
    path: "/v2/invoicing/invoices"
  },
  {
    name: "Amazon Cognito",
    client: ProviderClient.make(cognito, {
      ...credentials,
      domain: "acme",
      region: "eu-west-1",
      api: "api.acme.example",
      scopes: ["orders/read"]
    }),
    servers: [{
      host: "acme.auth.eu-west-1.amazoncognito.com",
      tokens: [{ path: "/oauth2/token", client: basic, fields: grant({ scope: "orders/read" }), strict: true }],
      routes: [{ host: "api.acme.example", path: "/orders" }]
    }],
    path: "/orders"
  },
  {
    name: "eBay",
    client: ProviderClient.make(eBay, credentials),
    servers: [{
      host: "api.ebay.com",
      tokens: [{
        path: "/identity/v1/oauth2/token",
        client: basic,
        fields: grant({ scope: "https://api.ebay.com/oauth/api_scope" }),
        strict: true,
        reply: { ...bearer(), token_type: "Application Access Token" }
      }],
      routes: [{ path: "/buy/browse/v1/item_summary/search" }]
    }],
    path: "/buy/browse/v1/item_summary/search"
  },
  {
    name: "Amazon SP-API",
    client: ProviderClient.make(amazonSellingPartner, {
      ...credentials,
      refreshToken: Redacted.make("Atzr|stored"),
      region: "eu"
    }),
    servers: [{
      host: "api.amazon.com",
      tokens: [{
        path: "/auth/o2/token",
        client: body,
        fields: {
          grant_type: "refresh_token",
          refresh_token: Server.refreshToken(["Atzr|stored"], { rotation: false })
        },
        strict: true,
        reply: { ...bearer(), token_type: "bearer", refresh_token: "Atzr|stored" }
      }],
      routes: [{ host: "sellingpartnerapi-eu.amazon.com", path: "/orders/v0/orders", header: "x-amz-access-token" }]
    }],
    path: "/orders/v0/orders"
  },
  {
    name: "Adobe",
    client: ProviderClient.make(adobe, { ...credentials, scopes: ["openid", "user_management_sdk"] }),
    servers: [{
      host: "ims-na1.adobelogin.com",
      tokens: [{
        path: "/ims/token/v3",
        client: body,
        fields: grant({ scope: "openid,user_management_sdk" }),
        strict: true
      }],
      routes: [{ host: "usermanagement.adobe.io", path: "/v2/usermanagement/users" }]
    }],
    path: "/v2/usermanagement/users"
  },
  {
    name: "Databricks",
    client: ProviderClient.make(databricks, { ...credentials, workspace: "dbc-1.cloud.databricks.com" }),
    servers: [{
      host: "dbc-1.cloud.databricks.com",
      tokens: [{ path: "/oidc/v1/token", client: basic, fields: grant({ scope: "all-apis" }), strict: true }],
      routes: [{ path: "/api/2.0/clusters/list" }]
    }],
    path: "/2.0/clusters/list"
  },
  {
    name: "Databricks, federation",
    client: ProviderClient.make(databricksFederation, {
      subjectToken: Effect.sync(() => Redacted.make("token.of.another-issuer")),
      workspace: "dbc-1.cloud.databricks.com"
    }),
    servers: [{
      host: "dbc-1.cloud.databricks.com",
      tokens: [{
        path: "/oidc/v1/token",
        fields: {
          grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
          subject_token: "token.of.another-issuer",
          subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
          scope: "all-apis"
        },
        strict: true
      }],
      routes: [{ path: "/api/2.0/clusters/list" }]
    }],
    path: "/2.0/clusters/list"
  },
  {
    name: "Keycloak",
    client: ProviderClient.make(keycloak, {
      ...credentials,
      server: "login.acme.example",
      realm: "acme",
      api: "api.acme.example"
    }),
    servers: [{
      host: "login.acme.example",
      tokens: [{
        path: "/realms/acme/protocol/openid-connect/token",
        client: formEncoded,
        fields: grant(),
        strict: true,
        reply: { ...bearer({ scope: "profile email" }), refresh_expires_in: 0, "not-before-policy": 0 }
      }],
      routes: [{ host: "api.acme.example", path: "/me" }]
    }],
    path: "/me"
  },
  {
    name: "Keycloak, signed JWT",
    client: ProviderClient.make(keycloakJwt, {
      clientId: id,
      privateKey: rsa.privateKey,
      audience: "https://login.acme.example/realms/acme",
      server: "login.acme.example",
      realm: "acme",
      api: "api.acme.example"
    }),
    servers: [{
      host: "login.acme.example",
      tokens: [{
        path: "/realms/acme/protocol/openid-connect/token",
        fields: grant({
          client_id: id,
          client_assertion_type: assertionType,
          client_assertion: Server.jwt({
            publicKey: rsa.publicKey,
            algorithm: "RS256",
            claims: { iss: id, sub: id, aud: "https://login.acme.example/realms/acme" }
          })
        }),
        strict: true
      }],
      routes: [{ host: "api.acme.example", path: "/me" }]
    }],
    path: "/me"
  },
  {
    name: "any server, by its issuer, with a private key",
    client: Effect.map(
      Layer.build(Layer.provide(
        acme,
        ConfigProvider.layer(ConfigProvider.fromEnv({
          env: {
            ACME_ISSUER: "https://login.acme.example",
            ACME_API_URL: "https://api.acme.example",
            ACME_CLIENT_ID: id,
            ACME_PRIVATE_KEY: Redacted.value(ec.privateKey),
            ACME_KEY_ID: "key-1"
          }
        }))
      )),
      (context) => Context.get(context, OAuthServer)
    ),
    servers: [{
      host: "login.acme.example",
      tokens: [{
        path: "/oauth/token",
        fields: grant({
          client_id: id,
          client_assertion_type: assertionType,
          client_assertion: Server.jwt({
            publicKey: ec.publicKey,
            algorithm: "ES256",
            header: { kid: "key-1" },
            claims: { iss: id, sub: id, aud: "https://login.acme.example/oauth/token" }
          })
        }),
        strict: true
      }],
      routes: [
        {
          path: "/.well-known/openid-configuration",
          public: true,
          body: {
            issuer: "https://login.acme.example",
            token_endpoint: "https://login.acme.example/oauth/token",
            token_endpoint_auth_methods_supported: ["private_key_jwt"]
          }
        },
        { host: "api.acme.example", path: "/me" }
      ]
    }],
    path: "/me",
    requests: 3
  }
]

describe("a recipe gets a token and makes a request:", () => {
  for (const recipe of recipes) it.live(recipe.name, () => works(recipe))
})
