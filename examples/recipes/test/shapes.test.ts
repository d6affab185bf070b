/*
 * Shapes of further providers, as their public pages have them, which no recipe has: that a value can say them.
 */
import { describe, it } from "@effect/vitest"
import * as Authorization from "@mintmark/core/Authorization"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as HostPart from "@mintmark/core/HostPart"
import * as JwtBearer from "@mintmark/core/JwtBearer"
import * as PrivateKeyJwt from "@mintmark/core/PrivateKeyJwt"
import * as Provider from "@mintmark/core/Provider"
import * as ProviderClient from "@mintmark/core/ProviderClient"
import * as TokenReply from "@mintmark/core/TokenReply"
import * as Server from "@mintmark/sandbox/Server"
import * as Redacted from "effect/Redacted"
import { generateKeyPairSync, type KeyObject } from "node:crypto"
import { type Recipe, works } from "./support/recipe.ts"

const id = "client-1"
const secret = "s3cret+/="
const credentials = { clientId: id, clientSecret: Redacted.make(secret) }
const basic = Server.clientSecret("client_secret_basic_raw", id, secret)
const body = Server.clientSecret("client_secret_post", id, secret)
const inQuery = { client_id: id, client_secret: secret }
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 })
const privateKey = (key: KeyObject) => Redacted.make(String(key.export({ type: "pkcs8", format: "pem" })))
const publicKey = (key: KeyObject) => String(key.export({ type: "spki", format: "pem" }))

