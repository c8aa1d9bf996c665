import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCalls } from '../../apps/target/calls.ts';
import { createLimiter } from '../../apps/target/limit.ts';
import { handClock, startTarget, type Running } from './harness.ts';

const limit = { calls: 5, perMs: 1_000 };
let running: Running;
let time: ReturnType<typeof handClock>;

async function start(changed = limit): Promise<void> {
  time = handClock();
  running = await startTarget({ limit: changed, clock: time.clock });
}

afterEach(() => running.close());

let serial = 0;

/** Statuses of calls that arrive at these moments. */
async function arriveAt(...moments: number[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const moment of moments) {
    time.set(moment);
    statuses.push((await running.deliver(`e${serial++}`)).status);
  }
  return statuses;
}

describe('the limit', () => {
  it('admits five in any second, half-open: the sixth is refused until the first is a whole second old', async () => {
    await start();
    expect(await arriveAt(0.25, 10, 20, 30, 40)).toEqual([200, 200, 200, 200, 200]);
    expect(await arriveAt(1_000.249)).toEqual([429]);
    expect(await arriveAt(1_000.25)).toEqual([200]);
    expect(await arriveAt(1_009.999)).toEqual([429]);
  });

  it('slides: five before the turn of a second leave no room for five after it', async () => {
    await start();
    expect(await arriveAt(900, 901, 902, 903, 904)).toEqual([200, 200, 200, 200, 200]);
    expect(await arriveAt(1_000, 1_899)).toEqual([429, 429]);
    expect(await arriveAt(1_900)).toEqual([200]);
  });

  it('answers a refused call as GraphQL, executes nothing, and counts a violation', async () => {
    await start({ calls: 1, perMs: 3_500 });
    await arriveAt(0);
    time.set(400);
    const refused = await running.deliver('refused');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('4');
    expect(refused.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    expect(refused.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect(refused.json()).not.toHaveProperty('data');
    expect(await running.summary()).toMatchObject({ calls: 2, effects: 1, violations: 1, worst_window: 2 });
    expect(await running.effects()).toHaveLength(1);
    expect((await running.calls())[1]).toMatchObject({ id: 'refused', outcome: 'limited', status: 429, effect: false });
  });

  it('says a Retry-After of whole seconds, at least one, after which the call is admitted', async () => {
    await start({ calls: 2, perMs: 2_001 });
    await arriveAt(0, 500);
    time.set(500);
    expect((await running.deliver('a')).headers.get('retry-after')).toBe('2');
    time.set(2_000);
    expect((await running.deliver('a')).headers.get('retry-after')).toBe('1');
    expect(await arriveAt(3_000)).toEqual([200]);
  });

  it('gives refused calls no place, so that a client who hammers is let in when the others are old enough', async () => {
    await start();
    await arriveAt(0, 0, 0, 0, 0);
    expect(new Set(await arriveAt(...Array.from({ length: 20 }, (_, n) => n * 50)))).toEqual(new Set([429]));
    expect(await arriveAt(1_000)).toEqual([200]);
    expect(await running.summary()).toMatchObject({ calls: 26, violations: 20, worst_window: 25, in_last_window: 20 });
  });

  it('counts every call to the endpoint, whatever it holds, and no other path', async () => {
    await start({ calls: 6, perMs: 1_000 });
    time.set(0);
    await running.fault({ fault: 'status', status: 503 });
    await fetch(running.url);
    await running.post('NONSENSE');
    await running.post('{}', { 'content-type': 'text/plain' });
    await running.query('{ __typename }');
    await running.query('{');
    expect((await fetch(new URL('/', running.url))).status).toBe(404);
    expect((await fetch(new URL('/graphql/x', running.url))).status).toBe(404);
    expect(await arriveAt(1, 2)).toEqual([200, 429]);
    expect(await running.summary()).toMatchObject({ calls: 7, worst_window: 7 });
  });

  it('limits a call that is malformed, too, and spends no fault on a limited one', async () => {
    await start({ calls: 1, perMs: 1_000 });
    await arriveAt(0);
    await running.fault({ fault: 'status', status: 503 });
    expect((await running.post('NONSENSE')).status).toBe(429);
    expect(await arriveAt(0, 1_000)).toEqual([429, 503]);
  });
});

describe('PUT /limit', () => {
  it('takes effect at once, keeps the places taken, and measures again', async () => {
    await start();
    await arriveAt(0, 400, 800, 800);
    expect((await running.admin('PUT', '/limit', { calls: 2, perMs: 500 })).json()).toEqual({ calls: 2, perMs: 500 });
    expect(await running.summary()).toMatchObject({ limit: 2, per_ms: 500, worst_window: 3, in_last_window: 3 });
    expect(await arriveAt(900, 1_299)).toEqual([429, 429]);
    expect(await arriveAt(1_300, 1_300, 1_300)).toEqual([200, 200, 429]);
    await running.admin('PUT', '/limit', { calls: 9, perMs: 10_000 });
    expect(await arriveAt(1_300, 1_300, 1_300, 1_300)).toEqual([200, 200, 200, 429]);
  });

  it('refuses what is no limit, with every fault named, and leaves it as it is', async () => {
    await start();
    const answer = await running.admin('PUT', '/limit', { calls: 0, perMs: 1.5 });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ errors: [{ path: '/calls' }, { path: '/perMs' }] });
    expect(await running.summary()).toMatchObject({ limit: 5, per_ms: 1_000 });
  });
});

describe('for any arrivals', () => {
  const arrivals = fc.array(fc.double({ min: 0, max: 400, noNaN: true }), { maxLength: 60 }).map((gaps) =>
    gaps.map(
      (
        (at) => (gap: number) =>
          (at += gap)
      )(0),
    ),
  );
  const fullest = (moments: number[], perMs: number) =>
    Math.max(0, ...moments.map((from) => moments.filter((at) => at >= from && at - from < perMs).length));

  it('no half-open span holds more admitted calls than the limit, and none is refused without need', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 6 }), (moments, calls) => {
        const limiter = createLimiter({ calls, perMs: 1_000 });
        const admitted: number[] = [];
        for (const at of moments) {
          const place = limiter.take(at);
          if (place.kind === 'admitted') admitted.push(at);
          else expect(fullest([...admitted, at], 1_000)).toBeGreaterThan(calls);
        }
        expect(fullest(admitted, 1_000)).toBeLessThanOrEqual(calls);
      }),
    );
  });

  it('the worst window is the one that counting by hand finds', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 3_000 }), (moments, perMs) => {
        const calls = createCalls({ calls: 1, perMs });
        const header = { time: '', idempotency_key: null, traceparent: null };
        for (const arrival of moments) calls.open({ arrival, ...header, limited: false });
        expect(calls.measured(Infinity).worst_window).toBe(fullest(moments, perMs));
      }),
    );
  });
});
