import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPause } from '../../apps/dispatcher/pause.ts';
import { createReserve } from '../../apps/dispatcher/permit.ts';
import { flightKey, scheduleKey } from '../../apps/shared/state-keys.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { names, paceOf, startTimed, worstOf, type Pod, type Timed } from './clock.ts';
import { held, received } from './held.ts';

const second = (calls: number, more: object = {}) => paceOf({ windows: [{ calls, per: '1s' }], ...more });

describe('the limiter', () => {
  let redis: TestRedis;
  let time: Timed;
  beforeEach(async () => {
    redis = await startRedis();
    time = await startTimed(redis.redis);
  });
  afterEach(() => redis.close());

  /** Asks all the time, and tells when each slot was due; each pod uses what it got. */
  async function drain(pods: readonly Pod[], forMs: number, everyMs: number, batch = 3): Promise<number[]> {
    const dues: number[] = [];
    for (let passedMs = 0; passedMs < forMs; passedMs += everyMs) {
      for (const pod of pods) {
        const permit = await pod.ask(batch);
        if (permit.kind === 'slots') dues.push(...permit.slots.flatMap((slot) => (slot ? [slot.dueMs] : [])));
      }
      await time.pass(everyMs);
    }
    return dues;
  }

  it('gives as many slots as fit the horizon, evenly, and then none', async () => {
    const pace = second(5);
    await time.open(pace);
    const pod = time.pod(pace);
    const due = await pod.slots(10);
    expect(due).toHaveLength(5);
    for (let i = 1; i < due.length; i++) expect((due[i] ?? 0) - (due[i - 1] ?? 0)).toBeCloseTo(204, 1);
    expect(await pod.ask(1)).toMatchObject({ kind: 'full', waitMs: expect.closeTo(20, 0) });
    await time.pass(21);
    expect(await pod.slots(1)).toEqual([expect.closeTo(1_000 + 1_020, 0)]);
  });

  it('has a horizon of its own choice', async () => {
    const pace = second(50, { horizon: '100ms' });
    await time.open(pace);
    expect(await time.pod(pace).slots(50)).toHaveLength(5);
  });

  it('counts lateness from the sending of the request, leaves a quarter of the margin to the wire', async () => {
    const pace = second(5);
    await time.open(pace);
    const times = [1_000, 1_150];
    const reserve = createReserve({
      script: time.scripts.permit,
      names,
      pod: 'pod',
      pace,
      serverId: () => 'redis',
      now: () => times.shift() ?? 0,
    });
    const [claim] = (await time.ledger.claim([received('k')])) ?? [];
    const permit = await reserve([held(received('k'), claim && 'owner' in claim ? claim.owner : '')]);
    const slot = permit.kind === 'slots' ? permit.slots[0] : undefined;
    expect((slot?.dueMs ?? 0) - (slot?.lateMs ?? 0)).toBeCloseTo(150 - 15, 5);
  });

  it('lets no window hold more calls than allowed, however many pods there are, and leaves no slot out', async () => {
    const pace = second(20);
    await time.open(pace);
    const pods = Array.from({ length: 5 }, () => time.pod(pace));
    const dues = await drain(pods, 10_000, 40);
    expect(worstOf(dues, 1_020)).toBeLessThanOrEqual(20);
    const spanMs = Math.max(...dues) - Math.min(...dues);
    expect(((dues.length - 1) * 1_000) / (20 * spanMs)).toBeCloseTo(1 / 1.02, 3);
  });

  it('keeps the pace of the tightest of several short windows', async () => {
    const pace = paceOf({
      windows: [
        { calls: 5, per: '1s' },
        { calls: 20, per: '10s' },
      ],
    });
    await time.open(pace);
    const dues = await drain([time.pod(pace)], 30_000, 200);
    expect(worstOf(dues, 1_020)).toBeLessThanOrEqual(5);
    expect(worstOf(dues, 10_020)).toBeLessThanOrEqual(20);
    expect(dues.length).toBeGreaterThanOrEqual(59);
  });

  describe('is closed where its state is lost, until all that was given must have been used:', () => {
    const pace = second(5);
    const opensAfter = async (pod: Pod) => {
      const permit = await pod.ask(1);
      expect(permit.kind).toBe('full');
      return permit.kind === 'full' ? permit.waitMs : 0;
    };

    it('at the start', async () => {
      const pod = time.pod(pace);
      expect(await opensAfter(pod)).toBeCloseTo(1_020, 0);
      await time.pass(1_021);
      expect(await pod.slots(1)).toEqual([expect.closeTo(1_000 + 2_020, 0)]);
    });

    it('a flush', async () => {
      await time.open(pace);
      const pod = time.pod(pace);
      await pod.slots(5);
      await redis.redis.del(scheduleKey(names.instance, names.target));
      expect(await opensAfter(pod)).toBeCloseTo(1_020, 0);
    });

    it('a clock that stepped back', async () => {
      await time.open(pace);
      const pod = time.pod(pace);
      await pod.slots(5);
      await time.step(-3_600_000);
      expect(await opensAfter(pod)).toBeCloseTo(1_020, 0);
    });

    it('a clock that stepped ahead, also for a pod that did not see it before', async () => {
      await time.open(pace);
      const pod = time.pod(pace);
      await pod.slots(5);
      await time.step(3_600_000);
      expect(await opensAfter(pod)).toBeCloseTo(1_020, 0);
      expect((await time.pod(pace).ask(1)).kind).toBe('full');
    });

    it('another Redis, which may be an older replica', async () => {
      await time.open(pace);
      let server = 'primary';
      const pod = time.pod(pace, () => server);
      await pod.slots(1);
      server = 'replica';
      expect(await opensAfter(pod)).toBeCloseTo(1_020, 0);
      await time.pass(1_021);
      expect(await pod.slots(1)).toHaveLength(1);
    });
  });

  it('gives no slot to an event that another pod has by now, and spends none on it', async () => {
    const pace = second(5);
    await time.open(pace);
    const [, mine] = (await time.ledger.claim([received('lost'), received('ours')])) ?? [];
    const owner = mine && 'owner' in mine ? mine.owner : '';
    const permit = await time.pod(pace).reserve([held(received('lost'), 'somebody'), held(received('ours'), owner)]);
    expect(permit).toMatchObject({ kind: 'slots', slots: [undefined, { dueMs: time.now() }] });
  });

  describe('in a pause', () => {
    const pause = () =>
      createPause(time.scripts.pause, names, { now: time.now, random: () => 0, onLonger: () => undefined });

    it('tells everybody, and no shorter pause shortens it', async () => {
      const pace = second(5);
      await time.open(pace);
      const mine = pause();
      await mine.begin(5_000, 'throttled');
      await pause().begin(1_000, 'unauthorised');
      expect(await time.pod(pace).ask(1)).toEqual({ kind: 'paused', waitMs: 5_000, reason: 'throttled' });
      await time.pass(4_999);
      expect(await time.pod(pace).ask(1)).toMatchObject({ kind: 'paused', waitMs: 1 });
      expect(mine.leftMs()).toBe(1);
    });

    it('starts slowly after it, and is at its pace three seconds later', async () => {
      const pace = second(50);
      await time.open(pace);
      const pod = time.pod(pace);
      await pause().begin(2_000, 'throttled');
      await time.pass(2_000);
      const startMs = time.now();
      const dues = await drain([pod], 6_000, 50, 10);
      const during = (fromMs: number) =>
        dues.filter((due) => due >= startMs + fromMs && due < startMs + fromMs + 1_000).length;
      expect(during(0)).toBeGreaterThan(10);
      expect(during(0)).toBeLessThan(18);
      expect(during(1_000)).toBeGreaterThan(during(0));
      expect(during(3_500)).toBeGreaterThanOrEqual(48);
    });
  });

  describe('with a limit on calls in flight', () => {
    const pace = second(50, { maxInFlight: 3 });
    const claimed = async (count: number) => {
      const all = Array.from({ length: count }, (_, i) => received(`flight-${i}`));
      const claims = (await time.ledger.claim(all)) ?? [];
      return all.map((each, i) => {
        const claim = claims[i];
        return held(each, claim && 'owner' in claim ? claim.owner : '');
      });
    };

    it('lets so many out, and the next when one is back', async () => {
      await time.open(pace);
      const pod = time.pod(pace);
      const all = await claimed(5);
      expect(await pod.reserve(all)).toMatchObject({ kind: 'slots', slots: { length: 3 } });
      expect(await pod.reserve(all.slice(3))).toMatchObject({ kind: 'full', waitMs: 100 });
      await time.ledger.complete(all[0] ?? held(received('none'), ''));
      expect(await pod.reserve(all.slice(3))).toMatchObject({ kind: 'slots', slots: { length: 1 } });
    });

    it('counts an event once that asks again', async () => {
      await time.open(pace);
      const pod = time.pod(pace);
      const all = await claimed(3);
      await pod.reserve(all);
      expect(await pod.reserve(all)).toMatchObject({ kind: 'slots', slots: { length: 3 } });
    });

    it('counts the calls of a dead pod until the target must have ended them', async () => {
      await time.open(pace);
      await time.pod(pace).reserve(await claimed(3));
      const pod = time.pod(pace);
      await time.pass(14_000);
      expect((await pod.ask(1)).kind).toBe('full');
      await time.pass(1_100);
      expect((await pod.ask(1)).kind).toBe('slots');
    });

    it('counts a call in doubt no less', async () => {
      await time.open(pace);
      const [doubtful, over] = await claimed(2);
      if (doubtful === undefined || over === undefined) throw new Error('Not claimed');
      await time.pod(pace).reserve([doubtful, over]);
      await time.ledger.release(doubtful, 'failed', { mayRun: true });
      await time.ledger.release(over, 'failed');
      const flight = await redis.redis.zrange(flightKey(names.instance, names.target), '0', '-1');
      expect(flight).toEqual([doubtful.owner]);
    });
  });
});
