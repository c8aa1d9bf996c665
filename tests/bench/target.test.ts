import { afterEach, describe, expect, it } from '@jest/globals';
import { createArrivals } from '../../bench/target/arrivals.ts';
import { startTarget, type Target, type TargetOptions } from '../../bench/target/start.ts';

let target: Target | undefined;
const over = new AbortController();

afterEach(() => target?.stop());

async function open(options: Pick<TargetOptions, 'latencyMs' | 'slow'>): Promise<Target> {
  return (target = await startTarget({ ...options, died: (sentence) => over.abort(sentence), signal: over.signal }));
}

async function call({ url }: Target, id: string): Promise<number> {
  const startedMs = performance.now();
  const body = JSON.stringify({ query: 'mutation { deliver { id } }', variables: { input: { key: 'k-7', id } } });
  const response = await fetch(url, { method: 'POST', body });
  expect(await response.json()).toEqual({ data: { deliver: { id: expect.any(String) } } });
  return performance.now() - startedMs;
}

describe('the target of the benchmark', () => {
  it('records when calls came, and how many were answered', async () => {
    const called = await open({ latencyMs: 1 });
    const fromMs = performance.timeOrigin + performance.now();
    await Promise.all([call(called, 'event-1'), call(called, 'event-2')]);
    await call(called, 'event-3');
    const toMs = performance.timeOrigin + performance.now();
    const record = await called.record();
    expect(record).toMatchObject({ arrived: 3, answered: 3 });
    const arrivals = await called.arrivals(0);
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
    // Two processes tell the wall clock to a ms or so.
    for (const atMs of [...arrivals, record.lastAnsweredMs]) expect(atMs).toBeGreaterThan(fromMs - 5);
    for (const atMs of [...arrivals, record.lastAnsweredMs]) expect(atMs).toBeLessThan(toMs + 5);
    expect(await called.arrivals(2)).toEqual(arrivals.slice(2));
  });

  it('is slow for the events that were chosen, and for no other', async () => {
    const called = await open({ latencyMs: 1, slow: { every: 10, latencyMs: 300 } });
    expect(await call(called, 'event-20')).toBeGreaterThan(290);
    const others = await Promise.all(['event-21', 'event-102', 'warm-10-up'].map((id) => call(called, id)));
    expect(Math.max(...others)).toBeLessThan(290);
  });
});

describe('arrivals', () => {
  it('are all kept, however many come', () => {
    const arrivals = createArrivals();
    for (let at = 0; at < 200_000; at++) arrivals.add(at / 8);
    expect(arrivals.count()).toBe(200_000);
    expect(arrivals.from(199_998)).toEqual([199_998 / 8, 199_999 / 8]);
  });
});
