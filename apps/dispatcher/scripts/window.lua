-- The log of a long window. Put in front of `permit.lua`.
--
-- A log is a hash that counts the calls of each bucket of time (a 600th of the window): its fields are the buckets' numbers
-- and `sum`, `tail`, `head` (oldest and newest bucket), `closed` (no slot before that, µs). A bucket counts as a whole while
-- any of it lies in the window, so the window is kept, and a 600th of it is what that costs. `tail` is never an empty bucket,
-- unless all are. It has no time to live: a log that is missing is a past that was lost, and is closed until horizon and
-- window have passed. Where Redis' clock jumped, all that is counted counts as of a horizon from now, since its slots may lie
-- as far ahead, and a log that was closed is closed anew: who knows when it was. That is forgotten a window after its end, by
-- when a pod that knew the time before has told of a jump.

local function openLog(key, us, horizonUs, calls, windowUs, bucketUs, stepped)
  local f = redis.call('HMGET', key, 'sum', 'tail', 'head', 'closed')
  local log = { key = key, calls = calls, windowUs = windowUs, bucketUs = bucketUs }
  local now = math.floor(us / bucketUs)
  if not f[1] then
    log.sum, log.tail, log.head, log.closed = 0, now, now, us + horizonUs + windowUs
    return log
  end
  log.sum, log.tail, log.head, log.closed = tonumber(f[1]), tonumber(f[2]), tonumber(f[3]), tonumber(f[4])
  if stepped then
    local latest = math.floor((us + horizonUs) / bucketUs)
    redis.call('DEL', key)
    if log.sum > 0 then redis.call('HSET', key, int(latest), int(log.sum)) end
    log.tail, log.head = latest, latest
    if log.closed > 0 then log.closed = us + horizonUs + windowUs end
  elseif log.closed + windowUs < us then
    log.closed = 0
  end
  return log
end

local function saveLog(log)
  redis.call('HSET', log.key, 'sum', int(log.sum), 'tail', int(log.tail), 'head', int(log.head), 'closed', int(log.closed))
end

-- Forgets what no window that ends at the slot can hold. Slots only ever grow, so each bucket is passed once.
local function forget(log, slot)
  local oldest = math.floor((slot - log.windowUs) / log.bucketUs)
  while log.tail < log.head or log.tail < oldest do
    if log.sum == 0 then
      log.tail = math.max(log.head, oldest)
      break
    end
    local count = tonumber(redis.call('HGET', log.key, int(log.tail)) or '0')
    if log.tail >= oldest and count > 0 then break end
    if count > 0 then
      redis.call('HDEL', log.key, int(log.tail))
      log.sum = log.sum - count
    end
    log.tail = log.tail + 1
  end
  log.head = math.max(log.head, log.tail)
end

-- 0 where every log has room for a call at the slot, else when it may have, µs. Only time itself may make room: what a
-- later slot would no longer count is still counted now.
local function closedUntil(logs, slot)
  local untilUs = 0
  for _, log in ipairs(logs) do
    forget(log, slot)
    if slot < log.closed then untilUs = math.max(untilUs, log.closed)
    elseif log.sum >= log.calls then untilUs = math.max(untilUs, (log.tail + 1) * log.bucketUs + log.windowUs) end
  end
  return untilUs
end

local function countCalls(log, slot, calls)
  local bucket = math.floor(slot / log.bucketUs)
  redis.call('HINCRBY', log.key, int(bucket), int(calls))
  -- Another Redis may count at an earlier time than it did before: an older bucket would else never be forgotten.
  log.tail = log.sum == 0 and bucket or math.min(log.tail, bucket)
  log.sum, log.head = log.sum + calls, math.max(log.head, bucket)
end
