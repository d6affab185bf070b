import { assert, describe, it } from "@effect/vitest"
import * as AccessToken from "@mintmark/core/AccessToken"
import * as SqlTokenStore from "@mintmark/store/SqlTokenStore"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as SqlClient from "effect/sql/SqlClient"
import { readFileSync } from "node:fs"
import * as SqlRecords from "../src/internal/SqlRecords.ts"
import { eventually, pause } from "./support/eventually.ts"
import { keys } from "./support/fleet.ts"
import { postgresAt, type PostgresServer, sharedPostgres, startPostgres } from "./support/postgresServer.ts"
import { canary, joinWith, NumberingServer, type providers } from "./support/storeFleet.ts"

const bearer = AccessToken.authorization
const token = (number: number) => `Bearer ${canary}-access-${number}`

type Client = Layer.Layer<SqlClient.SqlClient>

const clientOf = (server: Pick<PostgresServer, "options">, more: Parameters<typeof postgresAt>[1] = {}): Client =>
  Layer.orDie(postgresAt(server, more))

const ofAll = sharedPostgres()

/** A process with a store, with generous time limits by default, for a busy machine. */
const join = (
  client: Client,
  server: NumberingServer,
  kind?: keyof typeof providers,
  options?: Partial<SqlTokenStore.Options>
) =>
  joinWith(
    SqlTokenStore.layer({ keys, budget: "30 seconds", lease: "1 minute", ...options }).pipe(Layer.provide(client)),
    server,
    kind
  )

/** A database of its own on the server of all tests, with the table. */
const database = Effect.gen(function*() {
  const server = yield* ofAll
  const name = server.createDatabase()
  const client = clientOf(server, { database: name })
  yield* Effect.provide(SqlTokenStore.migration(), client)
  return { client, name, psql: (statement: string) => server.psql(statement, name), server }
})

const problemsWith = (client: Client, options: Partial<SqlTokenStore.Options> = {}) =>
  Effect.map(
    Effect.flip(Effect.scoped(Layer.build(
      SqlTokenStore.layer({ keys, ...options }).pipe(Layer.provide(client))
    ))),
    ({ message }) => message
  )

