import { describe, expect, it } from '@jest/globals';
import { createAttempt } from '../../apps/dispatcher/attempt.ts';
import { createLog } from '../../apps/shared/log.ts';
import type { Answer } from '../../apps/dispatcher/dispatch.ts';
import { held, received } from './held.ts';

describe('a slot that is not used', () => {
  it.each<[string, { pausedMs: number; lost: boolean }, string]>([
    ['late', { pausedMs: 0, lost: false }, 'late'],
    ['stopped by a pause', { pausedMs: 100, lost: false }, 'stopped'],
    ['stopped by another pod that has the event', { pausedMs: 0, lost: true }, 'stopped'],
  ])('is %s', async (_why, { pausedMs, lost }, told) => {
    const why: string[] = [];
    const attempt = createAttempt({
      target: 'crm',
      timeoutMs: 1_000,
      pause: { leftMs: () => pausedMs },
      dispatch: () => Promise.resolve({ kind: 'late' }),
      mutation: { type: 'mutation', text: 'mutation', name: undefined, field: 'deliver' },
      reconcile: undefined,
      makeInput: () => Promise.resolve({ ok: true, text: '{}' }),
      credential: { headers: () => ({}), refresh: () => Promise.resolve() },
      classify: { field: 'deliver', careful: false, now: Date.now },
      settle: {
        bury: () => Promise.resolve('dead_lettered'),
        found: () => Promise.resolve('delivered'),
        handBack: () => Promise.resolve('parked'),
        outcome: () => Promise.resolve('delivered'),
      },
      observe: { attempted: () => undefined, givenUp: (each) => void why.push(each) },
      took: () => undefined,
      log: createLog('tests', 'silent'),
      now: () => performance.now(),
    });
    const mine = { ...held(received('k'), 'owner'), lost };
    expect(await attempt(mine, { dueMs: 0, lateMs: 0 })).toBe(lost ? 'lost' : 'again');
    expect(why).toEqual([told]);
  });
});

it('tells neither the log nor the dead letter a credential that the target names as its code', async () => {
  const credential = { authorization: 'Bearer eyJhbGciOi.J9' };
  const body = { errors: [{ extensions: { code: 'eyJhbGciOi.J9' } }] };
  const answer: Answer = { kind: 'graphql', status: 200, headers: new Headers(), body, text: JSON.stringify(body) };
  const told: unknown[] = [];
  const tell = (line: object) => void told.push(line);
  const attempt = createAttempt({
    target: 'crm',
    timeoutMs: 1_000,
    pause: { leftMs: () => 0 },
    dispatch: () => Promise.resolve(answer),
    mutation: { type: 'mutation', text: 'mutation', name: undefined, field: 'deliver' },
    reconcile: undefined,
    makeInput: () => Promise.resolve({ ok: true, text: '{}' }),
    credential: { headers: () => credential, refresh: () => Promise.resolve() },
    classify: { field: 'deliver', careful: false, now: Date.now },
    settle: {
      bury: () => Promise.resolve('dead_lettered'),
      found: () => Promise.resolve('delivered'),
      handBack: () => Promise.resolve('parked'),
      outcome: (_held, outcome) => {
        told.push(outcome);
        return Promise.resolve('parked');
      },
    },
    observe: { attempted: (outcome) => void told.push(outcome), givenUp: () => undefined },
    took: () => undefined,
    log: { debug: tell, info: tell, warn: tell, error: tell },
    now: () => performance.now(),
  });
  expect(await attempt(held(received('k'), 'owner'), { dueMs: 0, lateMs: 0 })).toBe('parked');
  expect(told.length).toBeGreaterThan(2);
  expect(JSON.stringify(told)).not.toContain('eyJhbGciOi');
});
