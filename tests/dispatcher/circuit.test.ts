import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { guestOf } from '../../apps/dispatcher/permit.ts';
import { circuitKey, flightKey } from '../../apps/shared/state-keys.ts';
import type { Held } from '../../apps/dispatcher/held.ts';
import type { Heard, ReleaseReason } from '../../apps/dispatcher/ledger.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { names, paceOf, startTimed, type Pod, type Timed } from './clock.ts';
import { held, received } from './held.ts';

const pace = paceOf({ windows: [{ calls: 50, per: '1s' }] });
const leaseMs = 25_000;

describe('the circuit', () => {
  let redis: TestRedis;
  let time: Timed;
  let events = 0;
  beforeEach(async () => {
    redis = await startRedis();
    time = await startTimed(redis.redis);
    await time.open(pace);
  });
  afterEach(() => redis.close());

  const take = async (key = `event-${++events}`): Promise<Held> => {
    const [claim] = (await time.ledger.claim([received(key)])) ?? [];
    if (claim === undefined || !('owner' in claim)) throw new Error(`It is ${claim?.kind ?? 'gone'}`);
    return { ...held(received(key), claim.owner), attempts: claim.attempts };
  };
  const end = async (mine: Held, heard: Heard, reason: ReleaseReason = 'unavailable') =>
    heard === 'somebody' ? time.ledger.complete(mine) : time.ledger.release(mine, reason, { heard });
  const fail = async (count: number) => {
    for (let i = 0; i < count; i++) await end(await take(), 'nobody');
  };
  const deliver = async (count: number) => {
    for (let i = 0; i < count; i++) await end(await take(), 'somebody');
  };
  const stateOf = async (pod = time.pod(pace)) => (await pod.reserve([])).kind;
  const move = async (pod: string, what: 'take' | 'answered' | 'failed' | 'leave' = 'take') => {
    const keys = [circuitKey(names.instance, names.target), flightKey(names.instance, names.target)];
    const result = await time.scripts.probe(keys, [pod, leaseMs, what]);
    if (!result.ok) throw new Error(result.reason);
    return result.reply;
  };
  /** The pods are called pod-1, pod-2 …, in the order of their making. */
  const probing = async (): Promise<Pod> => {
    const pod = time.pod(pace);
    await fail(5);
    await time.pass(1_000);
    expect(await move('pod-1')).toEqual(['ask']);
    expect(await move('pod-1', 'answered')).toEqual(['send']);
    return pod;
  };

  it('opens when five events in a row find nobody, and tells the fleet', async () => {
    const told: string[] = [];
    const subscriber = redis.redis.duplicate();
    await subscriber.connect();
    await subscriber.subscribe(`egw:{${names.instance}/${names.target}}:pauses`);
    subscriber.on('message', (_channel, message) => told.push(message));
    await fail(4);
    await deliver(1);
    await fail(4);
    expect(await stateOf()).toBe('slots');
    await fail(1);
    expect(await stateOf()).toBe('open');
    while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(told).toEqual(['1000 unreachable']);
    subscriber.disconnect();
  });

  it('opens when half of ten in half a minute find nobody, and forgets what is older', async () => {
    for (let i = 0; i < 4; i++) {
      await fail(1);
      await deliver(1);
    }
    await time.pass(30_000);
    await fail(1);
    await deliver(1);
    expect(await stateOf()).toBe('slots');
    for (let i = 0; i < 4; i++) {
      await deliver(1);
      await time.pass(2_000);
      await fail(1);
    }
    expect(await stateOf()).toBe('open');
  });

  it('stays closed for one event that finds nobody again and again, whoever else is delivered', async () => {
    for (let i = 0; i < 12; i++) {
      await end(await take('poison'), 'nobody');
      await deliver(i % 3);
      await time.pass(40_000);
    }
    expect(await stateOf()).toBe('slots');
  });

  it('is probed by one pod, when its time has come', async () => {
    await fail(5);
    expect(await move('pod-1')).toEqual(['wait', 1_000]);
    await time.pass(1_000);
    expect(await move('pod-1')).toEqual(['ask']);
    expect(await move('pod-2')).toEqual(['wait', leaseMs]);
    expect(await move('pod-1')).toEqual(['ask']);
  });

  it('gives slots to the probe alone: for its question, then for one event', async () => {
    const pod = time.pod(pace);
    const other = time.pod(pace);
    await fail(5);
    await time.pass(1_000);
    await move('pod-1');
    const [first, second] = [await take(), await take()];
    expect((await pod.reserve([first])).kind).toBe('open');
    expect((await other.reserve([guestOf('pod-2')])).kind).toBe('open');
    const question = await pod.reserve([guestOf('pod-1')]);
    expect(question).toMatchObject({ kind: 'slots', slots: [{}] });
    await move('pod-1', 'answered');
    expect((await other.reserve([first])).kind).toBe('open');
    expect(await pod.reserve([first, second])).toMatchObject({ kind: 'slots', slots: [{}] });
    expect((await pod.reserve([second])).kind).toBe('open');
    expect((await pod.reserve([first])).kind).toBe('slots');
  });

  it('closes when the probe finds somebody, with a slow start', async () => {
    const pod = await probing();
    const mine = await take();
    await pod.reserve([mine]);
    await end(mine, 'somebody');
    expect(await move('pod-1')).toEqual(['closed']);
    const [first = 0, second = 0] = await pod.slots(5);
    expect(second - first).toBeGreaterThan(3 * pace.spacingMs);
    await time.pass(4_000);
    const [third = 0, fourth = 0] = await pod.slots(5);
    expect(fourth - third).toBeCloseTo(pace.spacingMs, 1);
  });

  it('is not closed by a call of before', async () => {
    const before = await take();
    await fail(5);
    await end(before, 'somebody');
    expect(await stateOf()).toBe('open');
  });

  it('asks less often the longer nobody answers, and soon sends another event where somebody does', async () => {
    await fail(5);
    const waits: unknown[] = [];
    let waitMs = 1_000;
    for (let i = 0; i < 8; i++) {
      await time.pass(waitMs);
      await move('pod-1');
      const [kind, next] = (await move('pod-1', 'failed')) as [string, number];
      expect(kind).toBe('wait');
      waits.push((waitMs = next));
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    const pod = time.pod(pace);
    const sends: number[] = [];
    for (let i = 0; i < 4; i++) {
      await time.pass(waitMs);
      await move('pod-1');
      await move('pod-1', 'answered');
      const mine = await take();
      expect((await pod.reserve([mine])).kind).toBe('slots');
      await end(mine, 'nobody');
      [, waitMs] = (await move('pod-1')) as [string, number];
      sends.push(waitMs);
    }
    expect(sends).toEqual([1_000, 2_000, 2_000, 2_000]);
  });

  it('spends no attempt however long it lasts', async () => {
    await fail(5);
    for (let i = 0; i < 30; i++) {
      const mine = await take('patient');
      expect(mine.attempts).toBe(0);
      await end(mine, 'nobody');
      await time.pass(30_000);
    }
  });

  it('lets a new pod have the probe of a dead one when its lease ends, and hears no more of that', async () => {
    const pod = await probing();
    const mine = await take();
    await pod.reserve([mine]);
    const late = time.pod(pace);
    await time.pass(leaseMs + 1);
    expect(await move('pod-2')).toEqual(['ask']);
    expect(await move('pod-1', 'answered')).toEqual(['wait', leaseMs]);
    await end(mine, 'somebody');
    expect(await move('pod-2')).toEqual(['ask']);
    expect((await late.reserve([guestOf('pod-2')])).kind).toBe('slots');
  });

  it('keeps the lease while it waits for an event, and not once the event has its slot', async () => {
    const pod = await probing();
    for (let i = 0; i < 5; i++) {
      await time.pass(20_000);
      expect(await move('pod-1')).toEqual(['send']);
    }
    await pod.reserve([await take()]);
    await time.pass(20_000);
    expect(await move('pod-1')).toEqual(['send']);
    await time.pass(6_000);
    expect(await move('pod-2')).toEqual(['ask']);
  });

  it('takes another event where the first was handed back untried', async () => {
    const pod = await probing();
    const mine = await take();
    await pod.reserve([mine]);
    await end(mine, 'nothing', 'untried');
    expect((await pod.reserve([await take()])).kind).toBe('slots');
  });

  it.each([
    ['failed', 'somebody', 'closed'],
    ['throttled', 'somebody', 'closed'],
    ['unavailable', 'nobody', 'wait'],
  ] as const)('after a probe that %s finds %s it is %s', async (reason, heard, kind) => {
    const pod = await probing();
    const mine = await take();
    await pod.reserve([mine]);
    await time.ledger.release(mine, reason, { heard });
    expect((await move('pod-1')) as unknown[]).toContain(kind);
  });

  it('is left by a pod that stops, for the next one to take at once', async () => {
    await probing();
    await move('pod-1', 'leave');
    expect(await move('pod-2')).toEqual(['ask']);
  });

  it('keeps the longer pause when it closes', async () => {
    const pod = await probing();
    const mine = await take();
    await pod.reserve([mine]);
    await redis.redis.set(`egw:{${names.instance}/${names.target}}:pause`, `1800000100000 throttled`);
    await end(mine, 'somebody');
    expect(await stateOf()).toBe('paused');
  });
});
