import { atLeast, atMost } from '../../proof.ts';
import { SQSClient } from '@aws-sdk/client-sqs';
import { between } from '../disturbances.ts';
import { dwellsMs } from '../evidence.ts';
import {
  faultyAnswers,
  faultyRequests,
  keyless,
  perEventSize,
  perSecond,
  poisonKinds,
  poisonPrefix,
  shortSize,
  wholeSize,
  type Row,
} from '../row.ts';
import { sendToQueue } from '../send-to-queue.ts';
import { deadLetterName, depthOfQueue } from '../stage.ts';

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
  injected: faultyRequests,
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
  injected: faultyAnswers,
  mayDie: (id) => id.startsWith(poisonPrefix),
  bounds(evidence) {
    const dwells = dwellsMs(evidence, (id) => !id.startsWith(poisonPrefix));
    const [median = NaN, p99 = NaN] = [0.5, 0.99].map((part) => dwells[Math.floor(part * dwells.length)]);
    return [atMost('dwell of the others, p99 ÷ median', p99 / median, 2)];
  },
};

/** Longer than it takes to start, and shorter than there are letters. */
const redriveKilledAfterMs = { least: 500, most: 1_500 };

const redriveArgs = ['dlq', 'redrive', '--share', '0.5', '--hide', '2s'];

const redriven: Row = {
  number: 31,
  name: 'redriven',
  fault:
    'SIGKILL of redrives of dead letters, which are slow to delete or stay; half of them die again; the target knows no keys',
  whole: wholeSize,
  short: undefined,
  setup: { ...keyless.setup, ...perSecond(400), poisonPercent: 10 },
  async begin({ queue, target }) {
    const match = { idPrefix: poisonPrefix };
    await target.order({ fault: 'errors', code: 'BAD_USER_INPUT', every: 2, times: null, match });
    await queue.order([
      { action: 'DeleteMessage', queue: deadLetterName, fault: 'error500', probability: 0.4 },
      { action: 'DeleteMessage', queue: deadLetterName, fault: 'slow', ms: 100, probability: 0.8 },
    ]);
  },
  async disturb(world) {
    const { least, most } = redriveKilledAfterMs;
    await world.wait(between(world, 100, 400));
    await world.egw(redriveArgs, Math.round(between(world, least, most)));
  },
  async mend(world) {
    await Promise.all([world.target.forgive(), world.queue.order([])]);
    const lettersLeft = async () => (await world.queue.messages(deadLetterName)).length;
    // What a killed one had in hand is hidden for a while.
    while ((await lettersLeft()) > 0 || (await depthOfQueue(world)) > 0) {
      await world.wait(500);
      await world.egw(redriveArgs, 20_000);
    }
  },
  bounds: ({ queue }) => [atLeast('letters sent again', queue.queues[deadLetterName]?.deleted ?? 0, 100)],
};

export const letterRows: readonly Row[] = [foreignMessages, noDeadLetters, poison, redriven];
