import { describe, expect, it } from '@jest/globals';
import { createLatency } from '../../apps/dispatcher/tell-latency.ts';

describe('how long calls take', () => {
  it('is the 95th percentile of the last hundred, told once', () => {
    const latency = createLatency();
    expect(latency.take()).toBeUndefined();
    for (let ms = 1; ms <= 200; ms++) latency.took(ms);
    expect(latency.take()).toBe(196);
    expect(latency.take()).toBeUndefined();
    latency.took(1);
    expect(latency.take()).toBe(196);
  });
});
