import type { Sqs } from '../shared/sqs.ts';
import { refused, type Refused } from './refuse.ts';
import type { Routed } from './route.ts';

/** How many messages a queue holds, by their state, and for how long it keeps each. */
export interface Depth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  readonly retentionMs: number;
}

export type ReadDepth = (queueUrl: string) => Promise<Depth>;

/**
 * Keeps events out that would wait for too long: what a target's limit does not work off within half the time that its
 * queue keeps it would leave no time for an outage, or for mending what went wrong. An event is taken for all its targets
 * or for none.
 */
export interface Backlog {
  readonly admit: (routed: Routed) => Routed | Refused;
  /** Learns how much waits for a target. */
  readonly learn: (target: string, depth: Depth) => void;
}

/** The longest that a sender is asked to wait: it may as well ask again. */
const longestRetrySeconds = 3_600;

export function createReadDepth(sqs: Pick<Sqs, 'getQueueAttributes'>): ReadDepth {
  return async (queueUrl) => {
    const { Attributes = {} } = await sqs.getQueueAttributes({
      QueueUrl: queueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
        'MessageRetentionPeriod',
      ],
    });
    const count = (text: string | undefined) => Number(text ?? 0);
    return {
      visible: count(Attributes.ApproximateNumberOfMessages),
      inFlight: count(Attributes.ApproximateNumberOfMessagesNotVisible),
      delayed: count(Attributes.ApproximateNumberOfMessagesDelayed),
      retentionMs: count(Attributes.MessageRetentionPeriod) * 1_000,
    };
  };
}

/** `callsPerMs`: of each target, calls a ms that its limit allows in the long run. */
export function createBacklog(callsPerMs: ReadonlyMap<string, number>): Backlog {
  /** Of each target that takes no more: for how long the surplus takes. */
  const surplusMs = new Map<string, number>();
  return {
    admit(routed) {
      const full = routed.targets.filter((target) => surplusMs.has(target));
      if (full.length === 0) return routed;
      const longestMs = Math.max(...full.map((target) => surplusMs.get(target) ?? 0));
      return refused('backlog_full', `Too much waits for ${full.join(', ')} already: send it again later`, {
        eventId: routed.event.id,
        retryAfterSeconds: Math.min(Math.ceil(longestMs / 1_000), longestRetrySeconds),
      });
    },
    learn(target, { visible, inFlight, delayed, retentionMs }) {
      const overMs = (visible + inFlight + delayed) / (callsPerMs.get(target) ?? Infinity) - retentionMs / 2;
      if (overMs > 0) surplusMs.set(target, overMs);
      else surplusMs.delete(target);
    },
  };
}
