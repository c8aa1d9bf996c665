import { describe, expect, it } from '@jest/globals';
import { plainReplicas, podSeconds, type PlainScaling } from './pod-seconds.ts';

const plain: PlainScaling = {
  messagesPerPod: 5,
  maxPods: 100,
  cooldownMs: 10_000,
  scaleDownWindowMs: 5_000,
  everyMs: 1_000,
  paced: false,
};

describe('pod-seconds', () => {
  it('are the integral of a step function up to the end', () => {
    const counts = [
      { atMs: 0, count: 1 },
      { atMs: 2_000, count: 8 },
      { atMs: 3_500, count: 0 },
    ];
    expect(podSeconds(counts, 10_000)).toBe(2 + 12);
    expect(podSeconds(counts, 3_000)).toBe(2 + 8);
  });
});

describe('plain KEDA', () => {
  it('asks for a pod in each five messages, one at first, and for no more than it may', () => {
    const replicas = plainReplicas(
      [
        { atMs: 0, count: 40 },
        { atMs: 3_000, count: 900 },
      ],
      5_000,
      plain,
    );
    expect(replicas).toEqual([
      { atMs: 0, count: 1 },
      { atMs: 1_000, count: 8 },
      { atMs: 3_000, count: 100 },
    ]);
  });

  it('takes pods away when fewer were enough for the whole window, and the last after its cooldown', () => {
    const depth = [
      { atMs: 0, count: 40 },
      { atMs: 2_000, count: 10 },
      { atMs: 4_000, count: 0 },
    ];
    expect(plainReplicas(depth, 20_000, plain)).toEqual([
      { atMs: 0, count: 1 },
      { atMs: 1_000, count: 8 },
      { atMs: 6_000, count: 2 },
      { atMs: 8_000, count: 1 },
      { atMs: 13_000, count: 0 },
    ]);
  });

  it("adds at the autoscaler's pace the larger of four and as many again in a quarter of a minute", () => {
    const replicas = plainReplicas([{ atMs: 0, count: 500 }], 46_000, { ...plain, paced: true });
    expect(replicas).toEqual([
      { atMs: 0, count: 1 },
      { atMs: 1_000, count: 5 },
      { atMs: 16_000, count: 10 },
      { atMs: 31_000, count: 20 },
      { atMs: 46_000, count: 40 },
    ]);
  });
});
