import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judge } from './judge.ts';
import type { Window } from './report.ts';

const fivePerSecond: Window = { calls: 5, perMs: 1_000 };

/** `calls` arrivals from `fromMs` on, `everyMs` apart. */
const paced = (fromMs: number, calls: number, everyMs: number) =>
  Array.from({ length: calls }, (_, n) => fromMs + n * everyMs);

describe('the judge', () => {
  it('leaves a call at exactly t + per to the next window', () => {
    const fullMs = paced(0, 5, 100);
    expect(judge([...fullMs, 1_000], [fivePerSecond])).toMatchObject({ worst: { calls: 5, atMs: 0 }, ratio: 1 });
    const { worst, ratio } = judge([...fullMs, 999.999], [fivePerSecond]);
    expect({ worst, ratio }).toEqual({ worst: { calls: 6, atMs: 0, window: fivePerSecond }, ratio: 1.2 });
  });

  it('finds the bunch among paced calls, and where it starts', () => {
    const arrivalsMs = [...paced(0, 20, 250), ...paced(5_000, 9, 1), ...paced(6_000, 20, 250)];
    expect(judge(arrivalsMs, [fivePerSecond]).worst).toEqual({ calls: 9 + 3, atMs: 4_250, window: fivePerSecond });
  });

  it('finds the overshoot of fixed windows that no single second of the wall clock shows', () => {
    const arrivalsMs = [...paced(900, 5, 10), ...paced(1_000, 5, 10)];
    const { worst, ratio } = judge(arrivalsMs, [fivePerSecond]);
    expect({ worst, ratio }).toEqual({ worst: { calls: 10, atMs: 0, window: fivePerSecond }, ratio: 2 });
  });

  it('counts calls of the same moment one by one', () => {
    expect(judge([3, 3, 3], [{ calls: 2, perMs: 1 }])).toEqual({
      worst: { calls: 3, atMs: 0, window: { calls: 2, perMs: 1 } },
      ratio: 1.5,
      utilisation: null,
    });
  });

  it('names the window that stands highest against its limit, wherever it is listed', () => {
    const tenPerMinute: Window = { calls: 10, perMs: 60_000 };
    const arrivalsMs = paced(0, 12, 1_000);
    for (const windows of [
      [fivePerSecond, tenPerMinute],
      [tenPerMinute, fivePerSecond],
    ]) {
      // Twelve calls in 11 s, where 10 a minute allow 11 s × 10 ÷ 60.
      const { worst, ratio, utilisation } = judge(arrivalsMs, windows);
      expect({ worst, ratio }).toEqual({ worst: { calls: 12, atMs: 0, window: tenPerMinute }, ratio: 1.2 });
      expect(utilisation).toBeCloseTo(6, 10);
    }
    expect(judge([0, 1, 2, 3], [tenPerMinute, fivePerSecond]).worst.window).toBe(fivePerSecond);
  });

  it('takes arrivals in any order and leaves them as they are', () => {
    const arrivalsMs = Object.freeze([2_500, 100, 2_700, 2_600, 900, 10_000]);
    expect(judge(arrivalsMs, [{ calls: 3, perMs: 500 }])).toEqual({
      worst: { calls: 3, atMs: 2_400, window: { calls: 3, perMs: 500 } },
      ratio: 1,
      utilisation: 5 / ((3 / 500) * 9_900),
    });
  });

  it('has known answers for no call and for one', () => {
    expect(judge([], [fivePerSecond])).toEqual({
      worst: { calls: 0, atMs: 0, window: fivePerSecond },
      ratio: 0,
      utilisation: null,
    });
    expect(judge([7], [fivePerSecond])).toMatchObject({ worst: { calls: 1, atMs: 0 }, ratio: 0.2, utilisation: null });
  });

  it('calls a limit that is used up exactly used to 1', () => {
    expect(judge(paced(0, 51, 200), [fivePerSecond]).utilisation).toBe(1);
    expect(judge(paced(0, 51, 400), [fivePerSecond]).utilisation).toBe(0.5);
  });

  it('refuses what it cannot judge', () => {
    expect(() => judge([0], [])).toThrow('no window');
    expect(() => judge([0, NaN], [fivePerSecond])).toThrow('not a time');
  });

  it('agrees with counting by hand at every moment there is', () => {
    const arrivals = fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 60 });
    const window = fc.record({ calls: fc.integer({ min: 1, max: 8 }), perMs: fc.integer({ min: 1, max: 40 }) });
    const windows = fc.array(window, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(arrivals, windows, (arrivalsMs, windows) => {
        const moments = Array.from({ length: 121 }, (_, ms) => ms);
        const callsIn = (fromMs: number, perMs: number) =>
          arrivalsMs.filter((ms) => ms >= fromMs && ms < fromMs + perMs).length;
        const ratios = windows.map(({ calls, perMs }) => Math.max(...moments.map((ms) => callsIn(ms, perMs))) / calls);
        const { worst, ratio } = judge(arrivalsMs, windows);
        expect(ratio).toBe(Math.max(...ratios));
        const firstMs = arrivalsMs.length > 0 ? Math.min(...arrivalsMs) : 0;
        expect(callsIn(firstMs + worst.atMs, worst.window.perMs)).toBe(worst.calls);
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with counting by hand between the milliseconds', () => {
    const arrivals = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(arrivals, fc.double({ min: 0.001, max: 60, noNaN: true }), (arrivalsMs, perMs) => {
        const callsFrom = (fromMs: number) => arrivalsMs.filter((ms) => ms >= fromMs && ms < fromMs + perMs).length;
        expect(judge(arrivalsMs, [{ calls: 5, perMs }]).worst.calls).toBe(Math.max(0, ...arrivalsMs.map(callsFrom)));
      }),
      { numRuns: 300 },
    );
  });
});
