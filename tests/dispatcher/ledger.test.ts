import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLedger, type Claim, type Ledger, type LedgerOptions } from '../../apps/dispatcher/ledger.ts';
import { createReserve } from '../../apps/dispatcher/permit.ts';
import { loadScripts } from '../../apps/dispatcher/scripts.ts';
import { declareFirstStart } from '../../apps/shared/first-start.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { paceOf } from './clock.ts';
import { event, held, received } from './held.ts';

const names = { instance: 'ledger-tests', target: 'crm' };

describe('the ledger', () => {
  let redis: TestRedis;
  let ledger: Ledger;
  let owner = 0;
  const make = (leaseMs: number, attempts = 3, more: Partial<LedgerOptions> = {}): Ledger =>
    createLedger({
      scripts: loadScripts(redis.redis),
      ...names,
      leaseMs,
      doubtMs: 0,
      retry: { attempts, backoff: { first: 1_000, max: 3_000 } },
      newOwner: () => `owner-${++owner}`,
      random: () => 1,
      ...more,
    });
  beforeEach(async () => {
    redis = await startRedis();
    ledger = make(60_000);
  });
  afterEach(() => redis.close());

  const claimOne = async (of = received('k'), by = ledger): Promise<Claim> => {
    const [claim] = (await by.claim([of])) ?? [];
    if (claim === undefined) throw new Error('Redis is gone');
    return claim;
  };
  const take = async (of = received('k'), by = ledger) => {
    const claim = await claimOne(of, by);
    if (!('owner' in claim)) throw new Error(`It is ${claim.kind}`);
    return { claim, mine: held(of, claim.owner) };
  };
  const deliverAnother = async () => ledger.complete((await take(received(`other-${++owner}`))).mine);
  const letter = (key: string, by: string, redrive = 0) =>
    ({ key, owner: by, class: 'refused', digest: event().digest, redrive }) as const;

  it('lets one pod have an event, and tells the others how long', async () => {
    await take();
    const claim = await claimOne();
    expect(claim.kind).toBe('held');
    expect('waitMs' in claim && claim.waitMs).toBeGreaterThan(59_000);
  });

  it('remembers what was delivered, in at most 160 bytes where Redis tells', async () => {
    const { mine } = await take();
    expect(await ledger.complete(mine)).toBe('written');
    expect(await claimOne()).toEqual({ kind: 'done' });
    if (process.env['EGW_TEST_REDIS'] === 'real') {
      expect(await redis.redis.memory('USAGE', 'egw:{ledger-tests/crm}:e:k')).toBeLessThanOrEqual(160);
    }
  });

  it('takes another content under the same identity for a conflict, in every state', async () => {
    const other = received('k', { event: event({ digest: 'another' }) });
    const { mine } = await take();
    expect(await claimOne(other)).toEqual({ kind: 'conflict' });
    await ledger.complete(mine);
    expect(await claimOne(other)).toEqual({ kind: 'conflict' });
  });

  it('gives a stalled owner no say any more', async () => {
    const short = make(1);
    const { mine: stalled } = await take(received('k'), short);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await take();
    expect(await ledger.complete(stalled)).toBe('lost');
    expect(await ledger.release(stalled, 'failed')).toEqual({ kind: 'lost' });
    expect(await ledger.bury('begin', letter('k', stalled.owner))).toBe('lost');
    expect(await ledger.renew([stalled])).toEqual([false]);
    expect((await claimOne()).kind).toBe('held');
  });

  it('takes over an ended lease as new before its slot, and in doubt after it, which costs an attempt', async () => {
    const short = make(30);
    await take(received('unslotted'), short);
    const { mine } = await take(received('slotted'), short);
    await declareFirstStart(redis.redis, names, []);
    const reserve = createReserve({
      script: loadScripts(redis.redis).permit,
      names,
      pod: 'pod',
      pace: paceOf({ windows: [{ calls: 50, per: '1s' }] }),
      serverId: () => 'redis',
      now: () => 0,
    });
    expect((await reserve([mine])).kind).toBe('slots');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await claimOne(received('unslotted'))).toMatchObject({ kind: 'claimed', attempts: 0 });
    expect(await claimOne(received('slotted'))).toMatchObject({ kind: 'doubt', attempts: 1 });
  });

  it('doubts what was received before Redis lost its data', async () => {
    const old = received('old', { sentAtMs: Date.now() - 60_000, receiveCount: 2 });
    expect((await claimOne(old)).kind).toBe('doubt');
    const fresh = received('fresh', { sentAtMs: Date.now() - 60_000, receiveCount: 1 });
    expect((await claimOne(fresh)).kind).toBe('claimed');
  });

  it('counts a failure, waits longer each time, and ends with the attempts', async () => {
    const { mine } = await take();
    expect(await ledger.release(mine, 'failed')).toEqual({ kind: 'waiting', waitMs: 1_000, attempts: 1 });
    expect(await claimOne()).toMatchObject({ kind: 'waiting' });
    const free = make(60_000, 2);
    await redis.redis.del('egw:{ledger-tests/crm}:e:k');
    const { mine: next } = await take(received('k'), free);
    await free.release(next, 'untried');
    const { mine: last, claim } = await take(received('k'), free);
    expect(claim).toMatchObject({ attempts: 0 });
    await free.release(last, 'failed');
  });

  it.each([
    ['throttled', 0],
    ['unavailable', 0],
  ] as const)('spends no attempt on %s while nobody else is served', async (reason, attempts) => {
    for (let i = 0; i < 40; i++) {
      const { mine, claim } = await take(received(`${reason}-${i}`));
      expect('attempts' in claim && claim.attempts).toBe(0);
      expect(await ledger.release(mine, reason)).toMatchObject({ kind: 'waiting', attempts });
    }
  });

  it('spends an attempt on unavailability where others were delivered meanwhile', async () => {
    const { mine } = await take();
    await deliverAnother();
    expect(await ledger.release(mine, 'unavailable')).toMatchObject({ kind: 'waiting', attempts: 1 });
  });

  it('takes every thirtieth throttle for a failure where others were delivered in between', async () => {
    const atOnce = make(60_000, 3, { retry: { attempts: 3, backoff: { first: 0, max: 0 } } });
    const attempts: number[] = [];
    for (let i = 0; i < 30; i++) {
      const { mine } = await take(received('k'), atOnce);
      await deliverAnother();
      const released = await atOnce.release(mine, 'throttled');
      attempts.push(released.kind === 'waiting' ? released.attempts : -1);
    }
    expect(attempts).toEqual([...Array.from({ length: 29 }, () => 0), 1]);
  });

  it('lets an event that alone is throttled wait longer each time, as each of its tries stops the others', async () => {
    const quick = make(60_000, 3, { retry: { attempts: 3, backoff: { first: 2, max: 7 } } });
    const waits: number[] = [];
    for (let i = 0; i < 4; i++) {
      const { mine } = await take(received('k'), quick);
      await deliverAnother();
      const released = await quick.release(mine, 'throttled');
      if (released.kind === 'waiting') waits.push(released.waitMs);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(waits).toEqual([2, 4, 7, 7]);
  });

  it('tells an event that is throttled three times in a row while others are delivered from a fleet that is', async () => {
    const atOnce = make(60_000, 3, { retry: { attempts: 3, backoff: { first: 0, max: 0 } } });
    const throttle = async (key: string, delivered = true) => {
      const { mine, claim } = await take(received(key), atOnce);
      if (delivered) await deliverAnother();
      await atOnce.release(mine, 'throttled');
      return 'alone' in claim && claim.alone;
    };
    expect([await throttle('k'), await throttle('k'), await throttle('k')]).toEqual([false, false, false]);
    expect([await throttle('k'), await throttle('other'), await throttle('k')]).toEqual([true, false, false]);
    for (let i = 0; i < 4; i++) expect(await throttle('starved', false)).toBe(false);
  });

  it('lets no copy be tried before the wait that it is told is over', async () => {
    const { mine } = await take();
    expect(await ledger.release(mine, 'throttled', { waitMs: 5_000 })).toMatchObject({ waitMs: 5_000 });
    const claim = await claimOne();
    expect('waitMs' in claim && claim.waitMs).toBeGreaterThan(4_000);
  });

  describe('where calls in doubt are asked for', () => {
    const asking = () => make(20, 3, { doubtMs: 30, retry: { attempts: 3, backoff: { first: 1, max: 1 } } });
    const later = () => new Promise((resolve) => setTimeout(resolve, 45));

    it('remembers the doubt over handing back, at the cost of one attempt, until it is said to be over', async () => {
      const by = asking();
      const { mine } = await take(received('k'), by);
      await by.release(mine, 'failed', { doubt: true });
      for (const reason of ['untried', 'untried'] as const) {
        await later();
        const { claim, mine: again } = await take(received('k'), by);
        expect(claim).toMatchObject({ kind: 'doubt', attempts: 1 });
        await by.release(again, reason);
      }
      await later();
      const { mine: last } = await take(received('k'), by);
      await by.release(last, 'throttled');
      await later();
      expect((await take(received('k'), by)).claim).toMatchObject({ kind: 'claimed', attempts: 1 });
    });

    it('keeps it when a lease ends', async () => {
      const by = asking();
      const { mine } = await take(received('k'), by);
      await by.release(mine, 'failed', { doubt: true });
      await later();
      await take(received('k'), by);
      await later();
      expect((await take(received('k'), by)).claim).toMatchObject({ kind: 'doubt', attempts: 1 });
    });

    it('waits for what may be at work that Redis forgot, before it is asked for', async () => {
      const by = asking();
      const old = received('old', { sentAtMs: Date.now() - 60_000, receiveCount: 2 });
      expect(await claimOne(old, by)).toEqual({ kind: 'waiting', waitMs: 30 });
      await later();
      expect(await claimOne(old, by)).toMatchObject({ kind: 'doubt', attempts: 1 });
    });
  });

  it('writes a dead letter again where its writer crashed, and once only', async () => {
    const { mine } = await take();
    expect(await ledger.bury('begin', letter('k', mine.owner))).toBe('written');
    expect(await claimOne()).toEqual({ kind: 'burying', class: 'refused' });
    expect(await ledger.bury('begin', letter('k', ''))).toBe('written');
    expect(await ledger.bury('end', letter('k', ''))).toBe('written');
    expect(await claimOne()).toEqual({ kind: 'dead' });
    expect(await ledger.bury('begin', letter('k', ''))).toBe('lost');
  });

  it('gives a redriven event fresh attempts', async () => {
    const { mine } = await take();
    await ledger.bury('begin', letter('k', mine.owner));
    await ledger.bury('end', letter('k', mine.owner));
    const again = received('k', { event: event({ redrive: 1 }) });
    expect(await claimOne(again)).toMatchObject({ kind: 'claimed', attempts: 0 });
  });

  it('is gone when Redis is, at once', async () => {
    redis.redis.disconnect();
    const startedMs = performance.now();
    expect(await ledger.claim([received('k')])).toBeUndefined();
    expect(await ledger.complete(held(received('k'), 'me'))).toBe('gone');
    expect(performance.now() - startedMs).toBeLessThan(200);
  });
});
