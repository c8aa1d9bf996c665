import { atLeast } from '../../proof.ts';
import { between } from '../disturbances.ts';
import { faultyRequests, keyless, perSecond, queueFaults, shortSize, wholeSize, type Row } from '../row.ts';
import { queueName } from '../stage.ts';

const deleteFails: Row = {
  number: 11,
  name: 'delete-fails',
  fault: 'deletes that fail, in part and whole, that are done and not answered, and that hang',
  whole: wholeSize,
  short: shortSize,
  setup: {},
  begin: queueFaults(
    { action: 'DeleteMessageBatch', fault: 'error500', probability: 0.1 },
    { action: 'DeleteMessageBatch', fault: 'resetExecuted', probability: 0.1 },
    { action: 'DeleteMessageBatch', fault: 'partial', probability: 0.1 },
    { action: 'DeleteMessageBatch', fault: 'partialExecuted', probability: 0.1 },
    { action: 'DeleteMessageBatch', fault: 'hang', probability: 0.01, times: 20 },
  ),
  injected: faultyRequests,
};

const visibilityEnds: Row = {
  number: 12,
  name: 'visibility-ends',
  fault:
    'messages that SQS shows again in the middle of slow calls, whatever was asked of it; the target knows no keys',
  whole: wholeSize,
  short: shortSize,
  setup: { ...keyless.setup, latencyMs: 30 },
  async begin({ queue, target }) {
    await queue.order([{ action: 'ReceiveMessage', fault: 'early', ms: 150, probability: 0.3 }]);
    await target.order({ fault: 'latency', ms: 600, every: 10, times: null });
  },
  injected: faultyRequests,
  mayDie: keyless.mayDie,
};

const sendsFail: Row = {
  number: 13,
  name: 'sends-fail',
  fault: 'SendMessageBatch that fails in part and whole, done and not done, and is answered late',
  whole: wholeSize,
  short: shortSize,
  setup: {},
  begin: queueFaults(
    { action: 'SendMessageBatch', fault: 'partial', probability: 0.1, share: 0.3 },
    { action: 'SendMessageBatch', fault: 'partialExecuted', probability: 0.05, share: 0.3 },
    { action: 'SendMessageBatch', fault: 'error500Executed', probability: 0.02 },
    { action: 'SendMessageBatch', fault: 'resetExecuted', probability: 0.02 },
    { action: 'SendMessageBatch', fault: 'slow', ms: 700, probability: 0.01 },
  ),
  injected: faultyRequests,
};

const queueLies: Row = {
  number: 14,
  name: 'queue-lies',
  fault: 'SQS gives messages twice, late, out of order and after their deletion, throttles and fails',
  whole: wholeSize,
  short: shortSize,
  setup: {},
  begin: queueFaults(
    { action: 'ReceiveMessage', fault: 'twice', probability: 0.1 },
    { action: 'ReceiveMessage', fault: 'shuffle', probability: 0.2 },
    { action: 'ReceiveMessage', fault: 'redeliverDeleted', probability: 0.1 },
    { action: 'SendMessageBatch', fault: 'duplicate', probability: 0.05 },
    { action: 'SendMessageBatch', fault: 'late', ms: 2_000, probability: 0.05 },
    { action: '*', fault: 'throttle', probability: 0.02 },
    { action: '*', fault: 'error500', probability: 0.02 },
  ),
  injected: faultyRequests,
};

const receiveLost: Row = {
  number: 15,
  name: 'receive-lost',
  fault: 'receives whose messages are assigned and hidden, and whose answer is lost',
  whole: wholeSize,
  short: undefined,
  setup: {},
  begin: queueFaults({ action: 'ReceiveMessage', fault: 'resetExecuted', probability: 0.05 }),
  injected: faultyRequests,
};

const redelivered: Row = {
  number: 16,
  name: 'redelivered-late',
  fault:
    'finished events that the queue brings again a day later (1:20 000, and records by the same); the target knows no keys',
  whole: wholeSize,
  short: shortSize,
  setup: {
    ...keyless.setup,
    ...perSecond(400),
    edits: [
      {
        file: 'apps/dispatcher/timing.ts',
        find: 'export const rememberMs = 15 * 86_400_000;',
        replace: 'export const rememberMs = 65_000;',
      },
    ],
  },
  async disturb(world) {
    await world.wait(between(world, 800, 1_200));
    await world.queue.redeliver(queueName, 100);
  },
  mayDie: keyless.mayDie,
  bounds: ({ queue }) => [
    // What was deleted, beyond one message an event, came again.
    atLeast(
      'messages that came again',
      (queue.queues[queueName]?.deleted ?? 0) - (queue.queues[queueName]?.sent ?? 0),
      1,
    ),
  ],
};

export const queueRows: readonly Row[] = [deleteFails, visibilityEnds, sendsFail, queueLies, receiveLost, redelivered];
