import type { Redis } from './redis.ts';
import { circuitKey, pauseKey } from './state-keys.ts';

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

/** `nowMs`: by Redis' clock. */
export async function readFleetState(
  redis: Redis,
  { instance, target }: { readonly instance: string; readonly target: string },
  nowMs: number,
): Promise<FleetState> {
  const paused = await redis.get(pauseKey(instance, target));
  const [untilMs = '0', reason = ''] = paused?.split(' ') ?? [];
  const leftMs = Number(untilMs) - nowMs;
  const open = await redis.hget(circuitKey(instance, target), 'open');
  return {
    pause: leftMs > 0 ? { reason, leftMs } : undefined,
    circuitOpenMs: open === null ? undefined : Math.max(0, nowMs - Number(open)),
  };
}
