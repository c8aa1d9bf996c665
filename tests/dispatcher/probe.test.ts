import { describe, expect, it } from '@jest/globals';
import { guestOf } from '../../apps/dispatcher/permit.ts';
import { leaseMs, pace, circuitOfEachTest } from './circuitry.ts';
import { names, paceOf } from './clock.ts';

describe('the probe of an open circuit', () => {
  const circuitry = circuitOfEachTest();

  it('is probed by one pod, when its time has come', async () => {
    const { time, fail, move } = circuitry();
    await fail(5);
    expect(await move('pod-1')).toEqual(['wait', 1_000]);
    await time.pass(1_000);
    expect(await move('pod-1')).toEqual(['ask']);
    expect(await move('pod-2')).toEqual(['wait', leaseMs]);
    expect(await move('pod-1')).toEqual(['ask']);
  });

  it('gives slots to the probe alone: for its question, then for one event', async () => {
    const { time, take, fail, move } = circuitry();
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
    const { time, take, end, move, probing } = circuitry();
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

  it('closes when the target refuses the event of the probe', async () => {
    const { time, take, move, probing } = circuitry();
    const pod = await probing();
    const mine = await take();
    await pod.reserve([mine]);
    const { key, owner, event } = mine;
    const letter = { key, owner, class: 'refused', digest: event.digest, redrive: 0, heard: 'somebody' } as const;
    expect(await time.ledger.bury('begin', letter)).toBe('written');
    expect(await move('pod-1')).toEqual(['closed']);
  });

  it('gives the place of its question, among the calls in flight, to its event', async () => {
    const { time, take, fail, move } = circuitry();
    const single = paceOf({ windows: [{ calls: 50, per: '1s' }], maxInFlight: 1 });
    await time.open(single);
    const pod = time.pod(single);
    await fail(5);
    await time.pass(1_000);
    await move('pod-1');
    expect((await pod.reserve([guestOf('pod-1')])).kind).toBe('slots');
    const mine = await take();
    expect((await pod.reserve([mine])).kind).not.toBe('slots');
    await move('pod-1', 'answered');
    expect((await pod.reserve([mine])).kind).toBe('slots');
  });

  it('asks less often the longer nobody answers, and soon sends another event where somebody does', async () => {
    const { time, take, end, fail, move } = circuitry();
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

  it('lets a new pod have the probe of a dead one when its lease ends, and hears no more of that', async () => {
    const { time, take, end, move, probing } = circuitry();
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
    const { time, take, move, probing } = circuitry();
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
    const { take, end, probing } = circuitry();
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
    const { time, take, move, probing } = circuitry();
    const pod = await probing();
    const mine = await take();
    await pod.reserve([mine]);
    await time.ledger.release(mine, reason, { heard });
    expect((await move('pod-1')) as unknown[]).toContain(kind);
  });

  it('is left by a pod that stops, for the next one to take at once', async () => {
    const { move, probing } = circuitry();
    await probing();
    await move('pod-1', 'leave');
    expect(await move('pod-2')).toEqual(['ask']);
  });

  it('keeps the longer pause when it closes', async () => {
    const { take, end, stateOf, probing } = circuitry();
    const pod = await probing();
    const mine = await take();
    await pod.reserve([mine]);
    await circuitry().redis.set(`egw:{${names.instance}/${names.target}}:pause`, `1800000100000 throttled`);
    await end(mine, 'somebody');
    expect(await stateOf()).toBe('paused');
  });
});
