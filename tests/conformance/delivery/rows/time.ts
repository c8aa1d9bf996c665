import { atLeast, atMost } from '../../proof.ts';
import { between, hurt, oneOf } from '../disturbances.ts';
import { edges, perSecond, shortSize, wholeSize, type Row } from '../row.ts';
import { depthOfQueue, queueName } from '../stage.ts';

/** Six hours are a minute. */
const outageMs = 60_000;
const shortOutageMs = 10_000;

/** 1:360, as far as a machine can keep it: a hold of 60 s would be one of 0.17 s, less than a command to Redis may take. */
const outageEdits = [
  {
    file: 'apps/dispatcher/scripts/circuit.lua',
    find: 'local firstProbeMs, longestAskMs, longestSendMs = 1000, 30000, 2000',
    replace: 'local firstProbeMs, longestAskMs, longestSendMs = 3, 83, 6',
  },
  {
    file: 'apps/dispatcher/ledger.ts',
    find: 'const longestUnavailableMs = 30_000;',
    replace: 'const longestUnavailableMs = 83;',
  },
];

const outage: Row = {
  number: 26,
  name: 'outage',
  fault: 'the target is gone for 6 h (1:360), with all events waiting',
  whole: { events: 50_000, injections: 1 },
  short: { events: 4_000, injections: 1 },
  setup: { edges: ['target'], edits: outageEdits, backlog: 60_000 },
  begin({ link }) {
    link('target').cut();
    return Promise.resolve();
  },
  async disturb(world, progress) {
    // The outage begins when nothing comes any more: the sending takes its own time.
    while (!progress.produced) await world.wait(200);
    await world.wait((await depthOfQueue(world)) >= 50_000 ? outageMs : shortOutageMs);
    world.link('target').mend();
  },
  bounds: ({ unexplainedAttempts, queue, letters, outcomes }) => [
    // Those under way when it opened; then its probes, of which each is one event.
    atMost('calls for events at a target that is gone', outcomes['unavailable'] ?? 0, 500),
    atMost('attempts spent on the open circuit', unexplainedAttempts, 0),
    atMost('dead letters', letters.length, 0),
    atMost('receives of one message', queue.queues[queueName]?.mostReceives ?? 0, 999),
  ],
};

const retentionSeconds = 60;
const twoRetentionsMs = 135_000;

const retention: Row = {
  number: 27,
  name: 'retention',
  fault: 'an outage of more than two retentions of the queue (of 60 s, for 14 days)',
  whole: { events: 20_000, injections: 50 },
  short: undefined,
  setup: { edges: ['target'], retentionSeconds, backlog: 4_000 },
  begin({ link, wait }) {
    const target = link('target');
    target.cut();
    // What comes in meanwhile stays; the producer is held by the backlog.
    void wait(twoRetentionsMs).then(
      () => target.mend(),
      () => undefined,
    );
    return Promise.resolve();
  },
  injected: ({ queue, tally }) =>
    // Every message beyond the first of an event was sent anew.
    (queue.queues[queueName]?.sent ?? 0) - tally.accepted,
  bounds: ({ queue, tally }) => [
    atLeast('messages sent anew', (queue.queues[queueName]?.sent ?? 0) - tally.accepted, 1_000),
  ],
};

const longWait: Row = {
  number: 28,
  name: 'long-wait',
  fault: 'a Retry-After of 24 h (1:4 320), which is longer than SQS can hide a message (12 h, by the same)',
  whole: { events: 20_000, injections: 3 },
  short: undefined,
  setup: {
    edits: [
      {
        file: 'apps/dispatcher/acknowledge.ts',
        find: 'const longestSeconds = 43_200 - 60;',
        replace: 'const longestSeconds = 10;',
      },
      {
        file: 'apps/dispatcher/timing.ts',
        find: 'export const longestHeldWaitMs = 30_000;',
        replace: 'export const longestHeldWaitMs = 1_000;',
      },
    ],
  },
  async disturb(world) {
    await world.target.order({ fault: 'status', status: 429, retryAfter: 20, times: 1 });
    await world.wait(30_000);
  },
  bounds: ({ unexplainedAttempts }) => [atMost('attempts spent on the wait', unexplainedAttempts, 0)],
};

const networks: Row = {
  number: 29,
  name: 'networks',
  fault: 'all four networks are cut, frozen, slow, in small pieces, and lose answers, one at a time',
  whole: wholeSize,
  short: shortSize,
  setup: { ...perSecond(400), edges },
  async disturb(world) {
    const edge = oneOf(world, edges);
    const link = world.link(edge);
    const forMs = between(world, 200, 800);
    const how = oneOf(world, ['cut', 'freeze', 'loseReplies', 'delay', 'slice'] as const);
    switch (how) {
      case 'delay':
        link.delay(1, between(world, 10, 60));
        await world.wait(2 * forMs);
        link.delay(0, 0);
        return;
      case 'slice':
        link.slice(7);
        await world.wait(2 * forMs);
        link.slice(0);
        return;
      case 'cut':
      case 'freeze':
      case 'loseReplies':
        return hurt(world, edge, how, forMs);
      default:
        return how satisfies never;
    }
  },
};

export const timeRows: readonly Row[] = [outage, retention, longWait, networks];
