import { keyPrefix, loadScript, type Redis, type ScriptReply } from './redis.ts';

/**
 * KEYS[1] the limiter's schedule of one target
 * Reply: 1 when the schedule was opened, 0 when there already was one.
 *
 * Sets the next free slot to now, by Redis' clock in microseconds, unless a schedule exists.
 */
const open = `
local t = redis.call('TIME')
local now = string.format('%.0f', t[1] * 1000000 + t[2])
return redis.call('SET', KEYS[1], now, 'NX') and 1 or 0
`;

/** The key under which the limiter of a target keeps its next free slot. */
export function scheduleKey(instance: string, target: string): string {
  return `${keyPrefix(instance, target)}schedule`;
}

/**
 * Declares that nobody has called this target yet. Without it the limiter takes a missing schedule for a lost one, and
 * stays closed until the calls that it may have forgotten have left every window.
 */
export async function declareFirstStart(redis: Redis, instance: string, target: string): Promise<ScriptReply> {
  return loadScript(redis, 'egwOpenSchedule', open)([scheduleKey(instance, target)], []);
}
