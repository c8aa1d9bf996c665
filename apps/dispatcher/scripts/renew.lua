-- Renews the leases of what a pod has in hand.
--
-- KEYS  one record an event     ARGV[1] lease, ms    ARGV[2] how long records are remembered, ms    ARGV[3…] owners
-- Reply: one number an event: 1 renewed, 0 lost to another owner.

local untilMs = math.floor(nowUs() / 1000) + tonumber(ARGV[1])
local replies = {}
for i = 1, #KEYS do
  local r = parse(redis.call('GET', KEYS[i]))
  if isOwner(r, ARGV[i + 2]) then
    r.untilMs = untilMs
    save(KEYS[i], held(r), ARGV[2])
    replies[i] = 1
  else
    replies[i] = 0
  end
end
return replies
