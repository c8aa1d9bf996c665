import { loadScript, type Redis, type ScriptReply } from './redis.ts';
import { logKey, scheduleKey, sharesKey } from './state-keys.ts';

/**
 * Declares that a target has no past: nobody called it who is not known here.
 *
 * KEYS[1] the schedule     KEYS[2] the shares     KEYS[3…] the logs of the long windows
 * Reply: 1
 *
 * Sets the next free slot to now, by Redis' clock in microseconds, unless a schedule exists: of one that does, slots may be
 * in use. What the logs have counted stays; only what they wait for, as it may have been forgotten, is over.
 */
const open = `
local t = redis.call('TIME')
redis.call('SET', KEYS[1], string.format('%.0f', t[1] * 1000000 + t[2]), 'NX')
redis.call('HSET', KEYS[2], 'lost', 0)
for i = 3, #KEYS do
  redis.call('HSET', KEYS[i], 'closed', 0)
  for _, field in ipairs({ 'sum', 'tail', 'head' }) do redis.call('HSETNX', KEYS[i], field, 0) end
end
return 1
`;

export interface TargetName {
  readonly instance: string;
  readonly target: string;
}

/**
 * Declares that nobody has called this target yet. Without it the limiter takes a missing past for a lost one, and stays
 * closed until the calls that it may have forgotten have left every window: two seconds for a window of one second, an hour
 * for one of an hour.
 */
export async function declareFirstStart(
  redis: Redis,
  { instance, target }: TargetName,
  longPerMs: readonly number[],
): Promise<ScriptReply> {
  const logs = longPerMs.map((perMs) => logKey(instance, target, perMs));
  return loadScript(
    redis,
    'egwOpenSchedule',
    open,
  )([scheduleKey(instance, target), sharesKey(instance, target), ...logs], []);
}
