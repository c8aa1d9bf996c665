/** How the stand-in behaves. */
export interface Settings {
  /** `sink`: what is sent is counted and forgotten. `keep`: it can be received. */
  readonly mode: 'sink' | 'keep';
  /** Before each answer but an error, in ms. */
  readonly delayMs: number;
  /** Messages that it takes in a second; 0 for as many as come. */
  readonly capacity: number;
  /** Beyond the capacity, requests wait for their turn, or are refused with `RequestThrottled`. */
  readonly beyond: 'wait' | 'throttle';
}

export const initialSettings: Settings = { mode: 'keep', delayMs: 0, capacity: 0, beyond: 'wait' };

/** What it takes at once after a pause: so many ms of its capacity, but one full request at least. */
const burstMs = 50;
const burstMessages = 10;

/** A bucket of tokens. `take` returns after how many ms so many messages are taken; undefined where they are refused. */
export function createCapacity(
  { capacity, beyond }: Settings,
  now: () => number,
): { readonly take: (messages: number) => number | undefined } {
  // When all that was promised is taken: a clock of its own, so that late timers cost no capacity.
  let freeAtMs = 0;
  const aheadMs = Math.max(burstMs, (burstMessages / capacity) * 1_000);
  return {
    take(messages) {
      if (capacity === 0) return 0;
      const atMs = now();
      const takenAtMs = Math.max(freeAtMs, atMs - aheadMs) + (messages / capacity) * 1_000;
      if (takenAtMs > atMs && beyond === 'throttle') return undefined;
      freeAtMs = takenAtMs;
      return Math.max(0, takenAtMs - atMs);
    },
  };
}
