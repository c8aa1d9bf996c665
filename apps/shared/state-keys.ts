import { keyPrefix } from './redis.ts';

/** The ledger's record of an event at a target, by the event's key. */
export function recordKey(instance: string, target: string, key: string): string {
  return `${keyPrefix(instance, target)}e:${key}`;
}

/** The pause of a target's fleet: `UNTIL_MS REASON`, by Redis' clock. */
export function pauseKey(instance: string, target: string): string {
  return `${keyPrefix(instance, target)}pause`;
}

/** A long window is counted in so many buckets, of which the one that it cuts counts whole. */
export const windowBuckets = 600;
