-- Finds the access token of a fleet, or who asks for it: each generation is asked for once.
--
-- KEYS[1] token, sealed     KEYS[2] lease of the pod that asks     ARGV[1] the pod     ARGV[2] lease, ms
-- ARGV[3] the sealed token that is wanted no more, or empty
-- ARGV[4] a sealed token that this pod was given, and ARGV[5] what is left of its life, ms; else neither
-- Reply: { 'token', sealed, ms left }   there is one
--        { 'wait', ms }                 another pod asks, and has so long for it
--        { 'ask' }                      it is this pod's to ask
--
-- A token that comes when another pod has its place already is not kept: the other is the newer one. A pod whose
-- question failed keeps its lease, so that a fleet does not ask in the rhythm of all its pods.

local token, holder = redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2])
if token and token ~= ARGV[3] then return { 'token', token, redis.call('PTTL', KEYS[1]) } end
if holder and holder ~= ARGV[1] then return { 'wait', redis.call('PTTL', KEYS[2]) } end
if ARGV[4] then
  redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
  redis.call('DEL', KEYS[2])
  return { 'token', ARGV[4], tonumber(ARGV[5]) }
end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return { 'ask' }
