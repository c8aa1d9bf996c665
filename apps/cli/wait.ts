import { setTimeout as sleep } from 'node:timers/promises';

/** A timer of more ms fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Waits, but no longer than the signal lasts. Resolves either way: who waits looks at the signal anyhow. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  for (let left = ms; left > 0 && !signal.aborted; left -= longestTimerMs) {
    await sleep(Math.min(left, longestTimerMs), undefined, { signal }).catch(() => undefined);
  }
}
