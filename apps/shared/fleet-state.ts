import type { Redis } from './redis.ts';
import { circuitKey, oldestKey, pauseKey, unsettledKey } from './state-keys.ts';

/** What stops the fleet of a target, as Redis has it. */
export interface FleetState {
  readonly pause: { readonly reason: string; readonly leftMs: number } | undefined;
  /** Since when the target is taken for gone, in ms; `undefined` while the circuit is closed. */
  readonly circuitOpenMs: number | undefined;
}

/** Redis' clock, in µs. */
export async function readTimeUs(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000_000 + Number(micros);
}

interface Names {
  readonly instance: string;
  readonly target: string;
}

/** `nowMs`: by Redis' clock. */
export async function readFleetState(redis: Redis, { instance, target }: Names, nowMs: number): Promise<FleetState> {
  const paused = await redis.get(pauseKey(instance, target));
  const [untilMs = '0', reason = ''] = paused?.split(' ') ?? [];
  const leftMs = Number(untilMs) - nowMs;
  const open = await redis.hget(circuitKey(instance, target), 'open');
  return {
    pause: leftMs > 0 ? { reason, leftMs } : undefined,
    circuitOpenMs: open === null ? undefined : Math.max(0, nowMs - Number(open)),
  };
}

/** What the fleet knows of the oldest events, in ms since 1970. */
export interface OldestSeen {
  /** Since when the oldest event waits that was received and is not settled. */
  readonly unsettledSinceMs: number | undefined;
  /** The oldest event of the last receive: since when it waited, and when it was received. SQS gives out the oldest first, about. */
  readonly last: { readonly sinceMs: number; readonly receivedAtMs: number } | undefined;
}

export async function readOldest(redis: Redis, { instance, target }: Names): Promise<OldestSeen> {
  const [, unsettled] = await redis.zrange(unsettledKey(instance, target), 0, '0', 'WITHSCORES');
  const last = await redis.get(oldestKey(instance, target));
  const [sinceMs = Number.NaN, receivedAtMs = Number.NaN] = (last ?? '').split(' ').map(Number);
  return {
    unsettledSinceMs: unsettled === undefined ? undefined : Number(unsettled),
    last: Number.isFinite(sinceMs) && Number.isFinite(receivedAtMs) ? { sinceMs, receivedAtMs } : undefined,
  };
}

/** Forgets events that the queue no longer holds, as they have waited since before it was last empty. */
export async function forgetOlder(redis: Redis, { instance, target }: Names, thanMs: number): Promise<void> {
  await redis.zremrangebyscore(unsettledKey(instance, target), '-inf', `(${thanMs}`);
}
