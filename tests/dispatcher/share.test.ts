import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Permit } from '../../apps/dispatcher/permit.ts';
import { createShare, type SharePart } from '../../apps/dispatcher/share.ts';
import type { RunScript } from '../../apps/shared/redis.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { names, paceOf, startTimed, worstOf, type Timed } from './clock.ts';

/** Half the limit for each of two pods, for ten seconds. */
const pace = paceOf({
  windows: [{ calls: 20, per: '1s' }],
  withoutRedis: 'share',
  shares: 2,
  shareFor: '10s',
});

type Cut = 'whole' | 'both ways' | 'replies';

/** A pod with a share, and a cable to Redis that can be pulled. */
interface SharingPod extends SharePart {
  readonly cable: (cut: Cut) => void;
  /** Takes what slots it gets, from wherever it may. */
  readonly draw: () => Promise<void>;
}

describe('shares of the limit', () => {
  let redis: TestRedis;
  let time: Timed;
  /** Every moment that any pod was given. */
  let dues: number[];
  beforeEach(async () => {
    redis = await startRedis();
    time = await startTimed(redis.redis);
    dues = [];
  });
  afterEach(() => redis.close());

  function startPod(owner: string): SharingPod {
    const { share } = pace;
    if (share === undefined) throw new Error('This limit has no shares');
    let cut: Cut = 'whole';
    const gone = { ok: false, reason: 'cut' } as const;
    const script: RunScript = async (keys, args) => {
      if (cut === 'both ways') return gone;
      const reply = await time.scripts.share(keys, args);
      return cut === 'replies' ? gone : reply;
    };
    const pod = time.pod(pace);
    // What it asks for is claimed anew each time, so the list it is given only says how many.
    const reserve = async (all: readonly unknown[]): Promise<Permit> => {
      if (cut === 'both ways') return { kind: 'gone', reason: 'cut' };
      const permit = await pod.ask(all.length);
      return cut === 'replies' ? { kind: 'gone', reason: 'cut' } : permit;
    };
    const part = createShare({ share, script, names, reserve, owner, latenessMs: pace.latenessMs, now: time.now });
    return {
      ...part,
      cable: (how) => (cut = how),
      async draw() {
        const permit = await part.reserve(Array.from({ length: 5 }) as never);
        if (permit.kind === 'slots') dues.push(...permit.slots.flatMap((slot) => (slot ? [slot.dueMs] : [])));
      },
    };
  }

  /** Lets pods draw all the time and beat every second, for so long. */
  async function live(pods: readonly SharingPod[], forMs: number): Promise<void> {
    for (let passedMs = 0; passedMs < forMs; passedMs += 100) {
      for (const pod of pods) {
        if (passedMs % 1_000 === 0) await pod.beat();
        await pod.draw();
      }
      await time.pass(100);
    }
  }
  const during = (fromMs: number, toMs: number) => dues.filter((due) => due >= fromMs && due < toMs).length;
  const expectHeld = () => expect(worstOf(dues, 1_020)).toBeLessThanOrEqual(20);

  it('are not touched while Redis is there', async () => {
    await time.open(pace);
    const pods = [startPod('a'), startPod('b')];
    await live(pods, 5_000);
    expect(pods.some(({ spending }) => spending())).toBe(false);
    expect(during(2_000, 5_000)).toBeGreaterThanOrEqual(58);
    expectHeld();
  });

  it('are spent by all when Redis is gone: after their leases and a window, for a bounded time', async () => {
    await time.open(pace);
    const pods = [startPod('a'), startPod('b')];
    await live(pods, 3_000);
    for (const pod of pods) pod.cable('both ways');
    const cutMs = time.now();
    await live(pods, 30_000);
    // The lease (5 s), a second for a beat under way, horizon and window.
    expect(during(cutMs + 1_000, cutMs + 6_500)).toBe(0);
    expect(during(cutMs + 9_000, cutMs + 14_000)).toBeGreaterThanOrEqual(95);
    expect(during(cutMs + 19_000, cutMs + 30_000)).toBe(0);
    expectHeld();
  });

  it('are left out of what those get who still see Redis, and given back', async () => {
    await time.open(pace);
    const pods = [startPod('a'), startPod('b')];
    const [away] = pods;
    await live(pods, 3_000);
    away?.cable('both ways');
    const cutMs = time.now();
    await live(pods, 15_000);
    expect(away?.spending()).toBe(true);
    expect(during(cutMs + 10_000, cutMs + 15_000)).toBeGreaterThanOrEqual(90);
    away?.cable('whole');
    await live(pods, 10_000);
    expect(away?.spending()).toBe(false);
    expect(during(cutMs + 20_000, cutMs + 25_000)).toBeGreaterThanOrEqual(95);
    expectHeld();
  });

  it('are never spent twice where only the replies are lost', async () => {
    await time.open(pace);
    const pods = [startPod('a'), startPod('b')];
    await live(pods, 3_000);
    pods[0]?.cable('replies');
    await live(pods, 20_000);
    pods[0]?.cable('both ways');
    await live(pods, 20_000);
    pods[0]?.cable('whole');
    await live(pods, 5_000);
    expectHeld();
  });

  it('are held to be in use where Redis forgot who has them', async () => {
    await time.open(pace);
    const pods = [startPod('a'), startPod('b')];
    await live(pods, 3_000);
    pods[0]?.cable('both ways');
    await live(pods, 12_000);
    expect(pods[0]?.spending()).toBe(true);
    await redis.redis.flushall();
    await time.pass(0);
    await live(pods, 5_000);
    expectHeld();
    pods[0]?.cable('whole');
    await live(pods, 30_000);
    expectHeld();
    expect(during(time.now() - 3_000, time.now())).toBeGreaterThanOrEqual(58);
  });

  it('pass to others when they are given back', async () => {
    await time.open(pace);
    const [a, b, c] = [startPod('a'), startPod('b'), startPod('c')];
    await live([a, b], 2_000);
    await a.beat();
    await a.giveBack();
    await c.beat();
    c.cable('both ways');
    const cutMs = time.now();
    await live([b, c], 15_000);
    expect(c.spending()).toBe(true);
    expect(during(cutMs + 10_000, cutMs + 15_000)).toBeGreaterThanOrEqual(90);
    expectHeld();
  });

  it('are not for a pod that came too late for one', async () => {
    await time.open(pace);
    const pods = [startPod('a'), startPod('b'), startPod('c')];
    await live(pods, 3_000);
    for (const pod of pods) pod.cable('both ways');
    await live(pods, 15_000);
    expect(pods.map(({ spending }) => spending())).toEqual([true, true, false]);
    expectHeld();
  });
});
