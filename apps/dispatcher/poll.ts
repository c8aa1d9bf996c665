import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { nameError, type Log } from '../shared/log.ts';
import { longestHeldWaitMs, wait, type Bell } from './timing.ts';
import type { Message } from './held.ts';
import type { Permit } from './permit.ts';

/**
 * A long poll ends after this at the latest, in s. It is never aborted: a message that SQS assigned to an aborted poll is
 * hidden until its visibility ends. So it must be short enough for a stop within Kubernetes' 30 s of grace.
 */
const longPollSeconds = 5;

/** A receive brings 10 messages at most. */
const most = 10;

export type Receive = (count: number, visibilitySeconds: number) => Promise<readonly Message[]>;

/** The only reader of the queue. */
export function createReceive(sqs: SQSClient, queueUrl: string, now: () => number): Receive {
  return async (count, visibilitySeconds) => {
    const requestedAtMs = now();
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(count, most),
        WaitTimeSeconds: longPollSeconds,
        VisibilityTimeout: visibilitySeconds,
        MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
      }),
    );
    return Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {} }) => ({
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      sentAtMs: Number(Attributes.SentTimestamp ?? 0),
      receiveCount: Number(Attributes.ApproximateReceiveCount ?? 1),
      requestedAtMs,
    }));
  };
}

export interface PollDeps {
  readonly receive: Receive;
  readonly visibilitySeconds: number;
  /** How many more messages could be worked soon. */
  readonly room: () => number;
  /** Rings when there may be more room, or a pause ends. */
  readonly changed: Bell;
  /** How things are with Redis and the fleet. */
  readonly look: () => Promise<Permit>;
  readonly take: (messages: readonly Message[]) => Promise<void>;
  readonly log: Log;
}

/**
 * Receives while there is room, and only then: a message in hand ages in its visibility, and one that nobody may call for
 * is better left to the queue. So receiving stops, not only calling, while the fleet is paused or Redis is gone.
 * Resolves when the signal has ended and the last receive has been taken.
 */
export async function poll(deps: PollDeps, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const room = deps.room();
    if (room <= 0) {
      await deps.changed.heard(signal);
      continue;
    }
    const state = await deps.look();
    if (state.kind === 'gone') {
      await wait(500, signal);
      continue;
    }
    if (state.kind === 'paused' || (state.kind === 'full' && state.waitMs > longestHeldWaitMs)) {
      await deps.changed.heard(signal, Math.min(state.waitMs, 5_000));
      continue;
    }
    try {
      const messages = await deps.receive(room, deps.visibilitySeconds);
      failures = 0;
      if (messages.length > 0) await deps.take(messages);
    } catch (error) {
      failures++;
      deps.log.warn({ failures, error: nameError(error) }, 'queue.receive_failed');
      await wait(Math.min(100 * 2 ** failures, 5_000), signal);
    }
  }
}
