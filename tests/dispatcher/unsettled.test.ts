import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLedger, type Claim, type Ledger } from '../../apps/dispatcher/ledger.ts';
import { loadScripts } from '../../apps/dispatcher/scripts.ts';
import type { GatewayEvent } from '../../apps/shared/event.ts';
import { forgetOlder, readOldest } from '../../apps/shared/fleet-state.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { event, held, received } from './held.ts';

const names = { instance: 'unsettled-tests', target: 'crm' };
const unsettledSet = 'egw:{unsettled-tests/crm}:unsettled';

describe('of the oldest events that are not settled the ledger', () => {
  let redis: TestRedis;
  let ledger: Ledger;
  let owner = 0;
  beforeEach(async () => {
    redis = await startRedis();
    ledger = createLedger({
      scripts: loadScripts(redis.redis),
      ...names,
      leaseMs: 60_000,
      doubtMs: 0,
      retry: { attempts: 3, backoff: { first: 1_000, max: 3_000 } },
      newOwner: () => `owner-${++owner}`,
      random: () => 1,
    });
  });
  afterEach(() => redis.close());

  const claimOne = async (of: ReturnType<typeof received>): Promise<Claim | undefined> =>
    (await ledger.claim([of]))?.[0];
  const take = async (of: ReturnType<typeof received>) => {
    const claim = await claimOne(of);
    if (claim === undefined || !('owner' in claim)) throw new Error(`It is ${claim?.kind ?? 'gone'}`);
    return held(of, claim.owner);
  };
  const letterOf = ({ key, owner: by }: { readonly key: string; readonly owner: string }) =>
    ({ key, owner: by, class: 'refused', digest: event().digest, redrive: 0 }) as const;
  const at = (second: number) => new Date(1_760_000_000_000 + second * 1_000);
  const since = (key: string, second: number, more: Partial<GatewayEvent> = {}) =>
    received(key, { event: event({ receivedAt: at(second).toISOString(), ...more }) });
  const oldest = async () => {
    const { unsettledSinceMs, last } = await readOldest(redis.redis, names);
    const secondOf = (ms: number | undefined) => ms && (ms - at(0).getTime()) / 1_000;
    return { unsettled: secondOf(unsettledSinceMs), last: secondOf(last?.sinceMs) };
  };

  it('knows each that was received, until it is delivered', async () => {
    expect(await oldest()).toEqual({ unsettled: undefined, last: undefined });
    const first = await take(since('first', 1));
    const second = await take(since('second', 2));
    expect(await oldest()).toEqual({ unsettled: 1, last: 2 });
    await ledger.complete(first);
    expect(await oldest()).toEqual({ unsettled: 2, last: 2 });
    await ledger.complete(second);
    // What was received last is remembered: what still waits is hardly older.
    expect(await oldest()).toEqual({ unsettled: undefined, last: 2 });
  });

  it('keeps one that is tried again, until its letter is written', async () => {
    await ledger.release(await take(since('k', 1)), 'failed');
    expect(await oldest()).toMatchObject({ unsettled: 1 });
    expect(await claimOne(since('k', 1))).toMatchObject({ kind: 'waiting' });
    const other = await take(since('other', 0));
    expect(await oldest()).toMatchObject({ unsettled: 0 });
    expect(await ledger.bury('begin', letterOf(other))).toBe('written');
    expect(await ledger.bury('end', letterOf(other))).toBe('written');
    expect(await oldest()).toMatchObject({ unsettled: 1 });
    await forgetOlder(redis.redis, names, at(1).getTime());
    expect(await oldest()).toMatchObject({ unsettled: 1 });
    await forgetOlder(redis.redis, names, at(2).getTime());
    expect(await oldest()).toMatchObject({ unsettled: undefined });
  });

  it('does not count what another content of one identity says', async () => {
    await ledger.complete(await take(since('k', 5)));
    expect(await claimOne(since('k', 1, { digest: 'another' }))).toEqual({ kind: 'conflict' });
    expect(await oldest()).toMatchObject({ unsettled: undefined });
  });

  it('forgets a delivered one that comes back', async () => {
    await ledger.complete(await take(since('k', 5)));
    await redis.redis.zadd(unsettledSet, 1, 'egw:{unsettled-tests/crm}:e:k');
    expect(await claimOne(since('k', 5))).toEqual({ kind: 'done' });
    expect(await oldest()).toMatchObject({ unsettled: undefined });
  });

  it('counts a redriven one from its redrive', async () => {
    const sentAtMs = at(9).getTime();
    await take(received('k', { event: event({ receivedAt: at(1).toISOString(), redrive: 1 }), sentAtMs }));
    expect(await oldest()).toEqual({ unsettled: 9, last: 9 });
  });

  it('keeps the oldest thousand of more', async () => {
    const all = Array.from({ length: 1_010 }, (_, i) => since(`k-${i}`, 1_010 - i));
    for (let from = 0; from < all.length; from += 10) await ledger.claim(all.slice(from, from + 10));
    expect(await redis.redis.zcard(unsettledSet)).toBe(1_000);
    expect(await oldest()).toMatchObject({ unsettled: 1 });
  });
});
