import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createThrottle } from '../../apps/receiver/throttle.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());

const now = () => performance.now();
let installations = 0;

/** Receivers of one installation of their own. */
function open(requests: number, receivers = 1) {
  const instance = `installation-${installations++}`;
  const limit = { requests, perMs: 3_600_000 };
  return Array.from({ length: receivers }, () => createThrottle(server.redis, instance, limit, now));
}

async function commandsDuring(work: () => Promise<void>): Promise<number> {
  const { redis } = server;
  const send = redis.sendCommand.bind(redis);
  let count = 0;
  redis.sendCommand = (...command) => {
    count++;
    return send(...command);
  };
  await work();
  redis.sendCommand = send;
  return count;
}

describe('the inbound limit', () => {
  it('takes as many requests as it says, and not one more, also when they come at once', async () => {
    const [throttle] = open(1_000);
    const results = await Promise.all(Array.from({ length: 1_500 }, async () => throttle?.('orders')));
    expect(results.filter((result) => result?.ok === true)).toHaveLength(1_000);
    expect(results.slice(0, 1_000).every((result) => result?.ok === true)).toBe(true);
  });

  it('is used up by requests that come a few at a time', async () => {
    const [throttle] = open(500);
    let taken = 0;
    for (let i = 0; i < 120; i++) {
      const results = await Promise.all(Array.from({ length: 5 }, async () => throttle?.('orders')));
      taken += results.filter((result) => result?.ok === true).length;
    }
    expect(taken).toBe(500);
  });

  it('is one for all receivers, of which each may hold a hundredth unused', async () => {
    const [first, second] = open(1_000, 2);
    const take = async (throttle = first) => {
      let taken = 0;
      while ((await throttle?.('orders'))?.ok === true) taken++;
      return taken;
    };
    for (let i = 0; i < 300; i++) await second?.('orders');
    const all = 300 + (await take(first)) + (await take(second));
    expect(all).toBe(1_000);
    // What the first left unused of its last lot is its own to use.
    expect((await first?.('orders'))?.ok).toBe(false);
  });

  it('tells what is left to whoever sends, and to each sender of its own', async () => {
    const [throttle] = open(500);
    const left = async (sender: string) => {
      const result = await throttle?.(sender);
      return result?.ok === true ? /r=(\d+);/.exec(result.headers.join(' '))?.[1] : undefined;
    };
    for (let i = 1; i <= 30; i++) expect(await left('orders')).toBe(String(500 - i));
    expect(await left('billing')).toBe('499');
  });

  it('asks Redis far less often than there are requests', async () => {
    const [throttle] = open(100_000);
    const commands = await commandsDuring(async () => {
      for (let i = 0; i < 2_000; i++) await throttle?.('orders');
    });
    expect(commands).toBeGreaterThan(0);
    expect(commands).toBeLessThan(2_000 / 10);
  });

  it('refuses from memory who has used all, until the window ends', async () => {
    const [throttle] = open(3);
    for (let i = 0; i < 4; i++) await throttle?.('orders');
    const commands = await commandsDuring(async () => {
      for (let i = 0; i < 100; i++) expect(await throttle?.('orders')).toMatchObject({ ok: false });
    });
    expect(commands).toBe(0);
  });
});
