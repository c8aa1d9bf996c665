import type { Message } from './message.ts';

/** Long polls on one queue: the one that waits longest is served first. */
export interface Waiters {
  readonly wait: (
    take: () => readonly Message[],
    waitMs: number,
    whenLeft: (then: () => void) => void,
  ) => Promise<readonly Message[]>;
  /** A message came in line, or is hidden until another time. */
  readonly changed: () => void;
}

export interface WaitersOptions {
  readonly isEmpty: () => boolean;
  readonly settle: () => void;
  /** In how many real ms the next hidden message shows. */
  readonly nextMs: () => number | undefined;
}

/** The longest that SQS lets anyone wait: what shows later nobody waits for who waits now. */
const longestWaitMs = 20_000;

interface Waiter {
  readonly take: () => readonly Message[];
  readonly end: (messages: readonly Message[]) => void;
}

export function createWaiters({ isEmpty, settle, nextMs }: WaitersOptions): Waiters {
  const waiting = new Set<Waiter>();
  let isAsked = false;
  let timer: NodeJS.Timeout | undefined;

  const serve = () => {
    isAsked = true;
    clearTimeout(timer);
    settle();
    for (const waiter of waiting) {
      if (isEmpty()) break;
      const messages = waiter.take();
      if (messages.length > 0) waiter.end(messages);
    }
    isAsked = false;
    if (waiting.size === 0) return;
    // A timer may fire a little early: it then finds nothing due, and is set again.
    const ms = nextMs();
    if (ms !== undefined && ms < longestWaitMs) timer = setTimeout(serve, ms).unref();
  };
  const changed = () => {
    if (isAsked || waiting.size === 0) return;
    isAsked = true;
    // Not at once: the ten entries of a batch are one receive's.
    queueMicrotask(serve);
  };
  return {
    changed,
    wait: (take, waitMs, whenLeft) =>
      new Promise((resolve) => {
        const waiter: Waiter = {
          take,
          end(messages) {
            clearTimeout(ends);
            waiting.delete(waiter);
            resolve(messages);
          },
        };
        const ends = setTimeout(() => waiter.end([]), waitMs);
        waiting.add(waiter);
        whenLeft(() => waiter.end([]));
        changed();
      }),
  };
}