describe("SqlTokenStore", () => {
  describe("fails at the start, and says what to do, if", () => {
    it.live("the table is missing", () =>
      Effect.gen(function*() {
        const { client, psql } = yield* database
        psql("DROP TABLE mintmark_tokens")
        const message = yield* problemsWith(client)
        assert.include(
          message,
          "token store: table names a table that is not there. Create it:\n\nCREATE TABLE mintmark_"
        )
        psql(message.slice(message.indexOf("CREATE")))
        yield* Layer.build(SqlTokenStore.layer({ keys }).pipe(Layer.provide(client)))
      }))

    it.live("the table is of an older version", () =>
      Effect.gen(function*() {
        const { client, psql } = yield* database
        psql("ALTER TABLE mintmark_tokens DROP COLUMN marked, DROP COLUMN failures")
        const message = yield* problemsWith(client)
        assert.include(message, "without marked, failures. Change it:")
        psql(message.slice(message.indexOf("ALTER")))
        yield* Layer.build(SqlTokenStore.layer({ keys }).pipe(Layer.provide(client)))
      }))

    it.live("the user lacks a permission", () =>
      Effect.gen(function*() {
        const { name, psql, server } = yield* database
        const user = `worker_${name}`
        psql(`CREATE USER ${user}; GRANT SELECT, INSERT ON mintmark_tokens TO ${user}`)
        const client = clientOf(server, { database: name, username: user })
        const message = yield* problemsWith(client)
        assert.include(message, `on which ${user} lacks the right to UPDATE, DELETE. Grant it:`)
        psql(message.slice(message.indexOf("GRANT")))
        // These rights are all that it needs.
        const numbering = new NumberingServer()
        const [a, b] = yield* Effect.all([join(client, numbering, "renewing"), join(client, numbering, "renewing")])
        yield* a.get
        yield* b.renew
        yield* b.reject(yield* b.get)
        yield* a.renew
        assert.strictEqual(new Set(numbering.spent).size, numbering.spent.length)
      }))

    it.live("an option is invalid", () =>
      Effect.gen(function*() {
        const { client } = yield* database
        for (const table of ["", "a b", "mintmark-tokens", "Tokens", "a.b.c", "t; DROP TABLE mintmark_tokens"]) {
          assert.include(yield* problemsWith(client, { table }), "table must be a name in lower-case letters")
        }
        assert.include(yield* problemsWith(client, { budget: 0 }), "token store: budget must be")
        assert.include(yield* problemsWith(client, { lease: Infinity }), "token store: lease must be")
        assert.include(yield* problemsWith(client, { keys: [] }), "keys (MINTMARK_STORE_KEYS) is missing or empty")
      }))
  })

  it("creates the table with the statement of the guide", () => {
    const guide = readFileSync(new URL("../../../docs/fleet.md", import.meta.url), "utf8")
    assert.include(guide, `\n${SqlTokenStore.createTable()}\n`)
  })

  it.live("uses a table in another schema", () =>
    Effect.gen(function*() {
      const { client, psql } = yield* database
      psql("DROP TABLE mintmark_tokens; CREATE SCHEMA auth")
      yield* Effect.provide(SqlTokenStore.migration("auth.tokens"), client)
      const server = new NumberingServer()
      const options = { table: "auth.tokens" }
      yield* (yield* join(client, server, "plain", options)).get
      assert.strictEqual(bearer(yield* (yield* join(client, server, "plain", options)).get), token(1))
      assert.strictEqual(psql("SELECT count(*) FROM auth.tokens"), "1")
    }))

  it.live("is notified of a token as soon as it is stored, and polls if it can't LISTEN", () =>
    Effect.gen(function*() {
      const { name, server } = yield* database
      const waits = (more: Parameters<typeof postgresAt>[1], atMost: number) =>
        Effect.gen(function*() {
          const context = yield* Layer.build(clientOf(server, { database: name, ...more }))
          const { wait } = yield* SqlRecords.make(Context.get(context, SqlClient.SqlClient), {
            budget: Duration.seconds(30),
            table: "mintmark_tokens"
          })
          return yield* Effect.forkChild(Effect.timed(wait("mintmark:07", atMost)))
        })
      const listening = yield* waits({}, 3_600_000)
      // With one connection, listening would leave none for anything else.
      const polling = yield* waits({ maxConnections: 1 }, 100)
      yield* Fiber.join(polling)
      assert.isUndefined(listening.pollUnsafe())
      yield* eventually(() => {
        server.psql("SELECT pg_notify('mintmark_notifications_7', 'mintmark:07')", name)
        return listening.pollUnsafe() !== undefined
      })
    }))

  it.live("keeps a token that was requested inside a transaction that is rolled back", () =>
    Effect.gen(function*() {
      const { client, psql } = yield* database
      const server = new NumberingServer()
      const { get } = yield* join(client, server)
      const context = yield* Layer.build(client)
      const sql = Context.get(context, SqlClient.SqlClient)
      yield* Effect.exit(sql.withTransaction(Effect.andThen(get, Effect.fail("rolled back"))))
      assert.strictEqual(psql("SELECT count(token) FROM mintmark_tokens"), "1")
      assert.strictEqual(bearer(yield* (yield* join(client, server)).get), token(1))
    }))

  it.live("sends each refresh token once, where ten processes renew at the same moment in serializable transactions", () =>
    Effect.gen(function*() {
      const { name, server } = yield* database
      const client = clientOf(server, {
        database: name,
        startupParameters: { default_transaction_isolation: "serializable" }
      })
      const numbering = new NumberingServer()
      const members = yield* Effect.all(Array.from({ length: 10 }, () => join(client, numbering, "renewing")))
      for (let i = 0; i < 5; i++) {
        yield* Effect.forEach(members, ({ renew }) => renew, { concurrency: "unbounded" })
      }
      assert.strictEqual(numbering.grants.filter((grant) => grant === "password").length, 1)
      assert.strictEqual(new Set(numbering.spent).size, numbering.spent.length)
    }))

  describe("requests another token, and repairs the row, if the row has", () => {
    const tamper: Record<string, string> = {
      "no token": "DELETE FROM mintmark_tokens",
      "an invalid token": "UPDATE mintmark_tokens SET token = 'abc'",
      "10 MB instead of the token": "UPDATE mintmark_tokens SET token = repeat('x', 10000000)",
      "a token that was cut short": "UPDATE mintmark_tokens SET token = left(token, -24)",
      "a token stored with another generation": "UPDATE mintmark_tokens SET generation = generation + 1",
      "numbers that can't be incremented":
        "UPDATE mintmark_tokens SET token = NULL, generation = 9223372036854775807, fence = 9223372036854775807,"
        + " rejected = 9223372036854775807, marked = -1, lease_until = 9223372036854775807, lease_for = -1",
      "an expiry that has passed": "UPDATE mintmark_tokens SET keep_until = 0"
    }
    for (const [what, statement] of Object.entries(tamper)) {
      it.live(what, () =>
        Effect.gen(function*() {
          const { client, psql } = yield* database
          const server = new NumberingServer()
          yield* (yield* join(client, server)).get
          psql(statement)
          const [a, b] = yield* Effect.all([join(client, server), join(client, server)])
          assert.strictEqual(bearer(yield* a.get), token(2))
          assert.strictEqual(bearer(yield* b.get), token(2))
        }))
    }
  })

  it.live("requests a token as usual if the times in a row are impossible", () =>
    Effect.gen(function*() {
      const { client, psql } = yield* database
      const server = new NumberingServer()
      server.instead.push(() => new Response(null, { status: 429, headers: { "retry-after": "60" } }))
      yield* Effect.flip((yield* join(client, server)).get)
      const now = Date.now()
      for (const until of ["9000000000000000", "9223372036854775807"]) {
        psql(`UPDATE mintmark_tokens SET failure_until = ${until}, failure_for = ${until}`)
        const failed = yield* Effect.result((yield* join(client, server)).get)
        if (failed._tag === "Failure") assert.isAtMost(failed.failure.retryAt ?? 0, now + 31 * 86_400_000)
        psql("UPDATE mintmark_tokens SET token = NULL")
      }
    }))

  describe("what a writer without a key has written", () => {
    const largest = "9223372036854775807"
    const smallest = "-9223372036854775808"
    /** The process whose waiting is tested has the settings that it has where an application says nothing. */
    const asUsual = { lease: undefined }

    it.live("as a lease: no process waits for one that is longer than a process takes", () =>
      Effect.gen(function*() {
        const { client, psql } = yield* database
        const server = new NumberingServer()
        yield* (yield* join(client, server)).get
        const now = Date.now()
        const times = [[now + 600_000, 600_000], [now + 30 * 86_400_000, 30 * 86_400_000], [largest, largest], [
          smallest,
          smallest
        ]]
        for (const [number, [until, lasts]] of times.entries()) {
          psql(`UPDATE mintmark_tokens SET owner = 'another', lease_until = ${until}, lease_for = ${lasts}`)
          const { renew } = yield* join(client, server, "plain", asUsual)
          assert.strictEqual(bearer(yield* renew), token(number + 2))
          assert.strictEqual(bearer(yield* (yield* join(client, server)).get), token(number + 2))
        }
      }))

    it.live("as a lease: one of a process with another setting is waited for", () =>
      Effect.gen(function*() {
        const { client, psql } = yield* database
        const sql = Context.get(yield* Layer.build(client), SqlClient.SqlClient)
        const records = yield* SqlRecords.make(sql, { budget: Duration.minutes(1), table: "mintmark_tokens" })
        const look = (owner: string, lease: number) => records.look("record", { owner, lease, known: 0, force: false })
        for (const [longer, shorter] of [[60_000, 5_000], [3_600_000, 3_000_000]] as const) {
          assert.isAbove((yield* look(`a-${longer}`, longer)).fence, 0)
          const { fence, leaseLeft } = yield* look("b", shorter)
          assert.strictEqual(fence, 0)
          assert.isAbove(leaseLeft, longer - 60_000)
          psql("DELETE FROM mintmark_tokens")
        }
      }))

    it.live("as the number of a token: the next token request starts anew, and is shared", () =>
      Effect.gen(function*() {
        const { client, psql } = yield* database
        const server = new NumberingServer()
        yield* (yield* join(client, server)).get
        const numbers = ["9007199254740990", "9007199254740991", "9000000000000000", largest, smallest, "-1", "0"]
        for (const [index, number] of numbers.entries()) {
          psql(`UPDATE mintmark_tokens SET generation = ${number}, fence = ${number}, rejected = ${number}`)
          const newest = token(index * 2 + 2)
          for (let process = 0; process < 2; process++) {
            assert.strictEqual(bearer(yield* (yield* join(client, server)).get), newest, number)
          }
          yield* (yield* join(client, server)).renew
          assert.strictEqual(bearer(yield* (yield* join(client, server)).get), token(index * 2 + 3), number)
        }
      }))

    it.live("as the number of failures: the next failure is shared", () =>
      Effect.gen(function*() {
        const { client, psql } = yield* database
        const server = new NumberingServer()
        const refuse = () => new Response(null, { status: 429, headers: { "retry-after": "60" } })
        server.instead.push(refuse, refuse)
        yield* Effect.flip((yield* join(client, server)).get)
        psql("UPDATE mintmark_tokens SET failures = 2147483647, failure_until = 0")
        for (let process = 0; process < 3; process++) yield* Effect.flip((yield* join(client, server)).get)
        assert.strictEqual(server.grants.length, 2)
      }))

    it.live("as the number of times that a refresh token was sent: it is still marked", () =>
      Effect.gen(function*() {
        const { client, psql } = yield* database
        const sql = Context.get(yield* Layer.build(client), SqlClient.SqlClient)
        const records = yield* SqlRecords.make(sql, { budget: Duration.minutes(1), table: "mintmark_tokens" })
        const look = records.look("record", { owner: "a", lease: 5_000, known: 0, force: false })
        yield* look
        psql("UPDATE mintmark_tokens SET marked = 0, marked_by = 'b', marked_count = 2147483647")
        const { mark } = yield* look
        const count = (mark?.count ?? 0) + 1
        assert.isTrue(yield* records.change("record", "a", { lease: 5_000, mark: { generation: 0, by: "a", count } }))
        assert.deepStrictEqual((yield* look).mark, { by: "a", count: 1_000 })
      }))

    it.live("as times: a failure ends, and the row can still be read", () =>
      Effect.gen(function*() {
        const { client, psql } = yield* database
        const server = new NumberingServer()
        server.instead.push(() => new Response(null, { status: 429, headers: { "retry-after": "60" } }))
        yield* Effect.flip((yield* join(client, server)).get)
        for (const [index, [until, lasts]] of [[smallest, smallest], [largest, largest], ["0", smallest]].entries()) {
          psql(`UPDATE mintmark_tokens SET failure_until = ${until}, failure_for = ${lasts}, token = NULL`)
          for (let process = 0; process < 2; process++) {
            assert.strictEqual(bearer(yield* (yield* join(client, server)).get), token(index + 2))
          }
        }
      }))
  })

  it.live("removes expired rows at intervals", () =>
    Effect.gen(function*() {
      const { client, psql } = yield* database
      psql("INSERT INTO mintmark_tokens (name, keep_until) SELECT 'old' || n, 0 FROM generate_series(1, 50) AS n")
      const server = new NumberingServer()
      const { renew } = yield* join(client, server)
      for (let i = 0; i < 30 && psql("SELECT count(*) FROM mintmark_tokens") !== "1"; i++) {
        yield* Effect.replicateEffect(renew, 64)
      }
      assert.strictEqual(psql("SELECT count(*) FROM mintmark_tokens"), "1")
    }))

  describe("serves callers from the provider, and soon without a delay, while PostgreSQL", () => {
    const calls = Effect.fnUntraced(function*(
      client: Client,
      strike: Effect.Effect<unknown>
    ) {
      const numbering = new NumberingServer()
      const { get, renew } = yield* join(client, numbering, "plain", { budget: "250 millis" })
      yield* strike
      assert.strictEqual(bearer(yield* get), token(1))
      for (let i = 2; i < 5; i++) assert.strictEqual(bearer(yield* renew), token(i))
      // Three operations failed in a row: from here on none is tried for a second.
      const [took] = yield* Effect.timed(Effect.replicateEffect(renew, 5))
      assert.isBelow(Duration.toMillis(took), 1_000)
      assert.strictEqual(numbering.grants.length, 9)
    })

    const ends: Record<string, (server: PostgresServer) => Effect.Effect<void>> = {
      "is down": (server) => server.kill,
      "is suspended (SIGSTOP)": (server) => Effect.sync(() => server.signal("SIGSTOP"))
    }
    for (const [what, strike] of Object.entries(ends)) {
      it.live(what, () =>
        Effect.gen(function*() {
          const server = yield* startPostgres()
          const client = clientOf(server)
          yield* Effect.provide(SqlTokenStore.migration(), client)
          yield* calls(client, strike(server)).pipe(
            // A client that closes waits for the server.
            Effect.ensuring(Effect.sync(() => server.signal("SIGCONT")))
          )
        }))
    }

    const refusals: Record<string, (database: string, user: string) => string> = {
      "is read-only": (database) =>
        `ALTER DATABASE ${database} SET default_transaction_read_only = on;`
        + ` SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> 'postgres'`,
      "has lost the table": () => "DROP TABLE mintmark_tokens",
      "has revoked the permissions": (_, user) => `REVOKE UPDATE, INSERT ON mintmark_tokens FROM ${user}`
    }
    for (const [what, statement] of Object.entries(refusals)) {
      it.live(what, () =>
        Effect.gen(function*() {
          const { name, psql, server } = yield* database
          const user = `user_of_${name}`
          psql(`CREATE USER ${user}; GRANT SELECT, INSERT, UPDATE, DELETE ON mintmark_tokens TO ${user}`)
          yield* calls(
            clientOf(server, { database: name, username: user }),
            Effect.sync(() => psql(statement(name, user)))
          )
        }))
    }

    it.live("has the row locked by a transaction of another program", () =>
      Effect.gen(function*() {
        const { client, psql } = yield* database
        const numbering = new NumberingServer()
        const { get, renew } = yield* join(client, numbering, "plain", { budget: "250 millis" })
        yield* get
        const sql = Context.get(yield* Layer.build(client), SqlClient.SqlClient)
        const held = yield* Effect.forkChild(
          sql.withTransaction(Effect.andThen(sql`SELECT * FROM mintmark_tokens FOR UPDATE`, Effect.never))
        )
        yield* eventually(() => psql("SELECT count(*) FROM pg_locks WHERE mode = 'RowShareLock'") !== "0")
        assert.strictEqual(bearer(yield* renew), token(2))
        // A look waits for no lock: other processes still read the token that is there.
        assert.strictEqual(bearer(yield* (yield* join(client, numbering)).get), token(1))
        yield* Fiber.interrupt(held)
        assert.strictEqual(bearer(yield* renew), token(3))
        assert.strictEqual(bearer(yield* (yield* join(client, numbering)).get), token(3))
      }))

    it.live("has no connection left in the pool", () =>
      Effect.gen(function*() {
        const { name, server } = yield* database
        const numbering = new NumberingServer()
        const context = yield* Layer.build(clientOf(server, { database: name, maxConnections: 2 }))
        const sql = Context.get(context, SqlClient.SqlClient)
        const { renew } = yield* join(Layer.succeed(SqlClient.SqlClient, sql), numbering, "plain", {
          budget: "250 millis"
        })
        const held = yield* Effect.forkChild(
          Effect.forEach([1, 2], () => Effect.scoped(Effect.andThen(sql.reserve, Effect.never)), {
            concurrency: "unbounded"
          })
        )
        yield* pause(100)
        assert.strictEqual(bearer(yield* renew), token(1))
        yield* Fiber.interrupt(held)
        assert.strictEqual(bearer(yield* renew), token(2))
        assert.strictEqual(
          bearer(yield* (yield* join(clientOf(server, { database: name }), numbering)).get),
          token(2)
        )
      }))

    it.live("was not available at the start, and shares as soon as it is", () =>
      Effect.gen(function*() {
        const server = yield* startPostgres()
        const client = clientOf(server)
        yield* Effect.provide(SqlTokenStore.migration(), client)
        yield* server.kill
        const numbering = new NumberingServer()
        const [a, b] = yield* Effect.all([join(client, numbering), join(client, numbering)])
        assert.strictEqual(bearer(yield* a.get), token(1))
        assert.strictEqual(bearer(yield* b.get), token(2))
        yield* server.start
        assert.strictEqual(bearer(yield* a.renew), token(3))
        assert.strictEqual(bearer(yield* (yield* join(client, numbering)).get), token(3))
      }))
  })

  it.live("uses the rows that a replica has, when the replica takes over", () =>
    Effect.gen(function*() {
      const primary = yield* startPostgres()
      yield* Effect.provide(SqlTokenStore.migration(), clientOf(primary))
      const replica = yield* primary.replicate
      const numbering = new NumberingServer()
      yield* (yield* join(clientOf(primary), numbering, "renewing")).get
      yield* eventually(() => replica.psql("SELECT count(token) FROM mintmark_tokens") === "1")
      // A replica can be read, and nothing else.
      const reader = yield* join(clientOf(replica), numbering, "renewing", { budget: "250 millis" })
      assert.strictEqual(bearer(yield* reader.get), token(1))
      yield* primary.kill
      replica.promote()
      const [a, b] = yield* Effect.all([
        join(clientOf(replica), numbering, "renewing"),
        join(clientOf(replica), numbering, "renewing")
      ])
      assert.strictEqual(bearer(yield* a.get), token(1))
      assert.strictEqual(bearer(yield* a.renew), token(2))
      assert.strictEqual(bearer(yield* b.get), token(2))
      assert.deepStrictEqual(numbering.grants, ["password", "refresh_token"])
    }))

  it.live("counts where each token came from, and problems", () =>
    Effect.gen(function*() {
      const { client, psql } = yield* database
      const server = new NumberingServer()
      yield* (yield* join(client, server)).get
      psql("UPDATE mintmark_tokens SET token = 'abc'")
      yield* (yield* join(client, server)).get
      yield* (yield* join(client, server)).get
      const counts = (yield* Metric.snapshot).flatMap((metric) =>
        metric.type === "Counter" && metric.id.startsWith("mintmark_store_")
          ? [`${metric.id} ${Object.values(metric.attributes ?? {}).join()} ${metric.state.count}`]
          : []
      )
      assert.sameMembers(counts, [
        "mintmark_store_lookups requested 2",
        "mintmark_store_lookups shared 1",
        "mintmark_store_problems unreadable 2"
      ])
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map())))

  it.live("returns a token that the database refuses to store", () =>
    Effect.gen(function*() {
      const { client, psql } = yield* database
      psql("ALTER TABLE mintmark_tokens ADD CONSTRAINT refused CHECK (token IS NULL)")
      const { get } = yield* join(client, new NumberingServer(), "renewing")
      assert.strictEqual(bearer(yield* get), token(1))
      assert.strictEqual(psql("SELECT count(token) FROM mintmark_tokens"), "0")
    }))
})
