-- The circuit of a target, for its whole fleet. Put in front of the scripts that hear how calls ended, and of `probe.lua`.
--
-- A hash. Closed: `row`, the keys of the events whose calls found nobody since one found somebody, and `counts`, the calls
-- that found somebody and nobody in this span of 10 s and the two before (SPAN GOOD BAD GOOD BAD GOOD BAD). Open: `open`
-- (since, ms), `next` (no probe before, ms), `asks` and `sends` (probes that failed in a row, by stage), and of the probe
-- `pod`, `until` (its lease, ms), `stage` (`ask`: it asks `{ __typename }`; `send`: it calls for one event), and `event` (the
-- owner of that event's claim, once it has a slot).
--
--   closed ──5 events in a row, or half of 10 calls──▶ waiting ──take──▶ asking ──answered──▶ sending
--     ▲                                                ▲  ▲                │                  │  │
--     │                                                │  └─────failed─────┘                  │  │
--     │                                                └────────its call found nobody─────────┘  │
--     └─────────────────────────────────────────────────────────its call found somebody──────────┘
--
-- Events count, not calls, and only by tries that say something of the target: an event that finds nobody once more, after
-- others were delivered since its last try (`again`), says something of itself, and must not shut the others out. While open,
-- only the probe's end moves it; what other calls under way find is of before. A probe whose lease has ended is anyone's.
-- A circuit that Redis lost is closed, and opens anew by the same rules.

local circuitRow, circuitLeast, spanUs = 5, 10, 10000000
-- A target that is restarted is back within seconds. One that answers, but not to events, is sent others soon: a batch that
-- finds nobody, whatever is behind it, must not stand before the rest for long.
local firstProbeMs, longestAskMs, longestSendMs = 1000, 30000, 2000

local function readCounts(text, span)
  local w = words(text or '')
  local age = w[1] and span - tonumber(w[1]) or 3
  local counts = {}
  for i = 0, 2 do
    local from = 2 + (i - age) * 2
    local known = i - age >= 0 and age >= 0
    counts[i + 1] = { good = known and tonumber(w[from]) or 0, bad = known and tonumber(w[from + 1]) or 0 }
  end
  return counts
end

local function writeCounts(span, counts)
  local list = { int(span) }
  for _, each in ipairs(counts) do list[#list + 1] = int(each.good) .. ' ' .. int(each.bad) end
  return table.concat(list, ' ')
end

-- Frees the probe, and lets the next one wait the longer the more have failed.
local function postponeProbe(key, ms, failed, longestMs)
  local failures = redis.call('HINCRBY', key, failed, 1)
  local waitMs = math.min(longestMs, firstProbeMs * 2 ^ math.min(failures - 1, 30))
  redis.call('HDEL', key, 'pod', 'until', 'stage', 'event')
  redis.call('HSET', key, 'next', int(ms + waitMs))
end

-- KEYS and what they are told by: { circuit, pause, channel, slow start in ms }. `heard` is how a call ended for the event of
-- this record: `somebody`, `nobody`, or `nothing` where there was no call.
local function hear(circuit, us, heard, record, owner, again)
  local key, ms = circuit[1], math.floor(us / 1000)
  local f = redis.call('HMGET', key, 'open', 'event', 'row', 'counts')
  if f[1] then
    if f[2] ~= owner then return end
    if heard == 'nobody' then
      postponeProbe(key, ms, 'sends', longestSendMs)
    elseif heard == 'nothing' then
      redis.call('HDEL', key, 'event')
    else
      redis.call('DEL', key)
      -- As after a pause: calls begin slowly. A pause in force stands.
      local paused = redis.call('GET', circuit[2])
      if not paused or tonumber(words(paused)[1]) <= ms then
        redis.call('SET', circuit[2], int(ms) .. ' reachable', 'PX', circuit[4])
      end
      redis.call('PUBLISH', circuit[3], '0 reachable')
    end
    return
  end
  if heard == 'nothing' or (heard == 'nobody' and again) then return end

  local span = math.floor(us / spanUs)
  local row, counts = f[3] or '', readCounts(f[4], span)
  if heard == 'somebody' then
    row = ''
    counts[1].good = counts[1].good + 1
  elseif not string.find(row, record, 1, true) then
    row = row .. record .. ' '
    counts[1].bad = counts[1].bad + 1
  end
  local good, bad = 0, 0
  for _, each in ipairs(counts) do good, bad = good + each.good, bad + each.bad end
  if #words(row) >= circuitRow or (heard == 'nobody' and good + bad >= circuitLeast and bad >= good) then
    redis.call('DEL', key)
    redis.call('HSET', key, 'open', int(ms), 'next', int(ms + firstProbeMs), 'asks', 0, 'sends', 0)
    redis.call('PUBLISH', circuit[3], int(firstProbeMs) .. ' unreachable')
  else
    redis.call('HSET', key, 'row', row, 'counts', writeCounts(span, counts))
  end
end
