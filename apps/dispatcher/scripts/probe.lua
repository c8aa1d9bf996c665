-- Moves the probe of an open circuit on (`circuit.lua` draws its states).
--
-- KEYS[1] circuit     KEYS[2] calls in flight     ARGV[1] the pod     ARGV[2] lease, ms
-- ARGV[3] `take`      to have the probe, or to keep it
--         `answered`  the target answered: send it one event next
--         `failed`    it did not
--         `leave`     the pod stops: anyone may have the probe at once
-- Reply: { 'closed' }         there is no circuit to probe
--        { 'wait', ms }       another pod has the probe, or it is not time yet
--        { 'ask' } { 'send' } it is this pod's, at that stage
--
-- The lease is not renewed once the event has its slot: a pod that loses sight of its own call would else keep the probe.

local ms = math.floor(nowUs() / 1000)
local pod, leaseMs, what = ARGV[1], tonumber(ARGV[2]), ARGV[3]
if what ~= 'take' then redis.call('ZREM', KEYS[2], '!' .. pod) end
local f = redis.call('HMGET', KEYS[1], 'open', 'next', 'pod', 'until', 'stage', 'event')
if not f[1] then return { 'closed' } end

local nextMs, holder, untilMs = tonumber(f[2]), f[3], tonumber(f[4] or '0')
if holder ~= pod or untilMs <= ms then
  if holder and untilMs > ms then return { 'wait', untilMs - ms } end
  if what ~= 'take' or nextMs > ms then return { 'wait', math.max(nextMs - ms, 1) } end
  redis.call('HDEL', KEYS[1], 'event')
  redis.call('HSET', KEYS[1], 'pod', pod, 'until', int(ms + leaseMs), 'stage', 'ask')
  return { 'ask' }
end
if what == 'failed' then
  postponeProbe(KEYS[1], ms, 'asks', longestAskMs)
  return { 'wait', tonumber(redis.call('HGET', KEYS[1], 'next')) - ms }
end
if f[6] then return { 'send' } end
if what == 'leave' then
  redis.call('HDEL', KEYS[1], 'pod', 'until', 'stage')
  return { 'wait', 1 }
end
local stage = what == 'answered' and 'send' or f[5]
redis.call('HSET', KEYS[1], 'until', int(ms + leaseMs), 'stage', stage)
if what == 'answered' then redis.call('HSET', KEYS[1], 'asks', 0) end
return { stage }
