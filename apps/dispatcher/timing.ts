import { longestTimerMs } from '../shared/wait.ts';

/**
 * How long a message is hidden and claimed at once, in ms. Six timeouts, as SQS advises; never so short that a message in
 * hand could not be called for a while: a hold is renewed at half of it, or a twentieth later, and a call needs its timeout
 * and {@link spareMs} of it. So (1/2 − 1/20) of a hold is no less than both.
 */
export function holdMs(timeoutMs: number): number {
  return Math.max(6 * timeoutMs, Math.ceil((timeoutMs + spareMs) / 0.45));
}

/** What must be left of a hold beyond a call's timeout when the call begins: time to settle it. */
export const spareMs = 5_000;

/** Waits up to this are waited with the message in hand; for longer ones it goes back to the queue, hidden. */
export const longestHeldWaitMs = 30_000;

/** How long finished and waiting records are remembered: SQS' longest retention and a day. */
export const rememberMs = 15 * 86_400_000;

/** Something to wait for: each ring wakes all who wait. */
export interface Bell {
  ring(): void;
  /** Until the next ring, or `ms` at most, or the signal's end. */
  heard(signal: AbortSignal, ms?: number): Promise<void>;
}

export function createBell(): Bell {
  const waiting = new Set<() => void>();
  return {
    ring() {
      for (const wake of waiting) wake();
    },
    // Not by signals of its own: each that ends makes an error, and it rings several times an event.
    heard(signal, ms = Infinity) {
      if (signal.aborted || ms <= 0) return Promise.resolve();
      return new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const timer = ms <= longestTimerMs ? setTimeout(wake, ms) : undefined;
        waiting.add(wake);
        signal.addEventListener('abort', wake);
      });
    },
  };
}
