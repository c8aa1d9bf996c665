-- Claims events for a pod, each on its own.
--
-- KEYS[1]  the ledger's birth mark     KEYS[2]  the fleet's count of deliveries
-- KEYS[3]  the oldest event of the last receive: SINCE_MS RECEIVED_AT_MS
-- KEYS[4]  whom throttles met last (`release.lua`)
-- KEYS[5]  the oldest events that are not settled, of those that were received: their records, by since when they wait
-- KEYS[6…] one record an event
-- ARGV[1]  lease, ms    ARGV[2]  how long records are remembered, ms
-- ARGV[3]  0 where a call in doubt is simply made again; else how long it may still be at work, ms: it is asked for after that
-- ARGV[4…] six an event: owner, digest, redrive, sent at (ms of SQS' clock), 1 when it was received before, and since when
--          it waits (ms of the receiver's clock)
--
-- Reply: one list an event, of
--   { 'claimed', attempts, alone }   it is the owner's now; `alone` is 1 where throttles meet it and nobody else
--   { 'doubt', attempts, alone }     it is the owner's now, but an earlier call may have been made; that costs an attempt
--   { 'held', ms }                another pod has it, for so long at most
--   { 'waiting', ms }             it is not to be tried before that
--   { 'burying', class }          its dead letter is to be written (again)
--   { 'done' }  { 'dead' }        nothing is left to do
--   { 'conflict' }                another event of this identity, with another content
--
-- A doubt that is to be asked for stays with the record until `release` says that it is over, and costs its attempt once.
-- Without a record a message that was received before and is older than the birth mark is in doubt: Redis lost its
-- data, and with it perhaps the word that this was delivered.

-- The oldest ones are what is asked for; the rest comes back with the next receive.
local mostUnsettled = 1000

local us = nowUs()
local ms = math.floor(us / 1000)
local leaseMs, rememberMs, doubtMs = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
redis.call('SET', KEYS[1], int(ms), 'NX')
local bornMs = tonumber(redis.call('GET', KEYS[1]))
local delivered = tonumber(redis.call('GET', KEYS[2]) or '0')

local replies = {}
local lastThrottled = redis.call('GET', KEYS[4])
local oldestMs = math.huge
local unsettled = {}
for i = 6, #KEYS do
  local a = 4 + (i - 6) * 6
  local owner, digest, redrive = ARGV[a], ARGV[a + 1], tonumber(ARGV[a + 2])
  local sentAtMs, receivedBefore = tonumber(ARGV[a + 3]), ARGV[a + 4] == '1'
  local sinceMs = tonumber(ARGV[a + 5])
  oldestMs = math.min(oldestMs, sinceMs)
  local r = parse(redis.call('GET', KEYS[i]))

  local function take(doubt)
    local known = r.attempts ~= nil
    local mine = {
      owner = owner, untilMs = ms + leaseMs, slotAtUs = 0,
      attempts = (known and r.attempts or 0) + (doubt and 1 or 0), tries = known and r.tries or 0,
      throttles = known and r.throttles or 0, seen = known and r.seen or delivered,
      digest = digest, redrive = math.max(redrive, r.redrive or 0),
      doubt = r.doubt or (doubt and doubtMs > 0),
    }
    -- Nobody knows when the call was made that Redis forgot, so it may still be at work.
    if doubt and doubtMs > 0 and r.state == 'none' then
      mine.notBeforeMs = ms + doubtMs
      save(KEYS[i], waiting(mine), rememberMs)
      return { 'waiting', doubtMs }
    end
    save(KEYS[i], held(mine), rememberMs)
    return { (doubt or r.doubt) and 'doubt' or 'claimed', mine.attempts, isAlone(lastThrottled, KEYS[i]) and 1 or 0 }
  end

  if r.state == 'none' then replies[#replies + 1] = take(receivedBefore and sentAtMs < bornMs)
  elseif r.digest ~= digest then replies[#replies + 1] = { 'conflict' }
  elseif r.state == 'd' then replies[#replies + 1] = { 'done' }
  elseif r.state == 'b' and redrive <= r.redrive then replies[#replies + 1] = { 'burying', r.class }
  elseif r.state == 'x' and redrive <= r.redrive then replies[#replies + 1] = { 'dead' }
  elseif r.state == 'w' and r.notBeforeMs > ms then replies[#replies + 1] = { 'waiting', r.notBeforeMs - ms }
  elseif r.state == 'h' and r.untilMs > ms then replies[#replies + 1] = { 'held', r.untilMs - ms }
  else replies[#replies + 1] = take(r.state == 'h' and r.slotAtUs > 0 and r.slotAtUs <= us) end

  local said = replies[#replies][1]
  if said == 'done' or said == 'dead' then redis.call('ZREM', KEYS[5], KEYS[i])
  elseif said ~= 'conflict' then
    unsettled[#unsettled + 1] = int(sinceMs)
    unsettled[#unsettled + 1] = KEYS[i]
  end
end
redis.call('SET', KEYS[3], int(oldestMs) .. ' ' .. int(ms))
if #unsettled > 0 then
  redis.call('ZADD', KEYS[5], unpack(unsettled))
  redis.call('ZREMRANGEBYRANK', KEYS[5], mostUnsettled, -1)
  redis.call('PEXPIRE', KEYS[5], rememberMs)
end
return replies
