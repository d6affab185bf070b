/** What each example prints when it has done what it is for. The fleet is not among them, since it needs a Redis. */
export const outputs = {
  applications: "GET /balance: 200 {\"balance\":42.5}",
  "api-client": "Balance: 42.5 EUR",
  "edge-worker": "50 requests to the worker: 50 API calls, 1 token request.",
  "effect-3": "Balance: 42.5 EUR",
  "many-accounts": "297 calls, each in its own tenant's name: 99 token requests.",
  "plain-node": "The token's scopes: account sms",
  quickstart: "6 token requests for 30 API calls, counted in the sandbox's own log.",
  telemetry: "mintmark_token_requests provider=routera reason=rejected outcome=obtained: 1"
}
