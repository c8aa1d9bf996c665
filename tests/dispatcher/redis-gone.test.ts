import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLedger } from '../../apps/dispatcher/ledger.ts';
import { createReserve } from '../../apps/dispatcher/permit.ts';
import { loadScripts, type Scripts } from '../../apps/dispatcher/scripts.ts';
import { createRedis, followServer, loadScript, type Redis } from '../../apps/shared/redis.ts';
import { startLink, type Link } from '../support/link.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { paceOf } from './clock.ts';
import { held, received } from './held.ts';

const names = { instance: 'gone-tests', target: 'crm' };
const now = () => performance.now();
/** A command may take 200 ms; the rest is the timer's and this machine's. */
const goneMs = 300;

let server: TestRedis;
let proxy: Link;
let redis: Redis;
let scripts: Scripts;
let serverId: () => string | undefined;
beforeEach(async () => {
  server = await startRedis();
  proxy = await startLink(server.redis.options.port ?? 0);
  redis = createRedis(`redis://127.0.0.1:${proxy.port}`);
  redis.on('error', () => undefined);
  serverId = followServer(redis);
  void redis.connect().catch(() => undefined);
  scripts = loadScripts(redis);
  // The embedded Redis loads its Lua with the first script, which may take longer than a command may.
  const ready = loadScript(redis, 'ready', 'return 1');
  while (!(await ready([], [])).ok) await sleep(20);
});
afterEach(async () => {
  redis.disconnect();
  await proxy.close();
  await server.close();
});

const reserve = () =>
  createReserve({
    script: scripts.permit,
    names,
    pod: 'pod',
    pace: paceOf({ windows: [{ calls: 5, per: '1s' }] }),
    serverId,
    now,
  });

/** A busy machine compiles, or is away, for longer than a command may take; a script that is not sent stays gone. */
async function answered(): Promise<string> {
  for (;;) {
    const { kind } = await reserve()([]);
    if (kind !== 'gone') return kind;
    await sleep(20);
  }
}

async function expectGone(): Promise<void> {
  const startedMs = now();
  expect(await reserve()([])).toMatchObject({ kind: 'gone' });
  expect(now() - startedMs).toBeLessThan(goneMs);
}

describe('a script', () => {
  it('replies, or says why not in words that quote nothing', async () => {
    const echo = loadScript(redis, 'echo', 'return { #KEYS, ARGV[1] }');
    expect(await echo(['a', 'b'], [7])).toEqual({ ok: true, reply: [2, '7'] });
    const full = loadScript(redis, 'full', "return redis.error_reply('OOM no memory for the-payload')");
    const reply = await full([], []);
    expect(reply.ok).toBe(false);
    expect(JSON.stringify(reply)).not.toContain('the-payload');
  });

  it('is sent anew where Redis forgot the scripts', async () => {
    expect(await answered()).toBe('full');
    await redis.script('FLUSH');
    expect(await answered()).toBe('full');
  });
});

describe('a Redis that was killed', () => {
  it('is gone at once, for every question', async () => {
    const ledger = createLedger({
      scripts,
      ...names,
      leaseMs: 60_000,
      doubtMs: 0,
      retry: { attempts: 3, backoff: { first: 1_000, max: 3_000 } },
      newOwner: () => 'owner',
      random: () => 1,
    });
    const ours = held(received('k'), 'owner');
    expect(await ledger.claim([ours])).toMatchObject([{ kind: 'claimed' }]);
    proxy.cut();
    await expectGone();
    const startedMs = now();
    expect(await ledger.claim([ours])).toBeUndefined();
    expect(await ledger.renew([ours])).toBeUndefined();
    expect(await ledger.complete(ours)).toBe('gone');
    expect(await ledger.release(ours, 'failed')).toEqual({ kind: 'gone' });
    const letter = { key: ours.key, owner: 'owner', class: 'failed' as const, digest: 'd', redrive: 0 };
    expect(await ledger.bury('begin', letter)).toBe('gone');
    expect(now() - startedMs).toBeLessThan(goneMs);
  });

  it('comes back by itself', async () => {
    proxy.cut();
    await expectGone();
    proxy.mend();
    while ((await reserve()([])).kind === 'gone') await sleep(20);
  });
});

describe('a Redis that is frozen', () => {
  it('is gone within a fraction of a second, each time', async () => {
    proxy.freeze();
    await expectGone();
    await expectGone();
  });

  it('is asked no question twice', async () => {
    const count = loadScript(redis, 'count', "return redis.call('INCR', KEYS[1])");
    expect(await count(['n'], [])).toEqual({ ok: true, reply: 1 });
    proxy.freeze();
    expect((await count(['n'], [])).ok).toBe(false);
    proxy.cut();
    proxy.mend();
    while ((await reserve()([])).kind === 'gone') await sleep(20);
    const again = await count(['n'], []);
    // The question was lost with its connection, and is not sent on the next one.
    expect(again).toEqual({ ok: true, reply: 2 });
  });
});
