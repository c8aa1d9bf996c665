import { atMost } from '../../proof.ts';
import { between, hurt } from '../disturbances.ts';
import { faultyAnswers, keyless, perEventSize, perSecond, shortSize, wholeSize, type Row } from '../row.ts';

const answersLost: Row = {
  number: 20,
  name: 'answers-lost',
  fault: 'the network loses the answers of calls that took effect, then resets their connections',
  whole: wholeSize,
  short: shortSize,
  setup: { ...perSecond(300), edges: ['target'] },
  async disturb(world) {
    // So many lost answers open the circuit, which is closed and back at its pace by then.
    await world.wait(between(world, 2_500, 3_500));
    await hurt(world, 'target', 'loseReplies', between(world, 50, 150));
  },
};

const commitsThenResets: Row = {
  number: 21,
  name: 'commits-then-resets',
  fault: 'each twentieth call takes effect and its connection is reset',
  whole: perEventSize,
  short: shortSize,
  setup: {},
  begin: ({ target }) => target.order({ fault: 'resetAfter', every: 20, times: null }),
  injected: faultyAnswers,
};

const commitsThenResetsKeyless: Row = {
  ...commitsThenResets,
  number: 22,
  name: 'commits-then-resets-keyless',
  fault: 'the same, where the target knows no keys and inDoubt is deadLetter',
  whole: wholeSize,
  ...keyless,
};

const query = 'query Find($key: ID!) { delivery(key: $key) { id } }';

const reconciled: Row = {
  number: 23,
  name: 'asked-for',
  fault:
    'calls are reset before and after they take effect, or take it when nobody waits any more; the target knows no keys, and is asked',
  whole: wholeSize,
  short: undefined,
  setup: {
    honoursKeys: false,
    inDoubt: { reconcile: { query } },
    timeoutMs: 500,
    edits: [
      {
        file: 'apps/dispatcher/timing.ts',
        find: 'export const spareMs = 5_000;',
        replace: 'export const spareMs = 1_500;',
      },
    ],
  },
  begin: ({ target }) =>
    target.order(
      // A question changes nothing, so that only calls for events are struck.
      { fault: 'resetAfter', every: 25, times: null, match: { idPrefix: 'event' } },
      { fault: 'resetBefore', every: 25, times: null, match: { idPrefix: 'event' } },
      // Longer than a message that is hidden for a moment, shorter than a call may be at work.
      { fault: 'latency', ms: 2_000, every: 100, times: null, match: { idPrefix: 'event' } },
    ),
  injected: faultyAnswers,
};

const throttled: Row = {
  number: 24,
  name: 'throttled',
  fault: 'storms of 429 with a Retry-After of 1 s',
  whole: wholeSize,
  short: shortSize,
  // Most of the time is pause and slow start.
  setup: {},
  async disturb(world) {
    await world.target.order({
      fault: 'status',
      status: 429,
      retryAfter: 1,
      times: 1 + Math.floor(world.random() * 2),
    });
    // A refusal that is not met by then would be met after the pause of another.
    await world.wait(3_000);
  },
  bounds: ({ unexplainedAttempts }) => [atMost('attempts spent on throttles and pauses', unexplainedAttempts, 0)],
};

const mixedAnswers: Row = {
  number: 25,
  name: 'answers-mixed',
  fault: 'answers that are slow, in part, broken, empty, a page, an error beside data, and late bodies',
  whole: wholeSize,
  short: shortSize,
  setup: {},
  begin: ({ target }) =>
    target.order(
      { fault: 'partial', every: 23, times: null },
      { fault: 'brokenJson', commit: true, every: 29, times: null },
      { fault: 'html', commit: false, every: 31, times: null },
      { fault: 'nullData', commit: false, every: 37, times: null },
      { fault: 'status', status: 503, every: 41, times: null },
      { fault: 'slowBody', ms: 200, every: 43, times: null },
      { fault: 'errors', code: 'INTERNAL_SERVER_ERROR', commit: true, every: 47, times: null },
      { fault: 'hang', commit: true, every: 499, times: null },
    ),
  injected: faultyAnswers,
};

export const targetRows: readonly Row[] = [
  answersLost,
  commitsThenResets,
  commitsThenResetsKeyless,
  reconciled,
  throttled,
  mixedAnswers,
];
