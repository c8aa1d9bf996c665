/** A timer of more ms fires at once. */
export const longestTimerMs = 2 ** 31 - 1;

/**
 * Waits, but no longer than the signal lasts. Resolves either way: who waits looks at the signal anyhow. Makes no error of an
 * ended signal, as `node:timers/promises` does: a dispatcher is woken hundreds of times a second.
 */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  for (let leftMs = ms; leftMs > 0 && !signal.aborted; leftMs -= longestTimerMs) {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(leftMs, longestTimerMs));
      signal.addEventListener('abort', done);
    });
  }
}
