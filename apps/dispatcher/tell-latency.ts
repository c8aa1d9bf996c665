import type { Redis } from '../shared/redis.ts';
import { latencyKey } from '../shared/state-keys.ts';
import { wait } from '../shared/wait.ts';

/** How long the calls of this pod take. */
export interface Latency {
  readonly took: (durationMs: number) => void;
  /** The 95th percentile of the last calls, in ms; `undefined` where none was made since this was last asked. */
  readonly take: () => number | undefined;
}

/** Enough for a percentile that one slow call does not move, few enough to follow a target that changes. */
const lastCalls = 100;

export function createLatency(): Latency {
  const durationsMs: number[] = [];
  let isNew = false;
  return {
    took(durationMs) {
      durationsMs.push(durationMs);
      if (durationsMs.length > lastCalls) durationsMs.shift();
      isNew = true;
    },
    take() {
      if (!isNew) return undefined;
      isNew = false;
      const ascending = durationsMs.toSorted((one, other) => one - other);
      return ascending[Math.floor(ascending.length * 0.95)];
    },
  };
}

export interface TellLatencyDeps {
  readonly redis: Pick<Redis, 'set'>;
  readonly names: { readonly instance: string; readonly target: string };
  readonly latency: Pick<Latency, 'take'>;
}

/** As often as a scaler looks. */
const everyMs = 5_000;

/** A fleet that has ended, or calls for nothing, leaves no old figure behind. */
const keptMs = 120_000;

/**
 * Tells the autoscaler, through Redis, how long calls take, until the signal ends. All pods call the same target, so that
 * the last word of any of them will do; what Redis does not hear is told with the next calls.
 */
export async function tellLatency({ redis, names, latency }: TellLatencyDeps, signal: AbortSignal): Promise<void> {
  const key = latencyKey(names.instance, names.target);
  while (!signal.aborted) {
    await wait(everyMs, signal);
    const ms = latency.take();
    if (ms !== undefined) await redis.set(key, String(Math.ceil(ms)), 'PX', keptMs).catch(() => undefined);
  }
}
