-- The shares of a limit that pods may spend for a time without Redis. Put in front of `permit.lua` and `share.lua`.
--
-- A hash with one field a share: OWNER LEASE_UNTIL_US BUSY_UNTIL_US, and `lost`: until then shares that nobody holds may be
-- in use, as Redis lost the word of who holds them.
--
--   free ──hold──▶ held ──its lease ends──▶ in use, perhaps ──for so long at most──▶ free
--                  ▲  │                        │
--                  │  └──return──▶ free        │ hold, by its owner: it has come back, and no longer spends
--                  └───────────────────────────┘ (its last calls still count until BUSY_UNTIL)
--
-- An owner begins to spend only when its lease, a horizon and a window have passed, and ends before `busyUs` after the lease
-- does; so a share is in use only while it counts as in use here.

local function readShare(key, number)
  local text = redis.call('HGET', key, int(number))
  if not text then return nil end
  local w = words(text)
  return { owner = w[1], leaseUntil = tonumber(w[2]), busyUntil = tonumber(w[3]) }
end

-- Until when shares without an owner may be in use.
local function sharesLostUntil(key, us, leaseUs, busyUs)
  redis.call('HSETNX', key, 'lost', int(us + leaseUs + busyUs))
  return tonumber(redis.call('HGET', key, 'lost'))
end

local function mayBeInUse(share, us, busyUs, lostUntil)
  if not share then return us < lostUntil end
  if share.leaseUntil > us then return share.busyUntil > us end
  return math.max(share.leaseUntil + busyUs, share.busyUntil) > us
end

local function sharesInUse(key, us, count, leaseUs, busyUs)
  local lostUntil, inUse = sharesLostUntil(key, us, leaseUs, busyUs), 0
  for number = 1, count do
    if mayBeInUse(readShare(key, number), us, busyUs, lostUntil) then inUse = inUse + 1 end
  end
  return inUse
end
