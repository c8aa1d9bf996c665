import * as z from 'zod';
import { createQueue } from './queue.ts';

/** At most `calls` arrivals in any half-open span of `perMs` milliseconds. */
export interface Limit {
  calls: number;
  perMs: number;
}

/**
 * The windows below remember every arrival of the last `perMs`. An hour of 1,000 calls a second is 3.6 million numbers,
 * 30 MB, and no more is worth holding for a limit that is slower than one call in 36 ms anyway.
 */
export const limitSchema = z.strictObject({
  calls: z.int().min(1).max(100_000),
  perMs: z.int().min(1).max(3_600_000),
}) satisfies z.ZodType<Limit>;

/** Arrivals of the last `perMs`, told in the order in which they come. */
export interface SlidingWindow {
  add(at: number): void;
  /** How many arrivals lie less than `perMs` before `now`. */
  countAt(now: number): number;
  /** The arrival at this position from the newest, 1 being the newest. */
  fromNewest(position: number): number | undefined;
}

export function createSlidingWindow(perMs: number): SlidingWindow {
  const arrivals = createQueue<number>();
  const forget = (now: number): void => {
    for (let oldest = arrivals.at(0); oldest !== undefined && now - oldest >= perMs; oldest = arrivals.at(0))
      arrivals.shift();
  };
  return {
    add(at) {
      forget(at);
      arrivals.push(at);
    },
    countAt(now) {
      forget(now);
      return arrivals.length;
    },
    fromNewest: (position) => arrivals.at(arrivals.length - position),
  };
}

export type Place = { kind: 'admitted' } | { kind: 'limited'; retryAfterMs: number };

/**
 * A sliding window log. A refused call takes no place in it: otherwise a client that comes back too early once too
 * often would never be let in again, and one burst would be counted twice.
 */
export interface Limiter {
  /** Called once per arrival, at its moment on the monotonic clock. */
  take(at: number): Place;
}

/** @param admitted Earlier arrivals that hold a place, oldest first. */
export function createLimiter(limit: Limit, admitted: Iterable<number> = []): Limiter {
  const window = createSlidingWindow(limit.perMs);
  for (const at of admitted) window.add(at);
  return {
    take(at) {
      if (window.countAt(at) < limit.calls) {
        window.add(at);
        return { kind: 'admitted' };
      }
      // After the limit was lowered there may be more in the window than fit: a place is free when the last of the
      // superfluous ones and one more have left.
      const blocking = window.fromNewest(limit.calls) ?? at;
      return { kind: 'limited', retryAfterMs: blocking + limit.perMs - at };
    },
  };
}
