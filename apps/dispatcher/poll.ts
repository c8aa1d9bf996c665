import type { QueueAttributeName } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { queueFault } from '../shared/advice.ts';
import type { FaultLog } from '../shared/log.ts';
import { mostEntries } from '../shared/limits.ts';
import type { Sqs } from '../shared/sqs.ts';
import { wait } from '../shared/wait.ts';
import { longestHeldWaitMs, type Bell } from './timing.ts';
import { firstSentAttribute } from './acknowledge.ts';
import type { Message } from './held.ts';
import type { Observe } from './observe.ts';
import type { Permit } from './permit.ts';
import type { QueueRules } from './retention.ts';

/**
 * A long poll ends after this at the latest, in s. It is never aborted: a message that SQS assigned to an aborted poll is
 * hidden until its visibility ends. So it must be short enough for a stop within Kubernetes' 30 s of grace.
 */
const longPollSeconds = 5;

export type Receive = (count: number, visibilitySeconds: number) => Promise<readonly Message[]>;

/** The only reader of the queue. */
export function createReceive(sqs: Pick<Sqs, 'receiveMessage'>, queueUrl: string, now: () => number): Receive {
  return async (count, visibilitySeconds) => {
    const requestedAtMs = now();
    const { Messages = [] } = await sqs.receiveMessage({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: Math.min(count, mostEntries),
      WaitTimeSeconds: longPollSeconds,
      VisibilityTimeout: visibilitySeconds,
      MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
      MessageAttributeNames: [firstSentAttribute],
    });
    return Messages.map(
      ({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MessageAttributes = {} }) => ({
        messageId: MessageId,
        receiptHandle: ReceiptHandle,
        body: Body,
        sentAtMs: Number(Attributes.SentTimestamp ?? 0),
        receiveCount: Number(Attributes.ApproximateReceiveCount ?? 1),
        firstSentAtMs: readTime(MessageAttributes[firstSentAttribute]?.StringValue),
        requestedAtMs,
      }),
    );
  };
}

function readTime(text: string | undefined): number | undefined {
  const ms = Number(text ?? Number.NaN);
  return Number.isSafeInteger(ms) && ms > 0 ? ms : undefined;
}

/** What SQS keeps messages for where nobody said otherwise, and what is asked of whoever sets the queue up. */
export const usualRules: QueueRules = { retentionMs: 4 * 86_400_000, mostReceives: 1_000 };

const redrivePolicy = z.object({ maxReceiveCount: z.coerce.number().min(1) });

/**
 * What the queue does with messages that nobody deletes. Where that cannot be read it is taken for the usual: should it be
 * longer, messages are sent anew earlier than they must.
 */
export async function readQueueRules(
  sqs: Pick<Sqs, 'getQueueAttributes'>,
  queueUrl: string,
  log: FaultLog,
): Promise<QueueRules> {
  try {
    const AttributeNames: QueueAttributeName[] = ['MessageRetentionPeriod', 'RedrivePolicy'];
    const { Attributes = {} } = await sqs.getQueueAttributes({ QueueUrl: queueUrl, AttributeNames });
    const { MessageRetentionPeriod: seconds, RedrivePolicy: policy } = Attributes;
    return {
      retentionMs: Number(seconds) > 0 ? Number(seconds) * 1_000 : usualRules.retentionMs,
      mostReceives: policy === undefined ? Infinity : redrivePolicy.parse(JSON.parse(policy)).maxReceiveCount,
    };
  } catch (error) {
    log.warn({ ...queueFault(error), assumed_days: usualRules.retentionMs / 86_400_000 }, 'queue.rules_unknown');
    return usualRules;
  }
}

export interface PollDeps {
  readonly receive: Receive;
  readonly visibilitySeconds: number;
  /** How many more messages could be worked soon. */
  readonly room: () => number;
  /** For less than this nothing is received: a receive costs the same for ten messages as for one. */
  readonly leastRoom: () => number;
  /** Rings when there may be more room, or a pause ends. */
  readonly changed: Bell;
  /** How things are with Redis and the fleet. */
  readonly look: () => Promise<Permit>;
  readonly take: (messages: readonly Message[]) => Promise<void>;
  readonly observe: Pick<Observe, 'polled'>;
  readonly log: FaultLog;
}

/** Receives at once: what one connection brings, 10 messages in some 15 ms, is not enough for a limit of hundreds a second. */
const mostReceives = 4;

/**
 * Receives while there is room, and only then: a message in hand ages in its visibility, and one that nobody may call for
 * is better left to the queue. So receiving stops, not only calling, while the fleet is paused, its circuit is open or Redis is gone. Receives
 * are doubled while they come back full, so that an empty queue is asked by one.
 * Resolves when the signal has ended and the last receive has been taken.
 */
export async function poll(deps: PollDeps, signal: AbortSignal): Promise<void> {
  let failures = 0;
  let receives = 1;
  const receiveOnce = async (room: number): Promise<boolean> => {
    const count = Math.min(room, mostEntries);
    const messages = await deps.receive(count, deps.visibilitySeconds);
    deps.observe.polled(messages.length);
    if (messages.length > 0) await deps.take(messages);
    return messages.length === count;
  };
  while (!signal.aborted) {
    const room = deps.room();
    if (room < deps.leastRoom()) {
      await deps.changed.heard(signal);
      continue;
    }
    const state = await deps.look();
    if (state.kind === 'gone') {
      await wait(500, signal);
      continue;
    }
    if (
      state.kind === 'paused' ||
      state.kind === 'open' ||
      (state.kind === 'full' && state.waitMs > longestHeldWaitMs)
    ) {
      await deps.changed.heard(signal, Math.min(state.waitMs, 5_000));
      continue;
    }
    const rooms = Array.from({ length: receives }, (_, i) => room - i * mostEntries).filter((left) => left > 0);
    const ends = await Promise.allSettled(rooms.map(receiveOnce));
    const failed = ends.find((end) => end.status === 'rejected');
    receives = ends.every((end) => end.status === 'fulfilled' && end.value) ? Math.min(receives * 2, mostReceives) : 1;
    failures = failed === undefined ? 0 : failures + 1;
    if (failed === undefined) continue;
    deps.observe.polled('error');
    deps.log.warn({ failures, ...queueFault(failed.reason) }, 'queue.receive_failed');
    await wait(Math.min(100 * 2 ** failures, 5_000), signal);
  }
}
