import { mostEntries } from '../shared/limits.ts';
import { queueFault } from '../shared/advice.ts';
import type { FaultLog } from '../shared/log.ts';
import { wait } from '../shared/wait.ts';
import type { Acknowledge } from './acknowledge.ts';
import type { Message } from './held.ts';
import type { Observe } from './observe.ts';
import type { Receive } from './poll.ts';
import type { Settle } from './settle.ts';

/** What a queue does with messages that nobody deletes. */
export interface QueueRules {
  /** It deletes a message at this age, however far it has come. */
  readonly retentionMs: number;
  /** `maxReceiveCount`: it moves a message to the dead-letter queue after so many receives; Infinity where it does not. */
  readonly mostReceives: number;
}

/** When a message is sent anew, so that neither rule ever ends an event. */
export interface Retention {
  readonly nearsEnd: (message: Message) => boolean;
  /** Looked at so often, by pods that call for nothing, that soon the queue would move it. */
  readonly isWorn: (message: Message) => boolean;
  /** Often enough to look for such messages, where none are received. */
  readonly lookEveryMs: () => number;
  /** A message that is hidden for longer could reach its end before it is seen again. */
  readonly longestHideMs: () => number;
}

/** A message is sent anew when less than this is left of its retention: time for an outage of ours, too. */
const longestLeftMs = 86_400_000;

/** So many looks in that time. */
const looks = 24;

/** `now` is the wall clock, ms. The rules are taken for these until others are learnt: the queue is asked once the pod is ready. */
export function createRetention(
  assumed: QueueRules,
  now: () => number,
): Retention & { readonly learn: (rules: QueueRules) => void } {
  let rules = assumed;
  // Of a short retention a quarter, or messages would be sent around for ever.
  const leftMs = () => Math.min(longestLeftMs, rules.retentionMs / 4);
  return {
    nearsEnd: ({ sentAtMs }) => now() - sentAtMs > rules.retentionMs - leftMs(),
    // One that was just sent anew is never worn, or a look would send it anew for ever.
    isWorn: ({ receiveCount }) => receiveCount > Math.max(1, rules.mostReceives / 2),
    lookEveryMs: () => leftMs() / looks,
    longestHideMs: () => leftMs() / 2,
    learn(told) {
      rules = told;
    },
  };
}

export interface TurnOverDeps {
  readonly receive: Receive;
  readonly retention: Retention;
  readonly settle: Pick<Settle, 'sendAnew'>;
  readonly hide: Acknowledge['hide'];
  readonly observe: Pick<Observe, 'settled'>;
  readonly log: FaultLog;
  /** Monotonic, ms. */
  readonly now: () => number;
}

export interface TurnOver {
  /** Receives, and notes that something did. */
  readonly receive: Receive;
  /** Looks after the queue until the signal ends. */
  readonly watch: (signal: AbortSignal) => Promise<void>;
}

/** Long enough for a look, with a slow SQS. */
const visibilitySeconds = 60;

/**
 * Messages that a look takes aside before it ends: SQS gives out the oldest first, but not strictly, and one that was given
 * back may stand behind all others.
 */
const mostSpared = 500;

/**
 * Receives for the sake of the retention alone while nothing else is received: a pause, an open circuit or a lost Redis may
 * last longer than a queue remembers. What is not near its end goes back when the look is over, within seconds.
 */
export function createTurnOver({ receive, retention, settle, hide, observe, log, now }: TurnOverDeps): TurnOver {
  let receivedMs = now();

  const look = async (signal: AbortSignal): Promise<void> => {
    const spared: Message[] = [];
    try {
      while (!signal.aborted && spared.length < mostSpared) {
        const messages = await receive(mostEntries, visibilitySeconds);
        if (messages.length === 0) return;
        const isDue = (message: Message) => retention.nearsEnd(message) || retention.isWorn(message);
        spared.push(...messages.filter((message) => !isDue(message)));
        const anew = messages.filter(isDue).map(async (message) => observe.settled(await settle.sendAnew(message)));
        await Promise.all(anew);
      }
    } finally {
      await Promise.all(spared.map(({ receiptHandle }) => hide(receiptHandle, 0)));
    }
  };

  return {
    receive(count, seconds) {
      receivedMs = now();
      return receive(count, seconds);
    },
    async watch(signal) {
      while (!signal.aborted) {
        await wait(retention.lookEveryMs(), signal);
        if (now() - receivedMs < retention.lookEveryMs()) continue;
        try {
          await look(signal);
        } catch (error) {
          log.warn(queueFault(error), 'queue.turn_over_failed');
        }
      }
    },
  };
}
