import { setTimeout as delay } from 'node:timers/promises';

/** Time, passed in: tests bring their own `monotonicMs` where a boundary must be hit exactly. */
export interface Clock {
  /** Milliseconds with fractions that never run backwards; arrivals are measured in them. */
  monotonicMs(): number;
  /** Milliseconds since 1970, for people who compare logs. */
  wallMs(): number;
  /** Rejects with the signal's reason once that aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};
