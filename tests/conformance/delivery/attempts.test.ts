import { describe, expect, it } from '@jest/globals';
import { createAttempts } from './attempts.ts';

/** Event, attempt, outcome. */
type Line = readonly [string, number, string];

const heard = (lines: readonly Line[]) => {
  const attempts = createAttempts();
  for (const [event_id, attempt, outcome] of lines)
    attempts.heard(JSON.stringify({ msg: 'delivery.attempted', event_id, attempt, outcome }));
  return attempts;
};

describe('attempts, as logs tell them', () => {
  const told: readonly (readonly [string, readonly Line[], number])[] = [
    ['a delivery at once', [['a', 1, 'delivered']], 0],
    [
      'a failure before it',
      [
        ['a', 1, 'failed'],
        ['a', 2, 'delivered'],
      ],
      0,
    ],
    [
      'throttles that cost nothing',
      [
        ['a', 1, 'throttled'],
        ['a', 1, 'throttled'],
        ['a', 1, 'delivered'],
      ],
      0,
    ],
    [
      'a throttle that was counted',
      [
        ['a', 1, 'throttled'],
        ['a', 2, 'delivered'],
      ],
      1,
    ],
    [
      'an outage that was counted twice',
      [
        ['a', 1, 'unavailable'],
        ['a', 2, 'unavailable'],
        ['a', 3, 'delivered'],
      ],
      2,
    ],
    [
      'a doubt, and an outage that was counted',
      [
        ['a', 1, 'in_doubt'],
        ['a', 2, 'unavailable'],
        ['a', 3, 'delivered'],
      ],
      1,
    ],
    [
      'one event beside another',
      [
        ['a', 1, 'failed'],
        ['b', 2, 'delivered'],
        ['a', 2, 'delivered'],
      ],
      1,
    ],
  ];
  it.each(told)('%s', (_name, lines, unexplained) => {
    expect(heard(lines).unexplained()).toBe(unexplained);
  });

  it('counts outcomes, and hears nothing else', () => {
    const attempts = heard([
      ['a', 1, 'failed'],
      ['a', 2, 'delivered'],
      ['b', 1, 'delivered'],
    ]);
    attempts.heard('{"msg":"stopping"}');
    expect(attempts.outcomes()).toEqual({ failed: 1, delivered: 2 });
  });
});
