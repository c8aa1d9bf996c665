import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { declareFirstStart } from '../../apps/shared/first-start.ts';
import { logKey, pauseKey, scheduleKey } from '../../apps/shared/state-keys.ts';
import { createPause } from '../../apps/dispatcher/pause.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { names, paceOf, startTimed, worstOf, type Pod, type Timed } from './clock.ts';

/** 20 in a second, 60 in a minute: three seconds' worth, and then a wait. */
const pace = paceOf({
  windows: [
    { calls: 20, per: '1s' },
    { calls: 60, per: '1m' },
  ],
});

describe('a long window', () => {
  let redis: TestRedis;
  let time: Timed;
  beforeEach(async () => {
    redis = await startRedis();
    time = await startTimed(redis.redis);
  });
  afterEach(() => redis.close());

  /** Takes all there is, until it says when there is more. */
  async function drain(pod: Pod, untilMs: number): Promise<number[]> {
    const dues: number[] = [];
    while (time.now() < untilMs) {
      const permit = await pod.ask(20);
      if (permit.kind === 'slots') {
        dues.push(...permit.slots.flatMap((slot) => (slot ? [slot.dueMs] : [])));
        await time.pass(100);
      } else {
        const waitMs = permit.kind === 'full' ? permit.waitMs : 1_000;
        await time.pass(Math.max(1, Math.min(waitMs, untilMs - time.now())));
      }
    }
    return dues;
  }

  it('is spent at the pace of the short one, and then holds until its calls have left it', async () => {
    await time.open(pace);
    const pod = time.pod(pace);
    const startMs = time.now();
    const dues = await drain(pod, startMs + 130_000);
    expect(dues.filter((due) => due < startMs + 10_000)).toHaveLength(60);
    expect(worstOf(dues, 1_020)).toBeLessThanOrEqual(20);
    expect(worstOf(dues, 60_020)).toBeLessThanOrEqual(60);
    // Twice more after a minute each: a bucket, a tenth of a second, is what the log may cost.
    expect(dues.length).toBe(180);
  });

  it('says how long it is shut', async () => {
    await time.open(pace);
    const pod = time.pod(pace);
    const startMs = time.now();
    await drain(pod, startMs + 5_000);
    const permit = await pod.ask(1);
    expect(permit.kind).toBe('full');
    const waitMs = permit.kind === 'full' ? permit.waitMs : 0;
    expect(waitMs).toBeGreaterThan(54_900);
    expect(waitMs).toBeLessThan(55_200);
    expect((await pod.ask(0)).kind).toBe('full');
  });

  it('is remembered when all pods are new, and whatever time they sleep', async () => {
    await time.open(pace);
    await drain(time.pod(pace), time.now() + 5_000);
    expect((await time.pod(pace).ask(1)).kind).toBe('full');
    await time.pass(10 * 86_400_000);
    const dues = await drain(time.pod(pace), time.now() + 5_000);
    expect(dues).toHaveLength(60);
    // What it remembers is bounded, however long it lives.
    expect(await redis.redis.hlen(logKey(names.instance, names.target, 60_000))).toBeLessThan(604);
  });

  it('is shut for all of it where its log is lost, unless it is said that there is no past', async () => {
    await time.open(pace);
    const pod = time.pod(pace);
    await drain(pod, time.now() + 500);
    await redis.redis.del(logKey(names.instance, names.target, 60_000));
    const permit = await pod.ask(1);
    expect(permit).toMatchObject({ kind: 'full', waitMs: expect.closeTo(61_020, -1) });
    await declareFirstStart(redis.redis, names, [60_000]);
    expect((await pod.ask(1)).kind).toBe('slots');
  });

  it('forgets nothing that it counted where it is said that there is no past', async () => {
    await time.open(pace);
    const pod = time.pod(pace);
    await drain(pod, time.now() + 5_000);
    await declareFirstStart(redis.redis, names, [60_000]);
    expect((await pod.ask(1)).kind).toBe('full');
  });

  it.each([
    ['back', -3_600_000],
    ['ahead', 3_600_000],
  ])('counts all it knows as of a horizon from now where the clock of Redis steps %s', async (_where, ms) => {
    await time.open(pace);
    const pod = time.pod(pace);
    await drain(pod, time.now() + 5_000);
    await time.step(ms);
    await pod.ask(1);
    await time.pass(59_000);
    expect((await pod.ask(1)).kind).toBe('full');
    // A slot that was given before may lie a horizon ahead.
    await time.pass(1_200);
    expect((await pod.ask(1)).kind).toBe('full');
    await time.pass(1_100);
    expect((await pod.ask(1)).kind).toBe('slots');
  });

  const tight = paceOf({
    windows: [
      { calls: 2, per: '1s' },
      { calls: 2, per: '12s' },
    ],
  });

  it('keeps its limit where a slot was still ahead when the clock stepped back', async () => {
    await time.open(tight);
    const first = time.pod(tight);
    const dues = [...(await first.slots(1))];
    await time.step(-100);
    dues.push(...(await time.pod(tight).slots(1)));
    for (const pods of [first, first, first]) {
      const permit = await pods.ask(1);
      if (permit.kind === 'slots') dues.push(...permit.slots.map((slot) => slot?.dueMs ?? 0));
      await time.pass(permit.kind === 'full' ? permit.waitMs : 0);
    }
    const end = time.now() + 20_000;
    dues.push(...(await drain(first, end)));
    expect(worstOf(dues, 12_000)).toBeLessThanOrEqual(2);
  });

  it('loses no room for good where a replica, whose clock is behind, counts at an earlier time', async () => {
    await time.open(tight);
    let server = 'primary';
    const knowing = time.pod(tight, () => server);
    await knowing.reserve([]);
    // What a pod last heard so long ago leaves room for a tenth of a second of drift.
    await time.pass(100_000);
    // After a loss the first slot is a whole horizon ahead.
    await redis.redis.del(scheduleKey(names.instance, names.target));
    const other = time.pod(tight);
    await other.ask(1);
    await time.pass(1_021);
    expect(await other.slots(1)).toEqual([expect.closeTo(time.now() + 1_000, -1)]);
    server = 'replica';
    await time.step(-90);
    await knowing.ask(1);
    await time.pass(100_000);
    expect((await knowing.ask(1)).kind).toBe('slots');
  });

  it('takes the wide slots of a slow start for no jump of the clock', async () => {
    const narrow = paceOf({
      windows: [
        { calls: 1, per: '1s' },
        { calls: 5, per: '1m' },
      ],
    });
    const pod = time.pod(narrow);
    // Never declared open: the log is closed for its window once, and remembers that for a while.
    await pod.ask(1);
    await time.pass(70_000);
    expect(await pod.slots(1)).toHaveLength(1);
    const pause = createPause(time.scripts.pause, names, { now: time.now, random: () => 0, onLonger: () => undefined });
    await pause.begin(1_000, 'throttled');
    await redis.redis.persist(pauseKey(names.instance, names.target));
    await time.pass(1_000);
    const dues = await drain(pod, time.now() + 15_000);
    expect(dues).toHaveLength(4);
  });

  it('is not closed anew by a jump of the clock, long after it was', async () => {
    const pod = time.pod(pace);
    await pod.ask(1);
    await time.pass(150_000);
    await drain(pod, time.now() + 500);
    await time.step(3_600_000);
    await pod.ask(1);
    await time.pass(2_100);
    expect((await pod.ask(1)).kind).toBe('slots');
  });

  it('is closed anew by a jump of the clock that seemed to end its closure', async () => {
    const knowing = time.pod(pace);
    await knowing.ask(1);
    await time.step(90_000);
    await time.pod(pace).ask(0);
    await knowing.ask(1);
    await time.pass(10_000);
    expect((await knowing.ask(1)).kind).toBe('full');
  });

  it('counts what an older replica may lack as late as it may be called', async () => {
    await time.open(pace);
    let server = 'primary';
    const pod = time.pod(pace, () => server);
    await pod.slots(5);
    server = 'replica';
    await pod.ask(1);
    const replacedMs = time.now();
    await drain(pod, replacedMs + 60_000);
    // The five that it knew have left the window; what it may lack could lie a horizon ahead, and has not.
    expect(await drain(pod, replacedMs + 60_950)).toHaveLength(5);
  });

  it('counts what an older replica may lack', async () => {
    await time.open(pace);
    let server = 'primary';
    const pod = time.pod(pace, () => server);
    await pod.slots(5);
    server = 'replica';
    await pod.ask(1);
    const after = await drain(pod, time.now() + 20_000);
    // Horizon and window together last 2.02 s, at most 40 slots at this pace.
    expect(after).toHaveLength(60 - 5 - 40);
  });

  it('takes a smaller limit into account at once, and a larger one', async () => {
    const calls = (count: number) =>
      paceOf({
        windows: [
          { calls: 20, per: '1s' },
          { calls: count, per: '1m' },
        ],
      });
    await time.open(pace);
    await drain(time.pod(pace), time.now() + 2_000);
    expect((await time.pod(calls(10)).ask(1)).kind).toBe('full');
    expect((await time.pod(calls(90)).ask(1)).kind).toBe('slots');
  });
});
