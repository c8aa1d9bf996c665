-- Reserves time slots for calls: the limit of the whole fleet.
--
-- Short windows are paced by one schedule (GCRA, kept as the time of the next free slot): slots are T apart, where T is the
-- largest ⌈W / calls⌉ + 1 µs of them, and W a window plus the margin by which a slot may be used late. Slots lie N-wise at
-- least W apart and each is used within [slot, slot + margin], so any N + 1 calls span more than W − margin, the window.
-- Long windows are logs (`window.lua`), asked for each slot besides.
--
-- KEYS[1] schedule     KEYS[2] pause     KEYS[3] calls in flight     KEYS[4] shares     KEYS[5] circuit
-- KEYS[6…] one log a long window, then one record an event that wants a slot (none: only asks how things are)
-- ARGV[1] horizon H: how far ahead slots are given out, µs     ARGV[2] slow start after a pause, µs
-- ARGV[3] most calls in flight, 0 for any number     ARGV[4] how long one of them is counted at most, µs
-- ARGV[5] shares that pods hold for a time without Redis, 0 for none     ARGV[6] their lease, µs
-- ARGV[7] for how long after it a share may be in use, µs
-- ARGV[8] why the pod does not believe what is kept here: `replaced` (another Redis than before, a replica or a copy that
-- may lack the latest), `stepped` (Redis' clock jumped), or empty
-- ARGV[9] Redis' time when this was asked, at the latest, by what the pod knows, µs; 0 where it knows nothing
-- ARGV[10] short windows     ARGV[11] long windows     ARGV[12] the pod
-- ARGV[13…] three a window, the short ones first: calls, W in µs, and calls of one share (short) or a bucket in µs (long);
-- then owners, one a record; `!` and a name for a call that is for no event, and has no record
--
-- Reply: { 'paused', us, wait ms, reason }    the fleet makes no calls for so long; `us` is Redis' time in each reply
--        { 'open', us, wait ms }              the circuit is open, and this is none of its probe's calls: ask again then
--        { 'full', us, wait µs }              no slot fits the horizon until then
--        { 'slots', us, wait µs … }           one an event, in their order: the wait until its slot, -1 where the record is
--                                             lost to another owner; events beyond the list get none this time
--
-- Invariants. Waits are relative, so that no pod's clock matters. Slots are given out in the order of time. Nothing here has
-- a time to live: where the schedule is missing, Redis lost its state, and calls of slots that it forgot may come as late as
-- horizon + W from now; until then none is given. Another Redis may have forgotten as much, and the logs then count all
-- calls that the short windows allow in that time as made. A clock that jumped is treated as a loss: a schedule further
-- ahead than any that was given out means that it went back, a time that the pod does not expect that it went ahead; small
-- jumps the pod sees by itself.

-- What a request may be under way before Redis' clock is held to have jumped, µs: more than a command may take.
local tolerance = 500000

local us = nowUs()
local H, rampUs = tonumber(ARGV[1]), tonumber(ARGV[2])
local mostInFlight, flightUs = tonumber(ARGV[3]), tonumber(ARGV[4])
local shareCount, leaseUs, busyUs = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local replaced = ARGV[8] == 'replaced'
local expectedUs = tonumber(ARGV[9])
local shortCount, longCount = tonumber(ARGV[10]), tonumber(ARGV[11])

local inUse = shareCount > 0 and sharesInUse(KEYS[4], us, shareCount, leaseUs, busyUs) or 0
local T, W, closed = 1, 1, false
for i = 0, shortCount - 1 do
  local calls, windowUs, shareCalls = tonumber(ARGV[13 + i * 3]), tonumber(ARGV[14 + i * 3]), tonumber(ARGV[15 + i * 3])
  local left = calls - inUse * shareCalls
  if left <= 0 then closed = true else T = math.max(T, math.ceil(windowUs / left) + 1) end
  W = math.max(W, windowUs)
end

local free = tonumber(redis.call('GET', KEYS[1]) or int(us + H + W))
-- A slot at the horizon, and the widest spacing after it: of a slow start, with one call left to a window.
local farthest = us + H + 4 * (W + 1)
local stepped = ARGV[8] == 'stepped' or free > farthest or (expectedUs > 0 and us > expectedUs + tolerance)
if stepped or replaced then free = us + H + W end
if free < us then free = us end

local logs = {}
for i = 0, longCount - 1 do
  local a = 13 + (shortCount + i) * 3
  logs[i + 1] = openLog(KEYS[6 + i], us, H, tonumber(ARGV[a]), tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), stepped)
  if replaced then countCalls(logs[i + 1], us + H, math.ceil((H + W) / T)) end
