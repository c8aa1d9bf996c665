import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRedisClock } from '../../apps/dispatcher/redis-clock.ts';

const aheadUs = 1_800_000_000_000_000;
const usAt = (ms: number) => aheadUs + ms * 1_000;

describe("what a pod knows of Redis' clock", () => {
  it('is nothing at first', () => {
    expect(createRedisClock().latestUs(5)).toBe(0);
  });

  it('is as good as its quickest reply, though others are slow', () => {
    const clock = createRedisClock();
    expect(clock.heard(usAt(1_030), 1_000, 1_060)).toBe(true);
    expect(clock.heard(usAt(1_101), 1_100, 1_102)).toBe(true);
    expect(clock.heard(usAt(1_210), 1_200, 1_260)).toBe(true);
    const { earliestMs, latestMs } = clock.toLocal(usAt(2_000));
    expect(latestMs - earliestMs).toBeLessThan(3);
  });

  it('grows old', () => {
    const clock = createRedisClock();
    clock.heard(usAt(1_001), 1_000, 1_002);
    clock.heard(usAt(11_030), 11_000, 11_060);
    const { earliestMs, latestMs } = clock.toLocal(usAt(12_000));
    expect(latestMs - earliestMs).toBeCloseTo(2 + 2 * 10, 0);
  });

  it.each([
    ['ahead', 10],
    ['back', -10],
  ])('is wrong where that clock steps %s, and is learned anew', (_where, stepMs) => {
    const clock = createRedisClock();
    clock.heard(usAt(1_000.5), 1_000, 1_001);
    expect(clock.heard(usAt(1_100.5 + stepMs), 1_100, 1_101)).toBe(false);
    expect(clock.heard(usAt(1_200.5 + stepMs), 1_200, 1_201)).toBe(true);
    const { earliestMs, latestMs } = clock.toLocal(usAt(1_300 + stepMs));
    expect([earliestMs, latestMs]).toEqual([expect.closeTo(1_299.5, 1), expect.closeTo(1_300.5, 1)]);
  });

  it('never leaves the truth out, whatever the replies take and however the clocks are slewed', () => {
    const reply = fc.record({
      afterMs: fc.double({ min: 0, max: 5_000, noNaN: true }),
      thereMs: fc.double({ min: 0, max: 100, noNaN: true }),
      backMs: fc.double({ min: 0, max: 100, noNaN: true }),
      slew: fc.double({ min: -0.0009, max: 0.0009, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(reply, { minLength: 1, maxLength: 50 }), (replies) => {
        const clock = createRedisClock();
        let localMs = 0;
        let redisMs = 0;
        for (const { afterMs, thereMs, backMs, slew } of replies) {
          const sentMs = localMs + afterMs;
          const heardMs = sentMs + thereMs + backMs;
          const rate = 1 + slew;
          const us = aheadUs + (redisMs + (afterMs + thereMs) * rate) * 1_000;
          expect(clock.heard(us, sentMs, heardMs)).toBe(true);
          redisMs += (afterMs + thereMs + backMs) * rate;
          localMs = heardMs;
          const { earliestMs, latestMs } = clock.toLocal(aheadUs + redisMs * 1_000);
          // What a reply says is of its own moment: while it is under way the clocks drift on.
          const driftedMs = 0.001 * (thereMs + backMs) + 0.001;
          expect(earliestMs).toBeLessThanOrEqual(localMs + driftedMs);
          expect(latestMs).toBeGreaterThanOrEqual(localMs - driftedMs);
        }
      }),
    );
  });
});
