import { assert, describe, it } from "@effect/vitest"
import { Routee } from "@mintmark/routee"
import { Account, Sandbox } from "@mintmark/sandbox"
import * as Answer from "@mintmark/sandbox/Answer"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { Messaging } from "../src/Messaging.ts"

const { clientId, clientSecret } = Account.routee

const MessagingTest = (scopes?: ReadonlyArray<string>) =>
  Messaging.layer.pipe(
    Layer.provide(Layer.unwrap(Effect.map(Sandbox, ({ urls }) =>
      Routee.layer({
        applicationId: clientId,
        applicationSecret: Redacted.make(clientSecret),
        baseUrl: urls.routee,
        scopes
      })))),
    Layer.provideMerge(Sandbox.layer()),
    Layer.provide(FetchHttpClient.layer)
  )

const sms = { from: "Mintmark", to: "+306900000000", body: "Hello" }

describe("Messaging", () => {
  it.effect("requests another token after a revocation, and sends the SMS once", () =>
    Effect.gen(function*() {
      const [messaging, sandbox] = [yield* Messaging, yield* Sandbox]
      yield* messaging.balance
      yield* sandbox.revoke()
      assert.strictEqual((yield* messaging.send(sms)).status, "Queued")
      const sent = (yield* sandbox.journal).filter(({ path, status }) => path.endsWith("/sms") && status === 200)
      assert.strictEqual(sent.length, 1)
    }).pipe(Effect.provide(MessagingTest())))

  it.effect("retries reading the balance after a server error, but never sends an SMS twice", () =>
    Effect.gen(function*() {
      const [messaging, sandbox] = [yield* Messaging, yield* Sandbox]
      yield* sandbox.script({ kind: "api" }, [Answer.status(503), Answer.ordinary, Answer.status(503)])
      const reading = yield* Effect.forkChild(messaging.balance)
      // Nothing signals that the retry has begun to wait: the clock is turned until the retry comes.
      const turning = TestClock.adjust("1 second").pipe(
        Effect.andThen(TestClock.withLive(Effect.sleep("5 millis"))),
        Effect.forever
      )
      yield* Effect.raceFirst(sandbox.arrived({ kind: "api" }, 2), turning)
      assert.strictEqual((yield* Fiber.join(reading)).balance, 42.5)
      const error = yield* Effect.flip(messaging.send(sms))
      assert.strictEqual(error._tag, "MessagingError")
      assert.strictEqual((yield* sandbox.counts()).api, 3)
    }).pipe(Effect.provide(MessagingTest())))

  it.effect("fails with Routee's own error when a permission is missing", () =>
    Effect.gen(function*() {
      const messaging = yield* Messaging
      const error = yield* Effect.flip(messaging.send(sms))
      assert.strictEqual(error.message, "the SMS was not sent: The access token lacks the scope sms")
    }).pipe(Effect.provide(MessagingTest(["account"]))))
})
