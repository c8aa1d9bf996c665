/** How fast a queue takes what waits for it. */
export interface Outflow {
  /** So many entries were answered. */
  readonly answered: (count: number) => void;
  /** How long what is added behind `waiting` others is going to wait, in ms; 0 while nothing is known. */
  readonly waitMs: (waiting: number) => number;
}

/** Long enough for a few answers, and short enough to learn of a change before those who wait are too late. */
const windowMs = 250;
const slices = 5;
const sliceMs = windowMs / slices;

/** Fewer than this wait in any burst. */
const backlog = 20;

/**
 * Counts answers in slices of time, while entries wait: without a backlog the queue answers what it is given, and not what it
 * could.
 *
 *     idle ── a backlog ──▶ learning ── for as long as the window ──▶ known ── no backlog ──▶ idle
 */
export function createOutflow(now: () => number): Outflow {
  let counts = new Array<number>(slices).fill(0);
  let slice = 0;
  let backlogSinceMs = Infinity;

  const turn = (atMs: number) => {
    const current = Math.floor(atMs / sliceMs);
    for (let passed = Math.min(current - slice, slices); passed > 0; passed--) counts = [...counts.slice(1), 0];
    slice = current;
  };
  return {
    answered(count) {
      turn(now());
      counts[slices - 1] = (counts[slices - 1] ?? 0) + count;
    },
    waitMs(waiting) {
      if (waiting < backlog) {
        backlogSinceMs = Infinity;
        return 0;
      }
      const atMs = now();
      if (backlogSinceMs === Infinity) backlogSinceMs = atMs;
      if (!(atMs - backlogSinceMs > windowMs)) return 0;
      turn(atMs);
      // The slice that has only begun tells too little.
      const whole = counts.slice(0, -1).reduce((sum, count) => sum + count, 0);
      return (waiting / whole) * sliceMs * (slices - 1);
    },
  };
}
