import { describe, expect, it } from '@jest/globals';
import { createLatency, tellLatency } from '../../apps/dispatcher/tell-latency.ts';
import { latencyKey } from '../../apps/shared/state-keys.ts';
import { startRedis } from '../support/redis.ts';
import { names } from './clock.ts';

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

  it('is told to the fleet, for as long as it is of use', async () => {
    const { redis, close } = await startRedis();
    const latency = createLatency();
    latency.took(119.5);
    const stop = new AbortController();
    const telling = tellLatency({ redis, names, latency }, stop.signal);
    const key = latencyKey(names.instance, names.target);
    while ((await redis.get(key)) === null) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await redis.get(key)).toBe('120');
    expect(await redis.pttl(key)).toBeGreaterThan(60_000);
    stop.abort();
    await telling;
    await close();
  });
});
