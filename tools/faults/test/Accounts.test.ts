import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, layer } from "@effect/vitest"
import * as ClientAuthentication from "@mintmark/core/ClientAuthentication"
import * as Grant from "@mintmark/core/Grant"
import * as Provider from "@mintmark/core/Provider"
import * as TokenPool from "@mintmark/core/TokenPool"
import * as TokenReply from "@mintmark/core/TokenReply"
import type { ClientAccount } from "@mintmark/sandbox/Account"
import * as Sandbox from "@mintmark/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

// Names and secrets that run into one another, if anything lets them.
const accounts: ReadonlyArray<ClientAccount> = Array.from({ length: 60 }, (_, index) => ({
  provider: "generic",
  clientId: `tenant:${"a".repeat(index % 10)}${Math.floor(index / 10)}`,
  clientSecret: `secret${index % 3}`,
  username: index % 2 === 0 ? "owner" : `owner${index}`,
  password: `password${index % 5}`
}))

const byId = new Map(accounts.map((account) => [account.clientId, account]))

const facts = ({ urls }: Sandbox.Sandbox["Service"]) => ({
  id: "generic",
  tokenEndpoint: `${urls.generic}/token`,
  apiUrl: urls.generic,
  clientAuthentication: ClientAuthentication.clientSecretBasic,
  renewal: Grant.refreshToken,
  reply: TokenReply.Standard
})

const clientOf = (key: string) => ({
  clientId: key,
  clientSecret: Redacted.make(byId.get(key)?.clientSecret ?? "")
})

const ownerOf = (key: string) => ({
  ...clientOf(key),
  username: byId.get(key)?.username ?? "",
  password: Redacted.make(byId.get(key)?.password ?? "")
})

const poolOf = (sandbox: Sandbox.Sandbox["Service"], grant: "client_credentials" | "password") =>
  grant === "password"
    ? TokenPool.make(Provider.make({ ...facts(sandbox), grant: Grant.password }), { account: ownerOf })
    : TokenPool.make(Provider.make({ ...facts(sandbox), grant: Grant.clientCredentials }), { account: clientOf })

const decodeMe = Schema.decodeUnknownEffect(Schema.Struct({ account: Schema.String }))

layer(Layer.mergeAll(Sandbox.Sandbox.layer({ accounts }), NodeHttpClient.layerUndici), { excludeTestServices: true })(
  "Sixty accounts at once",
  (it) => {
    for (const grant of ["client_credentials", "password"] as const) {
      it.effect(`get their own tokens with ${grant}, through renewals, rejections, revocations and replays`, () =>
        Effect.gen(function*() {
          const sandbox = yield* Sandbox.Sandbox
          yield* sandbox.clear
          const pool = yield* poolOf(sandbox, grant)

          const ownAccount = Effect.fnUntraced(function*(key: string, response: HttpClientResponse.HttpClientResponse) {
            const { account } = yield* Effect.flatMap(response.json, decodeMe)
            assert.strictEqual(account, key)
          })
          const served = new Set<string>()
          const act = Effect.fnUntraced(function*(key: string) {
            switch (yield* Random.nextIntBetween(0, 5)) {
              case 0:
                yield* pool.renew(key)
                break
              case 1:
                yield* pool.reject(key, yield* pool.get(key))
                break
              case 2:
                yield* sandbox.revoke({ provider: "generic", account: key })
                break
              case 3:
                yield* sandbox.revoke({ token: (yield* pool.get(key)).value })
                break
            }
            const response = yield* pool.http(key).get("/me")
            // A token that is revoked again at once is not replaced again at once.
            if (response.status === 401) return
            yield* ownAccount(key, response)
            served.add(key)
          })

          for (let round = 0; round < 3; round++) {
            const keys = yield* Random.shuffle([...byId.keys(), ...byId.keys()])
            yield* Effect.forEach(keys, act, { concurrency: 50 })
          }
          // How many of the 360 were served depends on when they met; that most accounts were, doesn't.
          assert.isAbove(served.size, byId.size / 2)
          const renewed = yield* Effect.forEach(byId.keys(), (key) => pool.renew(key), { concurrency: 50 })
          const owners = new Map((yield* sandbox.tokens).map(({ account, fingerprint }) => [fingerprint, account]))
          assert.deepStrictEqual(renewed.map(({ value }) => owners.get(sandbox.fingerprint(value))), [...byId.keys()])
          yield* Effect.forEach(
            byId.keys(),
            (key) => Effect.flatMap(pool.http(key).get("/me"), (response) => ownAccount(key, response)),
            { concurrency: 50, discard: true }
          )
          const uses = yield* sandbox.refreshTokens
          assert.isTrue(uses.every((each) => each.uses <= 1), "a refresh token was used twice")
          for (const key of byId.keys()) {
            const { concurrentTokenRequests } = yield* sandbox.counts({ account: key })
            assert.strictEqual(concurrentTokenRequests, 1)
          }
        }))
    }
  }
)
