import * as Redis from "effect/persistence/Redis"
import { type Change, type Claim, endOfNumbers, largestField, longestKept, longestLease } from "./RecordStore.ts"

/*
 * The steps on a record that must not be divided, in Lua. A record is one hash, and a script touches one key, so that a
 * cluster finds it in one slot; it always has an end. Times are those of Redis: of its `TIME`, in milliseconds.
 */

// A field that is too large to be ours is not even read, and what is not a number, or not a possible one, is 0. A number
// is written without an exponent.
const prelude = `
local key = KEYS[1]
local time = redis.call("TIME")
local micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
local now = math.floor(micros / 1000)
local function text(field)
  if redis.call("HSTRLEN", key, field) > ${largestField} then return "" end
  return redis.call("HGET", key, field) or ""
end
local function number(field)
  local value = tonumber(text(field))
  return value and value >= 0 and value < ${endOfNumbers} and value == math.floor(value) and value or 0
end
local function following(field)
  local value = number(field) + 1
  return value < ${endOfNumbers} and value or 1
end
local function int(value) return string.format("%.0f", value) end
local function keep(millis)
  if redis.call("PTTL", key) < millis then redis.call("PEXPIRE", key, int(millis)) end
end
`

// A fence is later than the one before and than the clock, so that none is given twice, even after a flush. What has
// more than twice its length left was written before the clock was set back, and no longer applies: no process waits for
// long for the lease of one that vanished, and a clock that is merely corrected takes no lease away. Nor does what has
// more than twice the length left that a process gives it.
const lookScript = `${prelude}
local owner, lease, known, force = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == "1"
local kind = redis.call("TYPE", key).ok
if kind ~= "hash" and kind ~= "none" then redis.call("UNLINK", key) end

local generation, token = number("generation"), text("token")
local function left(what, longest)
  local millis = number(what .. "Until") - now
  return millis <= 2 * math.min(number(what .. "For"), longest) and math.max(millis, 0) or 0
end
local failureLeft = left("failure", ${longestKept})
local leaseLeft = left("lease", math.max(lease, ${longestLease}))
local fence = 0
if lease > 0 and (token == "" or generation <= known) and (force or failureLeft == 0)
  and (leaseLeft == 0 or text("owner") == owner)
then
  fence = math.max(following("fence"), following("generation"), micros)
  redis.call("HSET", key, "owner", owner, "leaseUntil", int(now + lease), "leaseFor", int(lease), "fence", int(fence))
  keep(lease * 2)
  leaseLeft = 0
end
return {
  "now", int(now), "generation", int(generation), "token", token, "rejected", text("rejected"),
  "marked", text("marked"), "markedBy", text("markedBy"), "markedCount", text("markedCount"),
  "failure", text("failure"), "failureLeft", int(failureLeft), "failures", text("failures"),
  "fence", int(fence), "leaseLeft", int(leaseLeft)
}
`

// The notification is sent even where Redis forbids it to this user: waiting processes also look by themselves at intervals.
const changeScript = `${prelude}
local owner, lease, millis, fails = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local publish, channel = ARGV[5], ARGV[6]
if text("owner") ~= owner then return 0 end
if millis < 0 then
  redis.call("UNLINK", key)
  redis.pcall(publish, channel, key)
  return 1
end
if fails > 0 then redis.call("HSET", key, "failureFor", int(fails), "failureUntil", int(now + fails)) end
for i = 7, #ARGV, 2 do
  if ARGV[i + 1] == "" then redis.call("HDEL", key, ARGV[i]) else redis.call("HSET", key, ARGV[i], ARGV[i + 1]) end
end
if millis > 0 then keep(millis) end
if lease > 0 then
  redis.call("HSET", key, "leaseUntil", int(now + lease))
  keep(lease * 2)
else
  redis.call("HDEL", key, "owner", "leaseUntil", "leaseFor")
  redis.pcall(publish, channel, key)
end
return 1
`

const rejectScript = `${prelude}
if text("generation") ~= ARGV[1] then return 0 end
redis.call("HSET", key, "rejected", ARGV[1])
return 1
`

/** How a script notifies: `SPUBLISH` in a cluster, on a channel in the slot of the record; `PUBLISH` elsewhere. */
export interface Notify {
  readonly command: "PUBLISH" | "SPUBLISH"
  readonly channelOf: (name: string) => string
}

/** Looks at a record, and takes the lease if it may. Returns the fields of the record, each after its name. */
export const look = Redis.script(
  (key: string, { force, known, lease, owner }: Claim) => [key, owner, lease, known, force ? 1 : 0],
  { lua: lookScript, numberOfKeys: 1 }
).withReturnType<ReadonlyArray<string>>()

const changeParams = (
  key: string,
  owner: string,
  notify: Notify,
  { end, failure, keep = 0, lease, mark, token }: Change
): ReadonlyArray<string | number> => {
  const fields: Array<string | number> = []
  if (mark !== undefined) {
    fields.push("marked", mark?.generation ?? "", "markedBy", mark?.by ?? "", "markedCount", mark?.count ?? "")
  }
  if (token !== undefined) {
    fields.push("token", token.sealed, "generation", token.generation)
    fields.push("failure", "", "failureUntil", "", "failureFor", "", "failures", "")
  }
  if (failure !== undefined) {
    fields.push("failure", failure.sealed, "failures", failure.count)
  }
  return [key, owner, lease, end ? -1 : keep, failure?.lasts ?? 0, notify.command, notify.channelOf(key), ...fields]
}

/** Changes a record if the lease is still the owner's. */
export const change = Redis.script(changeParams, { lua: changeScript, numberOfKeys: 1 }).withReturnType<number>()

/** Notes that an API refused a token, if it is still the newest. */
export const reject = Redis.script(
  (key: string, generation: number) => [key, generation],
  { lua: rejectScript, numberOfKeys: 1 }
).withReturnType<number>()
