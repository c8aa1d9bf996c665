import { describe, expect, it } from '@jest/globals';
import { waitFrom } from '../../apps/dispatcher/retry-after.ts';

const nowMs = Date.UTC(2026, 0, 2);
const wait = (headers: Record<string, string>, extensions?: unknown) =>
  waitFrom(new Headers(headers), extensions, nowMs);
const cost = (requestedQueryCost: unknown, currentlyAvailable: unknown, restoreRate: unknown) => ({
  cost: { requestedQueryCost, throttleStatus: { currentlyAvailable, restoreRate } },
});

describe('the wait that a throttled answer asks for', () => {
  it.each([
    ['120', 120_000],
    [' 3 ', 3_000],
    ['0', 0],
    ['1.5', 1_500],
    ['Fri, 02 Jan 2026 00:00:30 GMT', 30_000],
    ['Thu, 01 Jan 2026 00:00:00 GMT', 0],
    ['Friday, 02-Jan-26 00:00:30 GMT', 30_000],
  ])('reads Retry-After: %s', (value, waitMs) => {
    expect(wait({ 'retry-after': value })).toBe(waitMs);
  });

  it.each([['-1'], ['soon'], ['5 minutes'], ['next 7'], ['']])('takes Retry-After: %s for nothing said', (value) => {
    expect(wait({ 'retry-after': value })).toBe(5_000);
  });

  it('reads resets in epoch seconds and milliseconds', () => {
    expect(wait({ 'x-ratelimit-reset': String(nowMs / 1_000 + 60) })).toBe(60_000);
    expect(wait({ 'x-ratelimit-reset': String(nowMs + 60_000) })).toBe(60_000);
    expect(wait({ 'x-ratelimit-requests-reset': String(nowMs + 1_000) })).toBe(1_000);
    expect(wait({ 'x-ratelimit-complexity-reset': String(nowMs + 2_000) })).toBe(2_000);
  });

  it('passes over resets that lie behind or make no sense', () => {
    for (const reset of ['0', 'x', String(nowMs / 1_000 - 60), '-5']) {
      expect(wait({ 'x-ratelimit-reset': reset, 'x-ratelimit-requests-reset': String(nowMs + 9) })).toBe(9);
      expect(wait({ 'x-ratelimit-reset': reset })).toBe(5_000);
    }
  });

  it('reckons from the cost what a bucket needs to refill', () => {
    expect(wait({}, cost(202, 118, 50))).toBe(1_680);
    expect(wait({}, cost(10, 118, 50))).toBe(0);
  });

  it.each([[cost(202, 118, 0)], [cost('202', 118, 50)], [cost(202, null, 50)], [{ cost: null }], [null], ['cost']])(
    'passes over a cost that makes no sense: %j',
    (extensions) => expect(wait({}, extensions)).toBe(5_000),
  );

  it('believes Retry-After before a reset, and a reset before a cost', () => {
    const reset = { 'x-ratelimit-reset': String(nowMs / 1_000 + 60) };
    expect(wait({ 'retry-after': '1', ...reset }, cost(202, 118, 50))).toBe(1_000);
    expect(wait(reset, cost(202, 118, 50))).toBe(60_000);
  });
});
