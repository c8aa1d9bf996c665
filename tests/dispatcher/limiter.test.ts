import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLedger, type Ledger } from '../../apps/dispatcher/ledger.ts';
import { createPause } from '../../apps/dispatcher/pause.ts';
import { createReserve, type Reserve, type Slot } from '../../apps/dispatcher/permit.ts';
import { loadScripts } from '../../apps/dispatcher/scripts.ts';
import { declareFirstStart, scheduleKey } from '../../apps/shared/first-start.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { held, received } from './held.ts';

const names = { instance: 'limiter-tests', target: 'crm' };
const now = () => performance.now();

describe('the limiter', () => {
  let redis: TestRedis;
  let ledger: Ledger;
  let claimed: number;
  const limiter = (calls: number, perMs: number, marginMs = 20): Reserve =>
    createReserve(loadScripts(redis.redis).permit, names, { calls, perMs, marginMs }, now);

  beforeEach(async () => {
    redis = await startRedis();
    claimed = 0;
    let owner = 0;
    ledger = createLedger({
      scripts: loadScripts(redis.redis),
      ...names,
      leaseMs: 60_000,
      retry: { attempts: 8, backoff: { first: 1_000, max: 900_000 } },
      newOwner: () => `pod-${++owner}`,
      random: () => 1,
    });
  });
  afterEach(() => redis.close());

  const claim = async (count: number) => {
    const all = Array.from({ length: count }, () => received(`key-${++claimed}`));
    const claims = (await ledger.claim(all)) ?? [];
    return all.map((each, i) => {
      const found = claims[i];
      if (found === undefined || !('owner' in found)) throw new Error('Not claimed');
      return held(each, found.owner);
    });
  };
  const slots = async (reserve: Reserve, count: number): Promise<readonly (Slot | undefined)[]> => {
    const permit = await reserve(await claim(count));
    if (permit.kind !== 'slots') throw new Error(`It is ${permit.kind}`);
    return permit.slots;
  };
  const open = () => declareFirstStart(redis.redis, names.instance, names.target);

  it('gives as many slots as fit the next second, evenly, and then none', async () => {
    await open();
    const reserve = limiter(5, 1_000);
    const given = await slots(reserve, 10);
    expect(given).toHaveLength(5);
    const due = given.map((slot) => slot?.dueMs ?? 0);
    for (let i = 1; i < due.length; i++) expect((due[i] ?? 0) - (due[i - 1] ?? 0)).toBeCloseTo(204, 1);
    expect(await reserve(await claim(1))).toMatchObject({ kind: 'full' });
  });

  it('counts lateness from the sending of the request, and forbids use before the reply', async () => {
    await open();
    const times = [1_000, 1_150];
    const reserve = createReserve(
      loadScripts(redis.redis).permit,
      names,
      { calls: 5, perMs: 1_000, marginMs: 20 },
      () => times.shift() ?? 0,
    );
    const [slot] = await slots(reserve, 1);
    expect((slot?.dueMs ?? 0) - (slot?.lateMs ?? 0)).toBeCloseTo(130, 5);
  });

  it('is closed without a schedule, until all that was given before must have been used', async () => {
    const reserve = limiter(5, 200);
    const first = await reserve(await claim(1));
    expect(first.kind).toBe('full');
    const waitMs = first.kind === 'full' ? first.waitMs : 0;
    expect(waitMs).toBeGreaterThan(150);
    await new Promise((resolve) => setTimeout(resolve, waitMs + 20));
    const [slot] = await slots(reserve, 1);
    // The horizon is still ahead: only the slot's own time has come within reach.
    expect((slot?.dueMs ?? 0) - now()).toBeGreaterThan(900);
  });

  it('closes again when Redis loses its data, and where its clock went back', async () => {
    await open();
    const reserve = limiter(5, 1_000);
    await slots(reserve, 1);
    await redis.redis.flushall();
    expect((await reserve(await claim(1))).kind).toBe('full');
    const [seconds = '0'] = (await redis.redis.time()) as unknown as string[];
    await redis.redis.set(scheduleKey(names.instance, names.target), String((Number(seconds) + 3_600) * 1e6));
    const permit = await reserve(await claim(1));
    expect(permit.kind === 'full' && permit.waitMs).toBeLessThan(1_100);
  });

  it('gives no slot to an event that another pod has by now, and spends none on it', async () => {
    await open();
    const reserve = limiter(5, 1_000);
    const [lost, ours] = await claim(2);
    if (lost === undefined || ours === undefined) throw new Error('Not claimed');
    const permit = await reserve([{ ...lost, owner: 'somebody' }, ours]);
    if (permit.kind !== 'slots') throw new Error(permit.kind);
    expect(permit.slots[0]).toBeUndefined();
    expect((permit.slots[1]?.dueMs ?? 0) - now()).toBeLessThan(50);
  });

  it('tells everybody of a pause, which no shorter one shortens', async () => {
    await open();
    const reserve = limiter(5, 1_000);
    const pause = createPause(loadScripts(redis.redis).pause, names, now, () => undefined);
    await pause.begin(5_000, 'throttled');
    await pause.begin(1_000, 'unauthorised');
    const permit = await reserve([]);
    expect(permit).toMatchObject({ kind: 'paused', reason: 'throttled' });
    expect(permit.kind === 'paused' && permit.waitMs).toBeGreaterThan(4_500);
    expect(pause.leftMs()).toBeGreaterThan(4_500);
  });

  it('lets no window hold more calls than allowed, however many pods there are', async () => {
    await open();
    const calls = 20;
    const perMs = 200;
    const used: number[] = [];
    const endMs = now() + 2_500;
    const pod = async (reserve: Reserve) => {
      while (now() < endMs) {
        const permit = await reserve(await claim(3));
        if (permit.kind === 'full') await new Promise((resolve) => setTimeout(resolve, Math.max(1, permit.waitMs)));
        if (permit.kind !== 'slots') continue;
        // Used anywhere between due and late, the worst that a pod may do; given up where the reply came too late.
        for (const slot of permit.slots) {
          const spareMs = slot === undefined ? -1 : slot.lateMs - slot.dueMs;
          if (slot !== undefined && spareMs >= 0) used.push(slot.dueMs + Math.random() * spareMs);
        }
      }
    };
    await Promise.all([limiter(calls, perMs), limiter(calls, perMs), limiter(calls, perMs)].map(pod));
    const times = used.toSorted((a, b) => a - b);
    const worst = Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + perMs).length));
    expect(worst).toBeLessThanOrEqual(calls);
  });

  it('leaves no slot out while there is always somebody who asks', async () => {
    await open();
    const reserve = limiter(50, 1_000);
    const waits: number[] = [];
    for (let round = 0; round < 5; round++) {
      const permit = await reserve(await claim(20));
      if (permit.kind === 'full') await new Promise((resolve) => setTimeout(resolve, permit.waitMs));
      if (permit.kind === 'slots') waits.push(...permit.slots.map((slot) => slot?.dueMs ?? 0));
    }
    // One after the other, to the accuracy of the round trip by which each pod places them.
    const spacings = waits.slice(1).map((due, i) => due - (waits[i] ?? 0));
    expect(spacings.length).toBeGreaterThan(40);
    expect(Math.max(...spacings)).toBeLessThan(20.4 + 20.4);
  });
});
