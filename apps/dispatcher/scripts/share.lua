-- Holds, or gives back, one numbered share of the limit for a pod (`shares.lua` says what for).
--
-- KEYS[1] shares     ARGV[1] `hold` or `return`     ARGV[2] the pod     ARGV[3] the number it had, 0 for none
-- ARGV[4] how many shares there are     ARGV[5] lease, µs     ARGV[6] for how long after it a share may be in use, µs
-- ARGV[7] for how long the pod's own last calls may still count, µs
-- ARGV[8] Redis' time after which this is not to be done any more, µs, 0 for none: the pod counts from when it asked, so a
-- request that was long under way must not lengthen a lease that the pod holds for ended
-- Reply: { us, number }: Redis' time, and the share that is held now, 0 for none; number -1 where the request came too late

local us = nowUs()
local owner, had, count = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local leaseUs, busyUs, ownUs, deadline = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
if deadline > 0 and us > deadline then return { us, -1 } end
local lostUntil = sharesLostUntil(KEYS[1], us, leaseUs, busyUs)

local function write(number, holder, leaseUntil)
  redis.call('HSET', KEYS[1], int(number), holder .. ' ' .. int(leaseUntil) .. ' ' .. int(us + ownUs))
  return { us, number }
end

if ARGV[1] == 'return' then
  local share = readShare(KEYS[1], had)
  if share and share.owner == owner then write(had, '-', 0) end
  return { us, 0 }
end

local share = had > 0 and had <= count and readShare(KEYS[1], had)
if share ~= false and (not share or share.owner == owner) then return write(had, owner, us + leaseUs) end
for number = 1, count do
  local other = readShare(KEYS[1], number)
  local isFree = other and other.leaseUntil <= us or (not other and us >= lostUntil)
  if isFree and not mayBeInUse(other, us, busyUs, lostUntil) then return write(number, owner, us + leaseUs) end
end
return { us, 0 }
