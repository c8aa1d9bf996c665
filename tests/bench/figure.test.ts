import { describe, expect, it } from '@jest/globals';
import { figureOf, judge, type Bound, type Figure } from '../../bench/figure.ts';
import { readOptions } from '../../bench/options.ts';
import { tableLines } from '../../bench/table.ts';

const figure = (bound: Bound | undefined, ...rounds: number[]): Figure =>
  figureOf({ name: 'acks', rounds, against: 'naive', bound, says: ['a: 10 acks/s'] });

describe('a figure', () => {
  it.each([
    [{ atLeast: 8 }, 8, 'held'],
    [{ atLeast: 8 }, 7.99, 'broken'],
    [{ atMost: 0.1 }, 0.1, 'held'],
    [{ atMost: 0.1 }, 0.1003, 'broken'],
    [{ below: 50 }, 49.9, 'held'],
    [{ below: 50 }, 50, 'broken'],
    [undefined, 1, 'told'],
  ] as const)('with the bound %j and the value %d is %s', (bound, value, verdict) => {
    expect(judge(figure(bound, value))).toBe(verdict);
  });

  it.each([{ atLeast: 8 }, { atMost: 0.1 }, { below: 50 }])('that could not be measured breaks %j', (bound) => {
    expect(judge(figure(bound, Number.NaN))).toBe('broken');
    expect(judge(figure(bound))).toBe('broken');
  });

  it('is the median of its rounds', () => {
    expect([figure(undefined, 3, 1, 9).value, figure(undefined, 4, 1, 9, 2).value]).toEqual([3, 3]);
  });

  it('is told with its bound, its spread, and the change against the baseline', () => {
    const [row = '', said] = tableLines(figure({ atLeast: 8 }, 6, 4, 5), 4);
    expect(row.split(/ {2,}/)).toEqual(['acks', '5.000 naive', '40 % ≥ 8', 'broken', '+25 %']);
    expect(said).toBe('    a: 10 acks/s');
    expect(tableLines(figure(undefined, 5), undefined)[0]).toMatch(/told +new$/);
  });
});

describe('the options', () => {
  it('name one section or none', () => {
    const names = ['receiver', 'start'];
    expect(readOptions(['start', '--short'], names)).toMatchObject({
      ok: true,
      options: { section: 'start', short: true, keep: false },
    });
    expect(readOptions([], names)).toMatchObject({ ok: true, options: { section: undefined } });
    expect(readOptions(['fast'], names)).toEqual({
      ok: false,
      fault: 'There is no section fast: write receiver, start.',
    });
    expect(readOptions(['start', 'receiver'], names)).toMatchObject({ ok: false });
  });
});
