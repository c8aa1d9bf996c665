-- Marks an event's way to the dead-letter queue, before its letter is written and after.
--
-- KEYS[1] record     KEYS[2] calls in flight     KEYS[3] circuit     KEYS[4] pause
-- KEYS[5] the oldest events that are not settled (`claim.lua`)
-- ARGV[1] `begin` or `end`     ARGV[2] owner, or empty where no claim was made (a conflict, a letter that is written again)
-- ARGV[3] class     ARGV[4] digest     ARGV[5] redrive     ARGV[6] how long it is remembered, ms
-- ARGV[7] how the call ended, for the circuit: `somebody`, `nobody` or `nothing`
-- ARGV[8] channel on which a circuit is told     ARGV[9] how long calls start slowly when it closes, ms
-- Reply: 1 go on; 0 when it is not this owner's any more, or its letter is written already.

-- A call in doubt may still be at work at the target, and counts as in flight until its time is over.
if ARGV[3] ~= 'in_doubt' then redis.call('ZREM', KEYS[2], ARGV[2]) end
if ARGV[1] == 'begin' and ARGV[2] ~= '' then
  hear({ KEYS[3], KEYS[4], ARGV[8], ARGV[9] }, nowUs(), ARGV[7], KEYS[1], ARGV[2])
end
local r = parse(redis.call('GET', KEYS[1]))
local redrive = tonumber(ARGV[5])
if ARGV[1] == 'end' then
  if r.state ~= 'b' then return 0 end
  save(KEYS[1], 'x ' .. ARGV[4] .. ' ' .. int(redrive), ARGV[6])
  redis.call('ZREM', KEYS[5], KEYS[1])
  return 1
end
local free = r.state == 'none' or r.state == 'b' or (r.state == 'x' and r.redrive < redrive)
if not (isOwner(r, ARGV[2]) or (ARGV[2] == '' and free)) then return 0 end
save(KEYS[1], 'b ' .. ARGV[3] .. ' ' .. ARGV[4] .. ' ' .. int(redrive), ARGV[6])
return 1
