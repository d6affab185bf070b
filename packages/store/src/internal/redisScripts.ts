import * as Redis from "effect/persistence/Redis"
import type { Change, Claim } from "./shelf.ts"
import { largestField } from "./shelf.ts"

/*
 * The steps on a record that must not be divided, in Lua. A record is one hash, so that it lies in one slot of a
 * cluster, and it always has an end. Times are those of Redis: of its `TIME`, in milliseconds.
 */

// A field that is too large to be ours is not even read, and what is no number, or no possible one, is 0. A number is
// written without an exponent.
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
  return value and value >= 0 and value <= ${Number.MAX_SAFE_INTEGER} and value or 0
end
local function int(value) return string.format("%.0f", value) end
local function keep(millis)
  if redis.call("PTTL", key) < millis then redis.call("PEXPIRE", key, int(millis)) end
end
`

// A fence is later than the one before and than the clock, so that none is given out twice, even after a flush. What
// has more than twice its length left comes from before the clock was set back, and is over: nobody waits for long for
// a lease whose holder has died, and a clock that is merely corrected takes no lease away.
const lookScript = `${prelude}
local owner, lease, known, force = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == "1"
local kind = redis.call("TYPE", key).ok
if kind ~= "hash" and kind ~= "none" then redis.call("UNLINK", key) end

local generation, token = number("generation"), text("token")
local function left(what)
  local millis = number(what .. "Until") - now
  return millis <= 2 * number(what .. "For") and math.max(millis, 0) or 0
end
local failureLeft, leaseLeft = left("failure"), left("lease")
local fence = 0
if lease > 0 and (token == "" or generation <= known) and (force or failureLeft == 0)
  and (leaseLeft == 0 or text("owner") == owner)
then
  fence = math.max(number("fence") + 1, generation + 1, micros)
  redis.call("HSET", key, "owner", owner, "leaseUntil", int(now + lease), "leaseFor", int(lease), "fence", int(fence))
  keep(lease * 2)
  leaseLeft = 0
end
return {
  int(now), int(generation), token, text("rejected"), text("spending"),
  text("failure"), int(failureLeft), int(number("failures")), int(fence), int(leaseLeft)
}
`

// The message goes out even if Redis forbids it to us: those who wait look by themselves now and then.
const changeScript = `${prelude}
local owner, lease, millis, channel, removed = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
if text("owner") ~= owner then return 0 end
for i = 6 + removed, #ARGV, 2 do redis.call("HSET", key, ARGV[i], ARGV[i + 1]) end
for i = 6, 5 + removed do redis.call("HDEL", key, ARGV[i]) end
if millis > 0 then keep(millis) end
if lease > 0 then
  redis.call("HSET", key, "leaseUntil", int(now + lease))
  keep(lease * 2)
else
  redis.call("HDEL", key, "owner", "leaseUntil", "leaseFor")
  redis.pcall("PUBLISH", channel, key)
end
return 1
`

const rejectScript = `${prelude}
if text("generation") ~= ARGV[1] then return 0 end
redis.call("HSET", key, "rejected", ARGV[1])
return 1
`

/** Looks at a record, and takes the lease if it may. */
export const look = Redis.script(
  (key: string, { force, known, lease, owner }: Claim) => [key, owner, lease, known, force ? 1 : 0],
  { lua: lookScript, numberOfKeys: 1 }
).withReturnType<ReadonlyArray<string>>()

/** Changes a record if the lease is still the owner's. */
export const change = Redis.script(
  (key: string, owner: string, channel: string, { keep = 0, lease, remove = [], set = {} }: Change) => [
    key,
    owner,
    lease,
    keep,
    channel,
    remove.length,
    ...remove,
    ...Object.entries(set).flat()
  ],
  { lua: changeScript, numberOfKeys: 1 }
).withReturnType<number>()

/** Marks a token as refused by an API, if it is still the newest. */
export const reject = Redis.script(
  (key: string, generation: number) => [key, generation],
  { lua: rejectScript, numberOfKeys: 1 }
).withReturnType<number>()
