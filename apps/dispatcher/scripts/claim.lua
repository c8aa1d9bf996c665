-- Claims events for a pod, each on its own.
--
-- KEYS[1]  the ledger's birth mark     KEYS[2]  the fleet's count of deliveries     KEYS[3…]  one record an event
-- ARGV[1]  lease, ms    ARGV[2]  how long records are remembered, ms
-- ARGV[3…] five an event: owner, digest, redrive, sent at (ms of SQS' clock), 1 when it was received before
--
-- Reply: one list an event, of
--   { 'claimed', attempts }       it is the owner's now
--   { 'doubt', attempts }         it is the owner's now, but an earlier call may have been made; that costs an attempt
--   { 'held', ms }                another pod has it, for so long at most
--   { 'waiting', ms }             it is not to be tried before that
--   { 'burying', class }          its dead letter is to be written (again)
--   { 'done' }  { 'dead' }        nothing is left to do
--   { 'conflict' }                another event of this identity, with another content
--
-- Without a record a message that was received before and is older than the birth mark is in doubt: Redis lost its
-- data, and with it perhaps the word that this was delivered.

local us = nowUs()
local ms = math.floor(us / 1000)
local leaseMs, rememberMs = tonumber(ARGV[1]), ARGV[2]
redis.call('SET', KEYS[1], int(ms), 'NX')
local bornMs = tonumber(redis.call('GET', KEYS[1]))
local delivered = tonumber(redis.call('GET', KEYS[2]) or '0')

local replies = {}
for i = 3, #KEYS do
  local a = 3 + (i - 3) * 5
  local owner, digest, redrive = ARGV[a], ARGV[a + 1], tonumber(ARGV[a + 2])
  local sentAtMs, receivedBefore = tonumber(ARGV[a + 3]), ARGV[a + 4] == '1'
  local r = parse(redis.call('GET', KEYS[i]))

  local function take(doubt)
    local known = r.attempts ~= nil
    local mine = {
      owner = owner, untilMs = ms + leaseMs, slotAtUs = 0,
      attempts = (known and r.attempts or 0) + (doubt and 1 or 0), tries = known and r.tries or 0,
      throttles = known and r.throttles or 0, seen = known and r.seen or delivered,
      digest = digest, redrive = math.max(redrive, r.redrive or 0),
    }
    save(KEYS[i], held(mine), rememberMs)
    return { doubt and 'doubt' or 'claimed', mine.attempts }
  end

  if r.state == 'none' then replies[#replies + 1] = take(receivedBefore and sentAtMs < bornMs)
  elseif r.digest ~= digest then replies[#replies + 1] = { 'conflict' }
  elseif r.state == 'd' then replies[#replies + 1] = { 'done' }
  elseif r.state == 'b' and redrive <= r.redrive then replies[#replies + 1] = { 'burying', r.class }
  elseif r.state == 'x' and redrive <= r.redrive then replies[#replies + 1] = { 'dead' }
  elseif r.state == 'w' and r.notBeforeMs > ms then replies[#replies + 1] = { 'waiting', r.notBeforeMs - ms }
  elseif r.state == 'h' and r.untilMs > ms then replies[#replies + 1] = { 'held', r.untilMs - ms }
  else replies[#replies + 1] = take(r.state == 'h' and r.slotAtUs > 0 and r.slotAtUs <= us) end
end
return replies
