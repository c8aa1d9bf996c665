import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { queueFault } from '../shared/advice.ts';
import type { Log } from '../shared/log.ts';
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

export interface BacklogTarget {
  readonly queueUrl: string;
  /** Calls a ms that its limit allows in the long run. */
  readonly callsPerMs: number;
}

/**
 * Keeps events out that would wait for too long: what a target's limit does not work off within half the time that its
 * queue keeps it would leave no time for an outage, or for mending what went wrong. An event is taken for all its targets
 * or for none.
 */
export interface Backlog {
  readonly admit: (routed: Routed) => Routed | Refused;
  /** Looks at all queues once. A queue that cannot be read is what it was. */
  readonly look: () => Promise<void>;
}

/** The longest that a sender is asked to wait: it may as well ask again. */
const longestRetrySeconds = 3_600;

export function createReadDepth(sqs: SQSClient): ReadDepth {
  return async (queueUrl) => {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
          'MessageRetentionPeriod',
        ],
      }),
    );
    const count = (text: string | undefined) => Number(text ?? 0);
    return {
      visible: count(Attributes.ApproximateNumberOfMessages),
      inFlight: count(Attributes.ApproximateNumberOfMessagesNotVisible),
      delayed: count(Attributes.ApproximateNumberOfMessagesDelayed),
      retentionMs: count(Attributes.MessageRetentionPeriod) * 1_000,
    };
  };
}

export function createBacklog(targets: ReadonlyMap<string, BacklogTarget>, readDepth: ReadDepth, log: Log): Backlog {
  /** Of each target that takes no more: for how long the surplus takes. */
  const surplusMs = new Map<string, number>();
  const unread = new Set<string>();

  const lookAt = async (name: string, { queueUrl, callsPerMs }: BacklogTarget): Promise<void> => {
    try {
      const { visible, inFlight, delayed, retentionMs } = await readDepth(queueUrl);
      const over = (visible + inFlight + delayed) / callsPerMs - retentionMs / 2;
      if (over > 0) surplusMs.set(name, over);
      else surplusMs.delete(name);
      unread.delete(name);
    } catch (error) {
      if (!unread.has(name)) log.warn({ target: name, ...queueFault(error) }, 'queue.depth_unknown');
      unread.add(name);
    }
  };
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
    async look() {
      await Promise.all([...targets].map(([name, target]) => lookAt(name, target)));
    },
  };
}
