-- Gives an event up for now: to be tried again, or handed back untried.
--
-- KEYS[1] record     KEYS[2] the fleet's count of deliveries     KEYS[3] calls in flight
-- ARGV[1] owner      ARGV[2] how long it is remembered, ms
-- ARGV[3] why: `untried`     it was never called: costs nothing and waits for nothing
--              `throttled`   costs nothing; but each 30th while others were delivered in between is a failure
--              `unavailable` costs an attempt only if others were delivered since its last try
--              `failed`      costs an attempt
-- ARGV[4] first backoff, ms    ARGV[5] longest backoff, ms    ARGV[6] jitter, 0.5 to 1    ARGV[7] attempts allowed
-- ARGV[8] 1 where the target may still be at work on the call: it counts as in flight until its time is over
--
-- The wait is min(longest, first × 2^(tries − 1)) × jitter; a throttled event waits with the fleet, and so not here.
-- Reply: { 'waiting', ms, attempts }    { 'exhausted', attempts }: no attempt is left, bury it    { 'lost' }

if ARGV[8] ~= '1' then redis.call('ZREM', KEYS[3], ARGV[1]) end
local r = parse(redis.call('GET', KEYS[1]))
if not isOwner(r, ARGV[1]) then return { 'lost' } end
local why, delivered = ARGV[3], tonumber(redis.call('GET', KEYS[2]) or '0')
local others = delivered > r.seen

if why == 'throttled' and others then
  r.throttles = r.throttles + 1
  if r.throttles >= 30 then why, r.throttles = 'failed', 0 end
end
if why == 'failed' or (why == 'unavailable' and others) then r.attempts = r.attempts + 1 end
if r.attempts >= tonumber(ARGV[7]) then return { 'exhausted', r.attempts } end

local waitMs = 0
if why == 'failed' or why == 'unavailable' then
  r.tries = r.tries + 1
  waitMs = math.floor(math.min(tonumber(ARGV[5]), tonumber(ARGV[4]) * 2 ^ math.min(r.tries - 1, 30)) * tonumber(ARGV[6]))
end
if why ~= 'untried' then r.seen = delivered end
r.notBeforeMs = math.floor(nowUs() / 1000) + waitMs
save(KEYS[1], waiting(r), ARGV[2])
return { 'waiting', waitMs, r.attempts }
