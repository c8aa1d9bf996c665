import { atMost } from '../../proof.ts';
import { between, freezePod, killPod, killReceiver, stopPod } from '../disturbances.ts';
import { inFlightAtKills } from '../evidence.ts';
import { keyless, perSecond, shortSize, wholeSize, type Row } from '../row.ts';
import { queueName } from '../stage.ts';

/** What SQS has taken is under way back to the receiver for so long, so that a kill mostly strikes in between. */
const ackDelayMs = 60;

const receiverKilled: Row = {
  number: 1,
  name: 'receiver-killed',
  fault: 'SIGKILL of the receiver when SQS has the events and their senders do not know',
  whole: wholeSize,
  short: shortSize,
  setup: { ...perSecond(400), edges: ['receiver-queue'] },
  begin({ link }) {
    link('receiver-queue').delay(ackDelayMs / 2, ackDelayMs);
    return Promise.resolve();
  },
  async disturb(world) {
    await world.wait(between(world, 300, 700));
    await killReceiver(world);
  },
};

const podKilled: Row = {
  number: 2,
  name: 'dispatcher-killed',
  fault: 'SIGKILL of a dispatcher in the middle of its calls',
  whole: wholeSize,
  short: shortSize,
  setup: { ...perSecond(400), pods: 3 },
  async disturb(world) {
    await world.wait(between(world, 200, 600));
    await killPod(world);
  },
  bounds: (evidence) => [atMost('calls twice', evidence.tally.callsTwice, inFlightAtKills(evidence))],
};

const podKilledKeyless: Row = {
  ...podKilled,
  number: 3,
  name: 'dispatcher-killed-keyless',
  fault: 'the same, where the target knows no keys and inDoubt is deadLetter',
  short: undefined,
  setup: { ...podKilled.setup, ...keyless.setup },
  mayDie: keyless.mayDie,
};

/** A hold of 2 s: a pod that is frozen for longer has lost all that it had in hand. */
const frozenMs = 2_200;

const podFrozen: Row = {
  number: 4,
  name: 'dispatcher-frozen',
  fault: 'SIGSTOP of a dispatcher until others have taken over what it had in hand, then SIGCONT',
  whole: wholeSize,
  short: shortSize,
  setup: {
    ...perSecond(200),
    pods: 3,
    timeoutMs: 300,
    edits: [
      // A hold of 60 s, 1:30.
      {
        file: 'apps/dispatcher/timing.ts',
        find: 'export const spareMs = 5_000;',
        replace: 'export const spareMs = 500;',
      },
    ],
  },
  async disturb(world) {
    await freezePod(world, frozenMs);
    await world.wait(between(world, 50, 200));
  },
};

const podFrozenKeyless: Row = {
  ...podFrozen,
  number: 5,
  name: 'dispatcher-frozen-keyless',
  fault: 'the same, where the target knows no keys and inDoubt is deadLetter',
  short: undefined,
  setup: { ...podFrozen.setup, ...keyless.setup },
  mayDie: keyless.mayDie,
};

const hiddenName = 'messages that stopped pods left hidden';

const podStopped: Row = {
  number: 6,
  name: 'dispatcher-stopped',
  fault: 'SIGTERM of a dispatcher under load, and now and then of all of them',
  whole: wholeSize,
  short: shortSize,
  setup: perSecond(400),
  async disturb(world) {
    const { pods } = world;
    await world.wait(between(world, 100, 400));
    if (world.random() < 0.7) return stopPod(world);
    await Promise.all(pods.all.map((pod) => pods.stop(pod)));
    const hidden = (await world.queue.counts()).queues[queueName]?.inFlight ?? 0;
    world.most.set(hiddenName, Math.max(hidden, world.most.get(hiddenName) ?? 0));
    await pods.start(world.setup.pods);
  },
  bounds: ({ tally, most }) => [
    atMost('calls twice', tally.callsTwice, 0),
    atMost(hiddenName, most.get(hiddenName) ?? 0, 0),
  ],
};

const tenMinutesMs = 600_000;

const clockSkewed: Row = {
  number: 7,
  name: 'clock-skewed',
  fault: 'dispatchers whose clocks are wrong by up to 10 minutes, each in its own way',
  whole: wholeSize,
  short: undefined,
  setup: perSecond(300),
  async disturb(world) {
    const { pods } = world;
    await world.wait(between(world, 100, 400));
    const [oldest] = pods.all;
    const clockShiftMs = Math.round(between(world, -tenMinutesMs, tenMinutesMs));
    await Promise.all([oldest && pods.stop(oldest), pods.start(1, { clockShiftMs })]);
  },
  bounds: ({ tally }) => [atMost('calls twice', tally.callsTwice, 0)],
};

export const processRows: readonly Row[] = [
  receiverKilled,
  podKilled,
  podKilledKeyless,
  podFrozen,
  podFrozenKeyless,
  podStopped,
  clockSkewed,
];
