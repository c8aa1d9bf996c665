import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startGateway, type Gateway } from '../support/gateway.ts';

const count = 60;

describe('neighbours that fail under load', () => {
  let gateway: Gateway;
  beforeEach(async () => {
    gateway = await startGateway({ calls: 20, dispatchers: 2, latencyMs: 10 });
  });
  afterEach(() => gateway.close());

  const ids = Array.from({ length: count }, (_, i) => `event-${i}`);
  const pauseMs = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const begin = async () => {
    const answers = await Promise.all(ids.map((id) => gateway.send({ id })));
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    await gateway.delivered(10);
  };
  const expectAllOnce = async () => {
    await gateway.delivered(count, 50_000);
    const summary = await gateway.summary();
    expect(summary).toMatchObject({ effects: count, violations: 0 });
    expect(summary.worst_window).toBeLessThanOrEqual(20);
    expect(await gateway.queue.take(gateway.queue.deadLetterUrl)).toEqual([]);
    return summary;
  };

  it('Redis cut off and back: no calls meanwhile, then all', async () => {
    await begin();
    gateway.redisProxy.cut();
    // Slots that were given out before may still be used; none is given out now.
    await pauseMs(1_500);
    const { calls } = await gateway.summary();
    await pauseMs(1_000);
    expect((await gateway.summary()).calls).toBe(calls);
    expect((await gateway.send({ id: 'event-0' })).status).toBe(202);
    gateway.redisProxy.mend();
    expect((await expectAllOnce()).duplicates).toBe(0);
  });

  it('Redis frozen and back: the same', async () => {
    await begin();
    gateway.redisProxy.freeze();
    await pauseMs(1_500);
    const { calls } = await gateway.summary();
    await pauseMs(1_000);
    expect((await gateway.summary()).calls).toBe(calls);
    gateway.redisProxy.mend();
    await expectAllOnce();
  });

  it('Redis replaced by one without memory: closed for a while, nothing lost, no effect twice', async () => {
    await begin();
    await gateway.replaceRedis();
    await expectAllOnce();
  });

  it('the queue cut off and back: 503 meanwhile, nothing lost', async () => {
    await begin();
    gateway.queueProxy.cut();
    const answer = await gateway.send({ id: 'refused' });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    await pauseMs(1_000);
    gateway.queueProxy.mend();
    await expectAllOnce();
  });

  it('the queue frozen and back: 503 in time, nothing lost', async () => {
    await begin();
    gateway.queueProxy.freeze();
    const startedMs = performance.now();
    expect((await gateway.send({ id: 'late' })).status).toBe(503);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    gateway.queueProxy.mend();
    // The send that was under way when it froze may arrive as well: that is what 503 says.
    let missing = ids;
    for (let look = 0; missing.length > 0 && look < 500; look++) {
      const delivered = new Set((await gateway.effects()).map(({ id }) => id));
      missing = ids.filter((id) => !delivered.has(id));
      await pauseMs(100);
    }
    expect(missing).toEqual([]);
    expect((await gateway.summary()).violations).toBe(0);
  });
});
