import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/** The columns of the table, in the order of the documented statement. Times are in milliseconds. */
export const columns: Readonly<Record<string, string>> = {
  name: "text PRIMARY KEY",
  keep_until: "bigint NOT NULL",
  generation: "bigint NOT NULL DEFAULT 0",
  fence: "bigint NOT NULL DEFAULT 0",
  token: "text",
  rejected: "bigint",
  marked: "bigint",
  marked_by: "text",
  marked_count: "integer",
  owner: "text",
  lease_until: "bigint",
  lease_for: "bigint",
  failure: "text",
  failure_until: "bigint",
  failure_for: "bigint",
  failures: "integer"
}

/** Whether a text can be the name of a table, with or without a schema, as it is. */
export const isName = (table: string): boolean => /^[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?$/.test(table)

/** The statement that creates the table. Room in each page lets PostgreSQL update a row in its place. */
export const create = (table: string): string => {
  const definitions = Object.entries(columns).map(([name, type]) => `  ${name} ${type}`)
  return `CREATE TABLE ${table} (\n${definitions.join(",\n")}\n) WITH (fillfactor = 70)`
}

const rights = ["SELECT", "INSERT", "UPDATE", "DELETE"]

interface Found {
  readonly present: boolean
  readonly columns: string | null
  readonly rights: string | null
  readonly me: string
}

/** What is wrong with the table, and the statement that mends it; `undefined` where nothing is. */
export const problem = (client: SqlClient, table: string): Effect.Effect<string | undefined, SqlError> => {
  const held = rights.map((right) => `CASE WHEN has_table_privilege(id, '${right}') THEN '${right} ' ELSE '' END`)
  return Effect.map(
    client.unsafe<Found>(
      `SELECT id IS NOT NULL AS present, quote_ident(current_user) AS me, ${held.join(" || ")} AS rights,
  (SELECT string_agg(attname, ' ') FROM pg_attribute WHERE attrelid = id AND attnum > 0 AND NOT attisdropped) AS columns
FROM (SELECT to_regclass($1)::oid AS id) AS found`,
      [table]
    ),
    ([found]) => {
      if (found?.present !== true) return `names a table that is not there. Create it:\n\n${create(table)};`
      const present = (found.columns ?? "").split(" ")
      const absent = Object.keys(columns).filter((column) => !present.includes(column))
      if (absent.length > 0) {
        const added = absent.map((column) => `ADD COLUMN ${column} ${columns[column]}`)
        return `names a table of an older version, or another one, without ${absent.join(", ")}. Change it:\n\n`
          + `ALTER TABLE ${table} ${added.join(", ")};`
      }
      const missing = rights.filter((right) => !(found.rights ?? "").includes(right))
      return missing.length === 0
        ? undefined
        : `names a table on which ${found.me} lacks the right to ${missing.join(", ")}. Grant it:\n\n`
          + `GRANT ${missing.join(", ")} ON ${table} TO ${found.me};`
    }
  )
}