end

local function close(reply)
  redis.call('SET', KEYS[1], int(free))
  for _, log in ipairs(logs) do saveLog(log) end
  return reply
end

-- The probe of an open circuit has one call at a time: its question, which is for no event, then one event's.
local function ownerAt(i) return ARGV[13 + (shortCount + longCount) * 3 + i] end
local function isGuest(owner) return owner and string.sub(owner, 1, 1) == '!' end
local records = #KEYS - 5 - longCount
local c = redis.call('HMGET', KEYS[5], 'open', 'pod', 'until', 'stage', 'event', 'next')
local probing = c[1] and true or false
if probing then
  local ms = math.floor(us / 1000)
  local mine = c[2] == ARGV[12] and tonumber(c[3]) > ms
  local asks = records > 0 and isGuest(ownerAt(0))
  local sends = c[4] == 'send' and (not c[5] or (records > 0 and ownerAt(0) == c[5]))
  if not (mine and (asks or sends)) then
    return close({ 'open', us, math.min(1000, math.max(100, tonumber(c[6]) - ms)) })
  end
end

-- Slots after a pause begin four times as far apart, and come to their pace over the slow start.
local resumedUs = us - rampUs
local paused = redis.call('GET', KEYS[2])
if paused then
  local w = words(paused)
  resumedUs = tonumber(w[1]) * 1000
  if resumedUs > us then return close({ 'paused', us, math.ceil((resumedUs - us) / 1000), w[2] }) end
end
local function spacing(slot)
  local left = 1 - (slot - resumedUs) / rampUs
  return left > 0 and math.ceil(T * (1 + 3 * left)) or T
end
if closed then return close({ 'full', us, leaseUs }) end

local room = math.huge
if mostInFlight > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', int(us))
  room = mostInFlight - redis.call('ZCARD', KEYS[3])
end

local waits = { 'slots', us }
local first, blocked = 6 + longCount, 0
for i = first, #KEYS + 1 do
  blocked = closedUntil(logs, free)
  if i > #KEYS or free - us > H or blocked > 0 or (probing and i > first) then break end
  local owner = ownerAt(i - first)
  local r = isGuest(owner) and { state = 'guest' } or parse(redis.call('GET', KEYS[i]))
  if r.state == 'guest' or isOwner(r, owner) then
    if mostInFlight > 0 then
      if not redis.call('ZSCORE', KEYS[3], owner) then
        if room <= 0 then break end
        room = room - 1
      end
      redis.call('ZADD', KEYS[3], int(free + flightUs), owner)
    end
    if r.state == 'h' then
      r.slotAtUs = free
      redis.call('SET', KEYS[i], held(r), 'KEEPTTL')
      if probing then redis.call('HSET', KEYS[5], 'event', owner) end
    end
    waits[#waits + 1] = free - us
    for _, log in ipairs(logs) do countCalls(log, free, 1) end
    free = free + spacing(free)
  else
    waits[#waits + 1] = -1
  end
end
if #waits > 2 then return close(waits) end
if blocked > 0 then return close({ 'full', us, math.max(blocked - us, 1) }) end
if free - us > H then return close({ 'full', us, free - us - H }) end
if room <= 0 then
  local oldest = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')
  -- Whoever ends a call tells nobody, so it is asked again soon.
  return close({ 'full', us, math.min(tonumber(oldest[2]) - us, 100000) })
end
return close(waits)
