import { expect, it } from '@jest/globals';
import { createPause } from '../../apps/dispatcher/pause.ts';
import { createReserve } from '../../apps/dispatcher/permit.ts';
import { believing, replies } from '../../apps/dispatcher/replies.ts';
import { paceOf } from './clock.ts';

const names = { instance: 'reply-tests', target: 'crm' };
const answering = (reply: unknown) => () => Promise.resolve({ ok: true, reply } as const);

it.each([
  [null],
  ['OK'],
  [7],
  [[]],
  [['slots']],
  [['slots', 'x', 1]],
  [['slots', 1, null]],
  [['full', 1]],
  [['paused', 1, 'x', 'y']],
  [['open', Number.NaN, 1]],
  [['__proto__', 1]],
  [[[['slots', 1]]]],
])('takes a permit of %j for a Redis that is gone', async (reply) => {
  const script = believing(answering(reply), replies.permit);
  const pace = paceOf({ windows: [{ calls: 5, per: '1s' }] });
  const reserve = createReserve({ script, names, pace, pod: 'pod', serverId: () => 'redis', now: () => 0 });
  expect(await reserve([])).toMatchObject({ kind: 'gone' });
});

it.each([
  ['claim', [['claimed', 0]]],
  ['claim', [null]],
  ['claim', 'done'],
  ['renew', null],
  ['renew', ['x']],
  ['release', ['waiting', 1]],
  ['bury', [1]],
  ['share', [1]],
  ['probe', ['wait']],
  ['pause', 'never'],
] as const)('takes %s of %j for no reply of it', async (script, reply) => {
  expect(await believing(answering(reply), replies[script])([], [])).toMatchObject({ ok: false });
});

it('is stopped by no pause that is no number', () => {
  const options = { now: () => 0, random: () => 0, onLonger: () => undefined };
  const pause = createPause(answering(1), names, options);
  pause.learn(Number.NaN);
  expect(pause.leftMs()).toBe(0);
  pause.learn(1_000);
  expect(pause.leftMs()).toBe(1_000);
});