const shapes: ReadonlyArray<Recipe> = [
  {
    name: "no token type, scopes with commas in the reply, a header of its own for the token (Shopify)",
    client: ProviderClient.make(
      Provider.make({
        id: "shopify",
        tokenEndpoint: "https://{shop}.myshopify.com/admin/oauth/access_token",
        apiUrl: "https://{shop}.myshopify.com/admin/api",
        urlParts: { shop: HostPart.label },
        clientAuthentication: ClientAuthentication.clientSecretPost,
        grant: Grant.clientCredentials,
        reply: TokenReply.make({}, { requiresTokenType: false, scopeSeparator: "," }),
        authorization: Authorization.header("x-shopify-access-token")
      }),
      { ...credentials, shop: "acme" }
    ),
    servers: [{
      host: "acme.myshopify.com",
      tokens: [{
        path: "/admin/oauth/access_token",
        client: body,
        strict: true,
        reply: { access_token: "$access_token", scope: "read_orders,write_products", expires_in: 86_399 }
      }],
      routes: [{ path: "/admin/api/2025-01/shop.json", header: "x-shopify-access-token" }]
    }],
    path: "/2025-01/shop.json"
  },
  {
    name: "fields in the query of a POST, two lifetimes, a scheme of its own, the API's URL in the reply (Zoho)",
    client: ProviderClient.make(
      Provider.make({
        id: "zoho",
        tokenEndpoint: "https://accounts.zoho.{domain}/oauth/v2/token",
        apiUrl: "https://www.zohoapis.{domain}",
        apiOrigins: ["https://writer.zoho.{domain}"],
        urlParts: { domain: HostPart.name },
        clientAuthentication: ClientAuthentication.clientSecretPost,
        grant: Grant.refreshToken,
        request: { encoding: "query" },
        reply: TokenReply.make({}, { expiresIn: ["expires_in_sec", "expires_in"], apiUrl: "api_domain" }),
        authorization: Authorization.scheme("Zoho-oauthtoken")
      }),
      { ...credentials, refreshToken: Redacted.make("1000.stored.one"), domain: "eu" }
    ),
    servers: [{
      host: "accounts.zoho.eu",
      tokens: [{
        path: "/oauth/v2/token",
        encoding: "query",
        fields: {
          ...inQuery,
          grant_type: "refresh_token",
          refresh_token: Server.refreshToken(["1000.stored.one"], { rotation: false })
        },
        strict: true,
        reply: {
          access_token: "$access_token",
          expires_in_sec: 3_600,
          expires_in: 3_600_000,
          api_domain: "https://writer.zoho.eu",
          token_type: "Bearer"
        }
      }],
      routes: [{ host: "writer.zoho.eu", path: "/api/v1/documents", scheme: "Zoho-oauthtoken" }]
    }],
    path: "/api/v1/documents"
  },
  {
    name: "a JSON body without grant_type, other names in request and reply (Lark)",
    client: ProviderClient.make(
      Provider.make({
        id: "lark",
        tokenEndpoint: "https://open.larksuite.com/open-apis/auth/v3/tenant_access_token/internal",
        apiUrl: "https://open.larksuite.com/open-apis",
        clientAuthentication: ClientAuthentication.clientSecretPost,
        grant: Grant.clientCredentials,
        names: { clientId: "appId", clientSecret: "appSecret" },
        request: {
          encoding: "json",
          fields: { grant_type: false, client_id: "app_id", client_secret: "app_secret" }
        },
        reply: TokenReply.make({}, {
          accessToken: "tenant_access_token",
          expiresIn: "expire",
          requiresTokenType: false
        })
      }),
      { appId: id, appSecret: Redacted.make(secret) }
    ),
    servers: [{
      host: "open.larksuite.com",
      tokens: [{
        path: "/open-apis/auth/v3/tenant_access_token/internal",
        encoding: "json",
        fields: { app_id: id, app_secret: secret },
        strict: true,
        reply: { code: 0, msg: "ok", tenant_access_token: "$access_token", expire: 7_140 }
      }],
      routes: [{ path: "/open-apis/im/v1/chats" }]
    }],
    path: "/im/v1/chats"
  },
  {
    name: "a grant of its own with two further secrets (FedEx, for the customers of an integrator)",
    client: ProviderClient.make(
      Provider.make({
        id: "fedex",
        tokenEndpoint: "https://apis.fedex.com/oauth/token",
        apiUrl: "https://apis.fedex.com",
        clientAuthentication: ClientAuthentication.clientSecretPost,
        grant: Grant.make({
          name: "csp_credentials",
          needs: { childKey: "secret", childSecret: "secret" },
          refusedAs: "client_credentials",
          request: ({ childKey, childSecret }) => ({
            parameters: { grant_type: "csp_credentials", child_Key: childKey, child_secret: childSecret }
          })
        }),
        reply: TokenReply.Standard
      }),
      { ...credentials, childKey: Redacted.make("child"), childSecret: Redacted.make("ch1ld+secret") }
    ),
    servers: [{
      host: "apis.fedex.com",
      tokens: [{
        path: "/oauth/token",
        client: body,
        fields: { grant_type: "csp_credentials", child_Key: "child", child_secret: "ch1ld+secret" },
        strict: true,
        reply: { access_token: "$access_token", token_type: "bearer", expires_in: 3_599, scope: "CXS-TP" }
      }],
      routes: [{ path: "/track/v1/trackingnumbers" }]
    }],
    path: "/track/v1/trackingnumbers"
  },
  {
    name: "a header with a text of the account, a lifetime in a text (UPS)",
    client: ProviderClient.make(
      Provider.make({
        id: "ups",
        tokenEndpoint: "https://onlinetools.ups.com/security/v1/oauth/token",
        apiUrl: "https://onlinetools.ups.com/api",
        clientAuthentication: ClientAuthentication.clientSecretBasicRaw,
        grant: Grant.make({
          name: "client_credentials",
          needs: { merchantId: "text" },
          refusedAs: "client_credentials",
          request: ({ merchantId }) => ({
            headers: { "x-merchant-id": merchantId },
            parameters: { grant_type: "client_credentials" }
          })
        }),
        reply: TokenReply.Standard
      }),
      { ...credentials, merchantId: "A1B2C3" }
    ),
    servers: [{
      host: "onlinetools.ups.com",
      tokens: [{
        path: "/security/v1/oauth/token",
        client: basic,
        headers: { "x-merchant-id": "A1B2C3" },
        strict: true,
        reply: {
          token_type: "Bearer",
          issued_at: "1706710921672",
          client_id: id,
          access_token: "$access_token",
          expires_in: "14399",
          status: "approved"
        }
      }],
      routes: [{ path: "/api/track/v1/details" }]
    }],
    path: "/track/v1/details"
  },
  {
    name: "a GET whose query has the credentials (Marketo)",
    client: ProviderClient.make(
      Provider.make({
        id: "marketo",
        tokenEndpoint: "https://{instance}.mktorest.com/identity/oauth/token",
        apiUrl: "https://{instance}.mktorest.com/rest",
        urlParts: { instance: HostPart.label },
        clientAuthentication: ClientAuthentication.clientSecretPost,
        grant: Grant.clientCredentials,
        request: { method: "GET" },
        reply: TokenReply.Standard
      }),
      { ...credentials, instance: "064-ccj-768" }
    ),
    servers: [{
      host: "064-ccj-768.mktorest.com",
      tokens: [{
        path: "/identity/oauth/token",
        method: "GET",
        encoding: "query",
        fields: { ...inQuery, grant_type: "client_credentials" },
        strict: true,
        reply: { access_token: "$access_token", token_type: "bearer", expires_in: 3_599, scope: "apis@acme.example" }
      }],
      routes: [{ path: "/rest/v1/leads.json" }]
    }],
    path: "/v1/leads.json"
  },
  {
    name: "private_key_jwt with the scopes as a claim, and the certificate's id as kid (NetSuite)",
    client: ProviderClient.make(
      Provider.make({
        id: "netsuite",
        tokenEndpoint: "https://{account}.suitetalk.api.netsuite.com/services/rest/auth/oauth2/v1/token",
        apiUrl: "https://{account}.suitetalk.api.netsuite.com/services/rest",
        urlParts: { account: HostPart.label },
        clientAuthentication: PrivateKeyJwt.make({ algorithm: "PS256", claims: { scope: ["rest_webservices"] } }),
        grant: Grant.clientCredentials,
        names: { keyId: "certificateId" },
        reply: TokenReply.Standard
      }),
      { clientId: id, certificateId: "cert-1", privateKey: privateKey(rsa.privateKey), account: "1234567" }
    ),
    servers: [{
      host: "1234567.suitetalk.api.netsuite.com",
      tokens: [{
        path: "/services/rest/auth/oauth2/v1/token",
        fields: {
          grant_type: "client_credentials",
          client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
          client_assertion: Server.jwt({
            publicKey: publicKey(rsa.publicKey),
            algorithm: "PS256",
            claims: { iss: id, scope: true },
            header: { kid: "cert-1" }
          })
        },
        reply: { access_token: "$access_token", expires_in: "3600", token_type: "bearer" }
      }],
      routes: [{ path: "/services/rest/record/v1/customer" }]
    }],
    path: "/record/v1/customer"
  },
  {
    name: "an ID token for an audience, whose end is its own (Google, for Cloud Run)",
    client: ProviderClient.make(
      Provider.make({
        id: "google",
        tokenEndpoint: "https://oauth2.googleapis.com/token",
        apiUrl: "https://{service}",
        urlParts: { service: HostPart.name },
        clientAuthentication: ClientAuthentication.omitted,
        grant: JwtBearer.make({
          algorithm: "RS256",
          lifetime: "1 hour",
          claims: { target_audience: "https://acme.a.run.app" }
        }),
        names: { issuer: "clientEmail" },
        reply: TokenReply.make({}, { accessToken: "id_token", requiresTokenType: false, isJwt: true })
      }),
      { clientEmail: "robot@acme.example", privateKey: privateKey(rsa.privateKey), service: "acme.a.run.app" }
    ),
    servers: [{
      host: "oauth2.googleapis.com",
      tokens: [{
        path: "/token",
        fields: {
          grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
          assertion: Server.jwt({
            publicKey: publicKey(rsa.publicKey),
            algorithm: "RS256",
            claims: { iss: "robot@acme.example", target_audience: "https://acme.a.run.app" },
            maxLifetime: 3_600
          })
        },
        strict: true,
        reply: { id_token: "$jwt" }
      }],
      routes: [{ host: "acme.a.run.app", path: "/" }]
    }],
    path: "/"
  }
]

describe("a provider value can describe", () => {
  for (const shape of shapes) it.live(shape.name, () => works(shape))
})
