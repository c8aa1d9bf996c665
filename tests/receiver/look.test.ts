import { describe, expect, it } from '@jest/globals';
import { createLookAt, look, oldestSinceMs, type LookDeps, type Seen } from '../../apps/receiver/look.ts';
import type { AskRedis } from '../../apps/receiver/ask-redis.ts';
import type { Depth } from '../../apps/receiver/backlog.ts';
import { createLog } from '../../apps/shared/log.ts';
import type { OldestSeen } from '../../apps/shared/fleet-state.ts';

describe('since when the oldest event waits', () => {
  const rose = 1_000_000;
  const last = (sinceMs: number) => ({ sinceMs, receivedAtMs: sinceMs + 1 });
  it.each<[string, OldestSeen, number, number]>([
    [
      'nobody received anything since the queue was empty',
      { unsettledSinceMs: undefined, last: undefined },
      rose,
      rose,
    ],
    ['the last receive was of before', { unsettledSinceMs: undefined, last: last(rose - 5_000_000) }, rose, rose],
    [
      'events are received as they come',
      { unsettledSinceMs: undefined, last: last(rose + 60_000) },
      rose,
      rose + 60_000,
    ],
    ['one is parked', { unsettledSinceMs: rose + 10, last: last(rose + 60_000) }, rose, rose + 10],
    ['what is parked was purged', { unsettledSinceMs: rose - 90_000, last: last(rose + 60_000) }, rose, rose + 60_000],
    ['this receiver has just begun', { unsettledSinceMs: 5_000, last: last(7_000) }, 0, 5_000],
  ])('is known where %s', (_when, seen, roseAtMs, since) => {
    expect(oldestSinceMs(seen, roseAtMs)).toBe(since);
  });
});

describe('a look', () => {
  const empty: Depth = { visible: 0, inFlight: 0, delayed: 0, retentionMs: 1_000 };
  const queue = { url: 'main', deadLetterUrl: 'dead' };
  const gone: AskRedis = {
    fleet: () => Promise.resolve(undefined),
    forget: () => Promise.resolve(),
    itself: () => Promise.reject(new Error('gone')),
  };
  const lookOnce = async (more: Partial<LookDeps>) => {
    const stop = new AbortController();
    const saw: Seen[] = [];
    const nothing: string[] = [];
    const observe = {
      saw: (_target: string, seen: Seen) => {
        saw.push(seen);
        stop.abort();
      },
      sawNothing: (_target: string, role: string) => {
        nothing.push(role);
        if (role === 'main') stop.abort();
      },
      sawRedis: () => undefined,
    };
    await look(
      {
        queues: new Map([['crm', queue]]),
        readDepth: () => Promise.resolve(empty),
        redis: gone,
        learn: () => undefined,
        observe,
        log: createLog('tests', 'silent'),
        clock: () => 5_000,
        ...more,
      },
      stop.signal,
    );
    return { saw, nothing };
  };

  it('is remembered: a queue that rose is as old as its rise, and what is older is forgotten after a minute without any', async () => {
    let nowMs = 1_000_000;
    let depth = empty;
    const ages: number[] = [];
    const forgotten: number[] = [];
    const stale = { unsettledSinceMs: 5, last: { sinceMs: 5, receivedAtMs: 6 } };
    const fleet = { pause: undefined, circuitOpenMs: undefined };
    const lookAt = createLookAt('crm', queue, {
      queues: new Map(),
      readDepth: () => Promise.resolve(depth),
      redis: {
        ...gone,
        fleet: () => Promise.resolve({ fleet, oldest: stale, latencyMs: undefined }),
        forget: (_target, beforeMs) => Promise.resolve(void forgotten.push(beforeMs)),
      },
      learn: () => undefined,
      observe: {
        saw: (_target, { ageMs }) => void ages.push(ageMs),
        sawNothing: () => undefined,
        sawRedis: () => undefined,
      },
      log: createLog('tests', 'silent'),
      clock: () => nowMs,
    });
    for (let looks = 0; looks < 14; looks++, nowMs += 5_000) await lookAt();
    expect(forgotten).toEqual([1_000_000 + 11 * 5_000 - 60_000]);
    depth = { ...empty, visible: 1 };
    for (let looks = 0; looks < 2; looks++, nowMs += 5_000) await lookAt();
    expect(ages).toEqual([...Array.from({ length: 14 }, () => 0), 5_000, 10_000]);
  });

  it('tells depth and age without Redis', async () => {
    const readDepth = () => Promise.resolve({ ...empty, visible: 3 });
    expect((await lookOnce({ readDepth })).saw).toMatchObject([{ depth: { visible: 3 }, fleet: undefined, ageMs: 0 }]);
  });

  it('tells no age of an empty queue, whatever was received last', async () => {
    const oldest = { unsettledSinceMs: 1, last: { sinceMs: 1, receivedAtMs: 2 } };
    const fleet = { pause: undefined, circuitOpenMs: undefined };
    const redis = { ...gone, fleet: () => Promise.resolve({ fleet, oldest, latencyMs: undefined }) };
    expect((await lookOnce({ redis })).saw).toMatchObject([{ ageMs: 0 }]);
  });

  it('tells the depth of a queue whose dead-letter queue cannot be read', async () => {
    const readDepth = (url: string) => (url === 'main' ? Promise.resolve(empty) : Promise.reject(new Error('no')));
    expect(await lookOnce({ readDepth })).toMatchObject({ saw: [{ letters: undefined }], nothing: ['dlq'] });
  });

  it('leaves everything as it was where the queue cannot be read', async () => {
    const { saw, nothing } = await lookOnce({ readDepth: () => Promise.reject(new Error('no')) });
    expect(saw).toEqual([]);
    expect(nothing).toContain('main');
  });
});
