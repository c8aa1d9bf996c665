import type { TargetConfig } from '../shared/config.ts';
import { readFleetState, readOldest, readTimeUs, type FleetState, type OldestSeen } from '../shared/fleet-state.ts';
import { flightKey, logKey, scheduleKey, windowBuckets } from '../shared/state-keys.ts';
import { isPaced } from '../shared/limit-config.ts';
import type { Redis } from '../shared/redis.ts';

/** One window of a limit, as it is now. */
export interface WindowLook {
  readonly calls: number;
  readonly perMs: number;
  /** Calls that it counts now; `undefined` of a short one, which is kept by the spacing of slots and counts none. */
  readonly used: number | undefined;
  /** Until a call may be made as far as this window goes; `undefined` where Redis does not know the window yet. */
  readonly nextSlotMs: number | undefined;
}

export interface LimitLook extends FleetState {
  readonly windows: readonly WindowLook[];
  /** How long the oldest event waits by now of those that were received, or did until it ended; and how long ago the last receive was. */
  readonly oldest: { readonly ageMs: number; readonly receivedAgoMs: number } | undefined;
  /** Calls in flight, where the limit bounds them. */
  readonly inFlight: number | undefined;
}

/** Looks at what the limiter keeps, and changes nothing. Its own account of it stands in the dispatcher's `permit.lua` and `window.lua`. */
export async function lookAtLimit(
  redis: Redis,
  { instance, target }: { readonly instance: string; readonly target: string },
  { windows, margin, maxInFlight }: TargetConfig['limit'],
): Promise<LimitLook> {
  const nowUs = await readTimeUs(redis);
  const schedule = await redis.get(scheduleKey(instance, target));
  const scheduleMs = schedule === null ? undefined : Math.max(0, (Number(schedule) - nowUs) / 1_000);
  const state = await readFleetState(redis, { instance, target }, Math.floor(nowUs / 1_000));
  const looks: WindowLook[] = [];
  const oldest = await readOldest(redis, { instance, target });
  for (const { calls, per } of windows) {
    const paced = isPaced({ per });
    looks.push(
      paced
        ? { calls, perMs: per, used: undefined, nextSlotMs: scheduleMs }
        : readLog(await redis.hgetall(logKey(instance, target, per)), { calls, perMs: per, margin, nowUs }),
    );
  }
  return {
    windows: looks,
    ...state,
    oldest: ageOf(oldest, Math.floor(nowUs / 1_000)),
    inFlight:
      maxInFlight === undefined
        ? undefined
        : await redis.zcount(flightKey(instance, target), `(${nowUs.toFixed(0)}`, '+inf'),
  };
}

function ageOf({ unsettledSinceMs, last }: OldestSeen, nowMs: number) {
  if (last === undefined) return undefined;
  const sinceMs = Math.min(unsettledSinceMs ?? Infinity, last.sinceMs);
  return { ageMs: Math.max(0, nowMs - sinceMs), receivedAgoMs: Math.max(0, nowMs - last.receivedAtMs) };
}

interface LongWindow {
  readonly calls: number;
  readonly perMs: number;
  readonly margin: number;
  readonly nowUs: number;
}

function readLog(fields: Record<string, string>, { calls, perMs, margin, nowUs }: LongWindow): WindowLook {
  const { closed, sum } = fields;
  if (closed === undefined || sum === undefined) return { calls, perMs, used: undefined, nextSlotMs: undefined };
  const bucketUs = Math.round((perMs / windowBuckets) * 1_000);
  const windowUs = Math.round((perMs + margin) * 1_000);
  const oldest = Math.floor((nowUs - windowUs) / bucketUs);
  // The log forgets only as calls are asked for: what has left the window by now may still stand there.
  const counted = Object.entries(fields)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count: Number(count) }))
    .filter(({ bucket, count }) => bucket >= oldest && count > 0)
    .toSorted((one, other) => one.bucket - other.bucket);
  const used = counted.reduce((total, { count }) => total + count, 0);
  const first = counted[0]?.bucket ?? oldest;
  const roomUs = used < calls ? nowUs : (first + 1) * bucketUs + windowUs;
  return { calls, perMs, used, nextSlotMs: Math.max(0, Math.max(roomUs, Number(closed)) - nowUs) / 1_000 };
}
