-- The ledger's record of one event at one target, and what all scripts do with it. Put in front of every script.
--
-- A record is one string, its fields separated by spaces:
--
--   h OWNER UNTIL_MS SLOT_AT_US COUNTS DIGEST REDRIVE DOUBT   held: one pod works on it, until its lease ends
--   w NOT_BEFORE_MS COUNTS DIGEST REDRIVE DOUBT               waiting to be tried again
--   b CLASS DIGEST REDRIVE                                    burying: its dead letter is being written
--   x DIGEST REDRIVE                                          dead: its dead letter is written
--   d DIGEST                                                  done: it was delivered
--
-- COUNTS is ATTEMPTS TRIES THROTTLES SEEN: tries that cost an attempt, all tries since the last success of anyone,
-- throttles met while others were delivered, and the fleet's count of deliveries at the last try. DOUBT is `?` where a call
-- may have been made that is to be asked for before the next one, else nothing.
--
--        claim               complete
--   none ─────▶ held ───────────────────────▶ done
--                │ ▲  release      claim        (a claim of a done or dead record answers so and changes nothing)
--                │ └──────── waiting ◀─┐
--                ├─────────────────────┘
--                │ bury              bury done
--                └──────────▶ burying ─────────▶ dead ──claim with a newer redrive──▶ held, counts at zero
--
-- A lease that has ended is taken over by the next claim: as new while its slot had not come, in doubt after it, since
-- the call may have been made. Only the owner completes, releases or buries; a stalled one that wakes up is told that
-- the record is lost to it. Times are Redis' own clock.

local function nowUs()
  local t = redis.call('TIME')
  return t[1] * 1000000 + t[2]
end

local function int(number) return string.format('%.0f', number) end

local function words(text)
  local list = {}
  for word in string.gmatch(text, '%S+') do list[#list + 1] = word end
  return list
end

local function parse(text)
  if not text then return { state = 'none' } end
  local w = words(text)
  local r = { state = w[1] }
  local c = nil
  if r.state == 'h' then r.owner, r.untilMs, r.slotAtUs, c = w[2], tonumber(w[3]), tonumber(w[4]), 5
  elseif r.state == 'w' then r.notBeforeMs, c = tonumber(w[2]), 3
  elseif r.state == 'b' then r.class, r.digest, r.redrive = w[2], w[3], tonumber(w[4])
  elseif r.state == 'x' then r.digest, r.redrive = w[2], tonumber(w[3])
  else r.digest = w[2] end
  if c then
    r.attempts, r.tries, r.throttles, r.seen = tonumber(w[c]), tonumber(w[c + 1]), tonumber(w[c + 2]), tonumber(w[c + 3])
    r.digest, r.redrive, r.doubt = w[c + 4], tonumber(w[c + 5]), w[c + 6] == '?'
  end
  return r
end

local function counts(r)
  return int(r.attempts) .. ' ' .. int(r.tries) .. ' ' .. int(r.throttles) .. ' ' .. int(r.seen)
end

local function tail(r)
  return counts(r) .. ' ' .. r.digest .. ' ' .. int(r.redrive) .. (r.doubt and ' ?' or '')
end

local function held(r)
  return 'h ' .. r.owner .. ' ' .. int(r.untilMs) .. ' ' .. int(r.slotAtUs) .. ' ' .. tail(r)
end

local function waiting(r)
  return 'w ' .. int(r.notBeforeMs) .. ' ' .. tail(r)
end

-- Whom throttles met last: KEY TIMES, how often in a row although others were delivered in between. Three times say that it is
-- the event that is throttled, and not the fleet.
local function throttledInARow(last, key)
  local w = last and words(last) or {}
  return w[1] == key and tonumber(w[2]) or 0
end

local function isAlone(last, key) return throttledInARow(last, key) >= 3 end

local function save(key, text, rememberMs)
  redis.call('SET', key, text, 'PX', rememberMs)
end

local function isOwner(r, owner) return r.state == 'h' and r.owner == owner end
