-- Stops the calls of the whole fleet for a while.
--
-- KEYS[1] pause     ARGV[1] for how long, ms     ARGV[2] reason, one word     ARGV[3] channel to tell it on
-- ARGV[4] for how long it is known after its end, ms: calls start slowly then
-- Reply: ms that are left of the pause now in force. A shorter pause never shortens a longer one.

local ms = math.floor(nowUs() / 1000)
local untilMs, reason = ms + tonumber(ARGV[1]), ARGV[2]
local paused = redis.call('GET', KEYS[1])
if paused then
  local w = words(paused)
  if tonumber(w[1]) >= untilMs then untilMs, reason = tonumber(w[1]), w[2] end
end
local leftMs = untilMs - ms
redis.call('SET', KEYS[1], int(untilMs) .. ' ' .. reason, 'PX', leftMs + ARGV[4])
redis.call('PUBLISH', ARGV[3], int(leftMs) .. ' ' .. reason)
return leftMs
