import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { Check } from "../Check.ts"
import type { Subject } from "../Subject.ts"
import { bearer, carriedAs, reply, rig } from "./rig.ts"

/** How the provider's API is called. */
export const attaching = (subject: Subject): ReadonlyArray<Check> => {
  const { policy, stated } = subject
  const { doubtOn = [], newTokenOn } = policy
  const { apiUrlField, carried: { header } = bearer } = stated
  const base = new URL(stated.apiUrl).pathname.replace(/\/$/, "")
  return [
    {
      topic: "api",
      name: "sends API requests with the token, and changes no header of the caller",
      run: Effect.gen(function*() {
        const { apiRequests, client } = yield* rig(subject)
        const accept = "application/vnd.example.v7+json"
        yield* client.http.execute(HttpClientRequest.get("/some/thing").pipe(HttpClientRequest.accept(accept)))
        const [request] = apiRequests()
        assert.strictEqual(request?.path, `${base}/some/thing`)
        assert.strictEqual(request?.headers[header], carriedAs(stated, "token-1"))
        assert.strictEqual(request?.headers.accept, accept)
      })
    },
    ...apiUrlField === undefined ? [] : [
      {
        topic: "api",
        name: `sends API requests to the URL in the reply's ${apiUrlField}`,
        run: Effect.gen(function*() {
          const { apiRequests, client } = yield* rig(subject, {
            answers: {
              token: (count, { headers }) => reply(stated, count, { [apiUrlField]: `http://${headers.host}/instance` })
            }
          })
          yield* client.http.get("/some/thing")
          assert.deepStrictEqual(apiRequests().map(({ path }) => path), ["/instance/some/thing"])
        })
      } satisfies Check
    ],
    {
      topic: "api",
      name: "sends the token to no other origin",
      run: Effect.gen(function*() {
        const { client, tokenRequests } = yield* rig(subject)
        assert.strictEqual((yield* Effect.flip(client.http.get("https://another.example/"))).reason._tag, "Unsafe")
        assert.lengthOf(tokenRequests(), 0)
      })
    },
    ...[401, 403].map((status): Check =>
      newTokenOn.includes(status)
        ? {
          topic: "api",
          name: `gets a new token and repeats the request on a ${status}, once`,
          run: Effect.gen(function*() {
            const passing = yield* rig(subject, {
              answers: { api: (count) => ({ status: count === 1 ? status : 200, body: {} }) }
            })
            assert.strictEqual((yield* passing.client.http.get("/")).status, 200)
            assert.deepStrictEqual(
              passing.apiRequests().map(({ headers }) => headers[header]),
              [carriedAs(stated, "token-1"), carriedAs(stated, "token-2")]
            )
            const lasting = yield* rig(subject, { answers: { api: () => ({ status, body: {} }) } })
            assert.strictEqual((yield* lasting.client.http.get("/")).status, status)
            assert.lengthOf(lasting.apiRequests(), 2)
            for (let call = 0; call < 20; call++) yield* lasting.client.http.get("/")
            assert.isAtMost(lasting.tokenRequests().length, 3)
          })
        }
        : {
          topic: "api",
          name: `takes no new token for a ${status}`,
          run: Effect.gen(function*() {
            const { apiRequests, client, tokenRequests } = yield* rig(subject, {
              answers: { api: () => ({ status, body: {} }) }
            })
            assert.strictEqual((yield* client.http.get("/")).status, status)
            yield* client.token
            assert.lengthOf(apiRequests(), 1)
            assert.lengthOf(tokenRequests(), 1)
          })
        }
    ),
    ...newTokenOn.map((status): Check => ({
      topic: "api",
      name: doubtOn.includes(status)
        ? `serves a token after a ${status} while no other can be got`
        : `serves no token after a ${status}, even while no other can be got`,
      run: Effect.gen(function*() {
        const { apiRequests, client } = yield* rig(subject, {
          answers: {
            token: (count) => count === 1 ? reply(stated, 1) : { status: 503, body: "" },
            api: (_, { path }) => ({ status: path === `${base}/refused` ? status : 200, body: {} })
          }
        })
        const refused = client.http.get("/refused")
        if (doubtOn.includes(status)) {
          assert.strictEqual((yield* refused).status, status)
          assert.strictEqual((yield* client.http.get("/")).status, 200)
          assert.lengthOf(apiRequests(), 2)
        } else {
          for (const failing of [refused, client.http.get("/")]) {
            assert.strictEqual((yield* Effect.flip(failing)).reason._tag, "Unavailable")
          }
          assert.lengthOf(apiRequests(), 1)
        }
      })
    }))
  ]
}
