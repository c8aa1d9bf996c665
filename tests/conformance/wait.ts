import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after so long, or as soon as the signal ends; who must not go on then asks the signal. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
