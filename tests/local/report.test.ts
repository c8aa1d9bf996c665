import { describe, expect, it } from '@jest/globals';
import { describeReport, faultsOf, makeReport, noFacts, percentile, type Facts } from '../../apps/local/report.ts';
import { nothingSeen, type Sample } from '../../apps/local/watch.ts';

const factsOf = (sample: Partial<Sample>, more: Partial<Facts> = {}): Facts => ({
  ...noFacts,
  sample: { ...nothingSeen, limit: 5, worstWindow: 5, accepted: 10, delivered: 10, ...sample },
  ...more,
});
const judge = (facts: Facts) => faultsOf(facts, makeReport(facts));

describe('the report', () => {
  it('is one flat object', () => {
    const facts = factsOf(
      { utilisation: 0.98765 },
      { acknowledgedMs: [3, 1, 2.04], firstDeliveryMs: 1_200.6, elapsedMs: 2_049 },
    );
    expect(makeReport(facts)).toEqual({
      accepted: 10,
      delivered: 10,
      duplicates: 0,
      dead_lettered: 0,
      lost: 0,
      worst_second: 5,
      limit: 5,
      utilisation: 0.988,
      ack_p50_ms: 2,
      ack_p99_ms: 3,
      first_delivery_ms: 1_201,
      seconds: 2,
    });
    expect(judge(facts)).toEqual([]);
    expect(describeReport(makeReport(facts), 3)[0]).toContain('lost 0, duplicates 0, dead letters 0, still queued 3');
  });

  it('takes for lost what is neither delivered, dead nor queued', () => {
    const left = { delivered: 4, undelivered: 6, deadLetters: 1, waiting: 2, inHand: 1 };
    expect(makeReport(factsOf(left)).lost).toBe(2);
    expect(makeReport(factsOf({ ...left, waiting: 4 })).lost).toBe(0);
    expect(makeReport(factsOf({ inHand: 1 })).lost).toBe(0);
  });

  it.each([
    ['a loss', factsOf({ undelivered: 1 }), /^1 accepted events are nowhere/],
    ['a duplicate', factsOf({ duplicates: 2 }), /^2 calls came for events/],
    ['a violation', factsOf({ violations: 3 }), /^The target refused 3 calls/],
    ['a second too full', factsOf({ worstWindow: 6 }), /^The worst second saw 6 calls, and the limit is 5/],
    ['a refusal', factsOf({}, { refused: 1 }), /^The receiver did not take 1 events/],
    ['a timeout', factsOf({ undelivered: 2, waiting: 2 }, { timedOut: true }), /^2 accepted events were not settled/],
  ])('finds fault with %s', (_, facts, sentence) => {
    expect(judge(facts)).toEqual([expect.stringMatching(sentence)]);
  });

  it('ranks percentiles', () => {
    expect(percentile([], 0.5)).toBeNull();
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 99, 100]);
  });
});
