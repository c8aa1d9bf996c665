import { nameError, type Log } from '../shared/log.ts';
import { wait } from '../shared/wait.ts';
import type { Acknowledge } from './acknowledge.ts';
import type { Message } from './held.ts';
import type { Observe } from './observe.ts';
import type { Receive } from './poll.ts';
import type { Settle } from './settle.ts';

/** SQS deletes a message when its retention ends, however far it has come: before that it is sent anew. */
export interface Retention {
  readonly nearsEnd: (message: Message) => boolean;
  /** Often enough to look for such messages, where none are received. */
  readonly lookEveryMs: number;
}

/** A message is sent anew when less than this is left of its retention: time for an outage of ours, too. */
const longestLeftMs = 86_400_000;

/** So many looks in that time: SQS gives out the oldest messages first, though not strictly. */
const looks = 24;

/** `now` is the wall clock, ms. */
export function createRetention(retentionMs: number, now: () => number): Retention {
  // Of a short retention a quarter, or messages would be sent around for ever.
  const leftMs = Math.min(longestLeftMs, retentionMs / 4);
  return {
    nearsEnd: ({ sentAtMs }) => now() - sentAtMs > retentionMs - leftMs,
    lookEveryMs: leftMs / looks,
  };
}

export interface TurnOverDeps {
  readonly receive: Receive;
  readonly retention: Retention;
  readonly settle: Pick<Settle, 'sendAnew'>;
  readonly hide: Acknowledge['hide'];
  readonly observe: Pick<Observe, 'settled'>;
  readonly log: Log;
  /** Monotonic, ms. */
  readonly now: () => number;
}

export interface TurnOver {
  /** Receives, and notes that something did. */
  readonly receive: Receive;
  /** Looks after the queue until the signal ends. */
  readonly watch: (signal: AbortSignal) => Promise<void>;
}

/** Long enough to be sent anew or shown again, with a slow SQS. */
const visibilitySeconds = 60;

const most = 10;

/**
 * Receives for the sake of the retention alone while nothing else is received: a pause, an open circuit or a lost Redis may
 * last longer than a queue remembers. What is not near its end goes back at once.
 */
export function createTurnOver({ receive, retention, settle, hide, observe, log, now }: TurnOverDeps): TurnOver {
  let receivedMs = now();

  const turn = async (message: Message): Promise<boolean> => {
    if (!retention.nearsEnd(message)) {
      await hide(message.receiptHandle, 0);
      return false;
    }
    observe.settled(await settle.sendAnew(message));
    return true;
  };

  const turnAll = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const messages = await receive(most, visibilitySeconds);
      const turned = await Promise.all(messages.map(turn));
      if (!turned.includes(true)) return;
    }
  };

  return {
    receive(count, seconds) {
      receivedMs = now();
      return receive(count, seconds);
    },
    async watch(signal) {
      while (!signal.aborted) {
        await wait(retention.lookEveryMs, signal);
        if (now() - receivedMs < retention.lookEveryMs) continue;
        try {
          await turnAll(signal);
        } catch (error) {
          log.warn({ error: nameError(error) }, 'queue.turn_over_failed');
        }
      }
    },
  };
}
