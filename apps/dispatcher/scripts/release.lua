-- Gives an event up for now: to be tried again, or handed back untried.
--
-- KEYS[1] record     KEYS[2] the fleet's count of deliveries     KEYS[3] calls in flight     KEYS[4] circuit     KEYS[5] pause
-- KEYS[6] whom throttles met last
-- ARGV[1] owner      ARGV[2] how long it is remembered, ms
-- ARGV[3] why: `untried`     it was never called: costs nothing and waits for nothing
--              `throttled`   costs nothing; but each 30th while others were delivered in between is a failure
--              `unavailable` costs an attempt only if others were delivered since its last try
--              `failed`      costs an attempt
-- ARGV[4] first backoff, ms    ARGV[5] longest backoff, ms    ARGV[6] jitter, 0.5 to 1    ARGV[7] attempts allowed
-- ARGV[8] 1 where the target may still be at work on the call: it counts as in flight until its time is over
-- ARGV[9] 1 where the call is to be asked for before the next one, 0 where it is not; what is untried stays as it is
-- ARGV[10] the least wait, ms
-- ARGV[11] how the call ended, for the circuit: `somebody`, `nobody` or `nothing`
-- ARGV[12] channel on which a circuit is told     ARGV[13] how long calls start slowly when it closes, ms
--
-- The wait is min(longest, first × 2^(tries − 1)) × jitter. A throttled event waits only as long as the fleet; but one that is
-- throttled while others are delivered would stop them with each try, and waits as if it failed.
-- Reply: { 'waiting', ms, attempts }    { 'exhausted', attempts }: no attempt is left, bury it    { 'lost' }

local us = nowUs()
if ARGV[8] ~= '1' then redis.call('ZREM', KEYS[3], ARGV[1]) end
local r = parse(redis.call('GET', KEYS[1]))
local why, delivered = ARGV[3], tonumber(redis.call('GET', KEYS[2]) or '0')
local mine = isOwner(r, ARGV[1])
local others = mine and delivered > r.seen
hear({ KEYS[4], KEYS[5], ARGV[12], ARGV[13] }, us, ARGV[11], KEYS[1], ARGV[1], others and r.tries > 0)
if not mine then return { 'lost' } end
local function backoff(tries)
  return math.floor(math.min(tonumber(ARGV[5]), tonumber(ARGV[4]) * 2 ^ math.min(tries - 1, 30)) * tonumber(ARGV[6]))
end

local waitMs = 0
if why == 'throttled' then
  local times = others and throttledInARow(redis.call('GET', KEYS[6]), KEYS[1]) or 0
  redis.call('SET', KEYS[6], KEYS[1] .. ' ' .. int(times + 1))
end
if why == 'throttled' and others then
  r.throttles = r.throttles + 1
  waitMs = backoff(r.throttles)
  if r.throttles >= 30 then why, r.throttles = 'failed', 0 end
end
if why == 'failed' or (why == 'unavailable' and others) then r.attempts = r.attempts + 1 end
if r.attempts >= tonumber(ARGV[7]) then return { 'exhausted', r.attempts } end

if why == 'failed' or why == 'unavailable' then
  r.tries = r.tries + 1
  waitMs = backoff(r.tries)
end
waitMs = math.max(waitMs, tonumber(ARGV[10]))
if why ~= 'untried' then r.seen, r.doubt = delivered, ARGV[9] == '1' end
r.notBeforeMs = math.floor(us / 1000) + waitMs
save(KEYS[1], waiting(r), ARGV[2])
return { 'waiting', waitMs, r.attempts }
