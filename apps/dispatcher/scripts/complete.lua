-- Records that an event was delivered.
--
-- KEYS[1] record     KEYS[2] the fleet's count of deliveries     KEYS[3] calls in flight     KEYS[4] circuit     KEYS[5] pause
-- KEYS[6] the oldest events that are not settled (`claim.lua`)
-- ARGV[1] owner      ARGV[2] digest     ARGV[3] how long it is remembered, ms
-- ARGV[4] channel on which a closing circuit is told     ARGV[5] how long calls start slowly then, ms
-- Reply: 1 recorded, also where the record was gone with Redis' data; 0 when another owner has it by now.

redis.call('ZREM', KEYS[3], ARGV[1])
hear({ KEYS[4], KEYS[5], ARGV[4], ARGV[5] }, nowUs(), 'somebody', KEYS[1], ARGV[1])
local r = parse(redis.call('GET', KEYS[1]))
if not (isOwner(r, ARGV[1]) or r.state == 'none') then return 0 end
save(KEYS[1], 'd ' .. ARGV[2], ARGV[3])
redis.call('INCR', KEYS[2])
redis.call('ZREM', KEYS[6], KEYS[1])
return 1
