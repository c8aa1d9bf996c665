import { SQSClient } from '@aws-sdk/client-sqs';
import { between } from '../disturbances.ts';
import type { Evidence } from '../evidence.ts';
import {
  atLeast,
  perEventSize,
  perSecond,
  poisonKinds,
  poisonPrefix,
  queueFaults,
  shortSize,
  wholeSize,
  type Row,
} from '../row.ts';
import { sendToQueue } from '../send-to-queue.ts';
import { deadLetterName, queueName } from '../stage.ts';

const strikes = ({ queue }: Evidence) => Object.values(queue.strikes).reduce((sum, count) => sum + count, 0);

/** Where a second call is a second effect. */
const keyless = { honoursKeys: false, inDoubt: 'deadLetter' };
const isInDoubt = (_id: string, letterClass: string) => letterClass === 'in_doubt';

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
  injected: strikes,
};

const visibilityEnds: Row = {
  number: 12,
  name: 'visibility-ends',
  fault:
    'messages that SQS shows again in the middle of slow calls, whatever was asked of it; the target knows no keys',
  whole: wholeSize,
  short: shortSize,
  setup: { ...keyless, latencyMs: 30 },
  async begin({ queue, target }) {
    await queue.order([{ action: 'ReceiveMessage', fault: 'early', ms: 150, probability: 0.3 }]);
    await target.order({ fault: 'latency', ms: 600, every: 10, times: null });
  },
  injected: strikes,
  mayDie: isInDoubt,
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
  injected: strikes,
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
  injected: strikes,
};

const receiveLost: Row = {
  number: 15,
  name: 'receive-lost',
  fault: 'receives whose messages are assigned and hidden, and whose answer is lost',
  whole: wholeSize,
  short: undefined,
  setup: {},
  begin: queueFaults({ action: 'ReceiveMessage', fault: 'resetExecuted', probability: 0.05 }),
  injected: strikes,
};

const redelivered: Row = {
  number: 16,
  name: 'redelivered-late',
  fault:
    'finished events that the queue brings again a day later (1:20 000, and records by the same); the target knows no keys',
  whole: wholeSize,
  short: shortSize,
  setup: {
    ...keyless,
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
  mayDie: isInDoubt,
  bounds: ({ queue }) => [
    // What was deleted, beyond one message an event, came again.
    atLeast(
      'messages that came again',
      (queue.queues[queueName]?.deleted ?? 0) - (queue.queues[queueName]?.sent ?? 0),
      1,
    ),
  ],
};

/** Messages of a producer that knows nothing of us. */
const foreignBodies = ['{"hello":"world"}', 'not json', '[]', '{"specversion":"1.0","id":"x"}', 'null'];

const foreignMessages: Row = {
  number: 17,
  name: 'foreign-messages',
  fault: 'messages on the queue that are no events of ours',
  whole: wholeSize,
  short: undefined,
  setup: perSecond(600),
  async disturb({ queue, queueUrl, wait, random }) {
    await wait(500 + random() * 300);
    const sqs = new SQSClient({
      endpoint: queue.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      useQueueUrlAsEndpoint: false,
    });
    await sendToQueue(sqs, queueUrl, foreignBodies);
    sqs.destroy();
  },
  bounds: ({ foreignLetters, letters, disturbances }) => [
    atLeast('dead letters of them', foreignLetters + letters.length, disturbances * foreignBodies.length),
  ],
  mayDie: (_id, letterClass) => letterClass === 'malformed',
};

const noDeadLetters: Row = {
  number: 18,
  name: 'dead-letters-refused',
  fault:
    'the dead-letter queue refuses, takes and does not say so, or is throttled, while 5 % of the events are poison',
  whole: wholeSize,
  short: { events: 1_000, injections: 5 },
  setup: { poisonPercent: 5 },
  async begin({ queue, target }) {
    await target.order({ fault: 'errors', code: 'BAD_USER_INPUT', times: null, match: { idPrefix: poisonPrefix } });
    await queue.order([
      { action: 'SendMessage', queue: deadLetterName, fault: 'error500', probability: 0.3 },
      { action: 'SendMessage', queue: deadLetterName, fault: 'throttle', probability: 0.3 },
      { action: 'SendMessage', queue: deadLetterName, fault: 'resetExecuted', probability: 0.1 },
    ]);
  },
  injected: strikes,
  mayDie: (id, letterClass) => id.startsWith(poisonPrefix) && letterClass === 'refused',
};

const poison: Row = {
  number: 19,
  name: 'poison',
  fault: '5 % of the events are poison: a third each is refused, makes 502 and makes 500',
  whole: perEventSize,
  short: shortSize,
  setup: { poisonPercent: 5 },
  // What makes 502 is an outage to those who are left alone with it, and is tried for ever.
  standsForMs: 20_000,
  async begin({ target }) {
    await target.order({
      fault: 'errors',
      code: 'BAD_USER_INPUT',
      times: null,
      match: { idPrefix: poisonKinds[0] },
    });
    await target.order({ fault: 'status', status: 502, times: null, match: { idPrefix: poisonKinds[1] } });
    await target.order({ fault: 'status', status: 500, times: null, match: { idPrefix: poisonKinds[2] } });
  },
  injected: ({ calls }) => calls.filter(({ outcome }) => outcome.startsWith('fault:')).length,
  mayDie: (id) => id.startsWith(poisonPrefix),
};

export const queueRows: readonly Row[] = [
  deleteFails,
  visibilityEnds,
  sendsFail,
  queueLies,
  receiveLost,
  redelivered,
  foreignMessages,
  noDeadLetters,
  poison,
];
