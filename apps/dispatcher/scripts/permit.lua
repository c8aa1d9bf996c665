-- Reserves time slots for calls: the limit of the whole fleet.
--
-- A paced schedule (GCRA, kept as the time of the next free slot) with slots T apart, T = ⌈W / limit⌉ + 1 µs, where W is
-- the limit's window plus the margin by which a slot may be used late. Slots lie N-wise at least W apart and each is used
-- within [slot, slot + margin], so any N + 1 calls span more than W − margin, the window itself.
--
-- KEYS[1] schedule     KEYS[2] pause     KEYS[3…] one record an event that wants a slot (none: only asks how things are)
-- ARGV[1] calls in a window     ARGV[2] W, µs     ARGV[3] horizon H: how far ahead slots are given out, µs
-- ARGV[4…] owners, one a record
--
-- Reply: { 'paused', wait ms, reason }    the fleet makes no calls for so long
--        { 'full', wait µs }              no slot fits the horizon until then
--        { 'slots', wait µs … }           one an event, in their order: the wait until its slot, -1 where the record is
--                                         lost to another owner; events beyond the list get none this time
--
-- Waits are relative, so that no pod's clock matters. The schedule has no time to live: where it is missing, Redis lost
-- its state, and calls made from slots that it forgot may be as late as horizon + window from now; until then none is
-- given. A schedule further ahead than any that was ever given out means that Redis' clock went back: it is treated alike.

local us = nowUs()
local limit, W, H = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local T = math.ceil(W / limit) + 1

local schedule = redis.call('GET', KEYS[1])
local free = tonumber(schedule or int(us + H + W))
if free > us + H + W + T then free = us + H + W end
if free < us then free = us end

local paused = redis.call('GET', KEYS[2])
if paused then
  local w = words(paused)
  local leftMs = tonumber(w[1]) - math.floor(us / 1000)
  if leftMs > 0 then
    redis.call('SET', KEYS[1], int(free))
    return { 'paused', leftMs, w[2] }
  end
end

local waits = { 'slots' }
for i = 3, #KEYS do
  if free - us > H then break end
  local r = parse(redis.call('GET', KEYS[i]))
  if isOwner(r, ARGV[i + 1]) then
    r.slotAtUs = free
    redis.call('SET', KEYS[i], held(r), 'KEEPTTL')
    waits[#waits + 1] = free - us
    free = free + T
  else
    waits[#waits + 1] = -1
  end
end
redis.call('SET', KEYS[1], int(free))
if #waits == 1 and free - us > H then return { 'full', free - us - H } end
return waits
