import { describe, expect, it } from '@jest/globals';
import { check, type History, type Known, type Tally } from './check.ts';

const nothing: Tally = {
  accepted: 0,
  refused: 0,
  unknown: 0,
  delivered: 0,
  dead: 0,
  deadByClass: {},
  left: 0,
  lost: [],
  unexpected: [],
  duplicated: [],
  recovered: [],
  callsTwice: 0,
  lettersTwice: 0,
  deliveredAndDead: [],
};

/** A history in short: the events by what is known of them, and what came of them. */
const history = (sent: Readonly<Record<string, Known>>, rest: Partial<Omit<History, 'sent'>> = {}): History => ({
  sent: new Map(Object.entries(sent)),
  commits: [],
  calls: [],
  deadLetters: [],
  left: [],
  ...rest,
});

const letter = (id: string, className: string) => ({ id, class: className });

describe('the checker', () => {
  it('has nothing to say of an empty history', () => {
    expect(check(history({}))).toEqual(nothing);
  });

  it('counts what was delivered, dead and left, and misses none of them', () => {
    const told = check(
      history(
        { a: 'accepted', b: 'accepted', c: 'accepted', d: 'accepted' },
        {
          calls: ['a', 'b', 'd'],
          commits: ['a'],
          deadLetters: [letter('d', 'refused'), letter('b', 'rejected')],
          left: ['c'],
        },
      ),
    );
    expect(told).toEqual({
      ...nothing,
      accepted: 4,
      delivered: 1,
      dead: 2,
      deadByClass: { refused: 1, rejected: 1 },
      left: 1,
    });
  });

  it('misses what was accepted and came out nowhere, and nothing else', () => {
    const told = check(history({ a: 'accepted', b: 'refused', c: 'unknown', d: 'accepted' }, { commits: ['d'] }));
    expect(told).toEqual({ ...nothing, accepted: 2, refused: 1, unknown: 1, delivered: 1, lost: ['a'] });
  });

  it('misses an event although it was called for, where no call took effect', () => {
    expect(check(history({ a: 'accepted' }, { calls: ['a', 'a'] }))).toEqual({
      ...nothing,
      accepted: 1,
      lost: ['a'],
      callsTwice: 1,
    });
  });

  it('does not expect what was refused, nor what nobody sent', () => {
    const told = check(
      history(
        { a: 'refused', b: 'refused', c: 'refused' },
        { commits: ['a', 'x'], deadLetters: [letter('b', 'rejected'), letter('y', 'rejected')] },
      ),
    );
    expect(told).toEqual({
      ...nothing,
      refused: 3,
      delivered: 2,
      dead: 2,
      deadByClass: { rejected: 2 },
      unexpected: ['a', 'x', 'b', 'y'],
    });
  });

  it('names an event once however often it took effect', () => {
    const told = check(history({ a: 'accepted', b: 'accepted' }, { commits: ['a', 'b', 'a', 'a'] }));
    expect(told).toEqual({ ...nothing, accepted: 2, delivered: 2, duplicated: ['a'] });
  });

  it('tells a call made twice from an effect made twice', () => {
    const told = check(history({ a: 'accepted', b: 'accepted' }, { calls: ['a', 'a', 'b', 'a'], commits: ['a', 'b'] }));
    expect(told).toEqual({ ...nothing, accepted: 2, delivered: 2, callsTwice: 2 });
  });

  it('recovers what its producer gave up, whether it was delivered or buried', () => {
    const told = check(
      history(
        { a: 'unknown', b: 'unknown', c: 'unknown', d: 'unknown' },
        { commits: ['a'], deadLetters: [letter('b', 'exhausted')], left: ['d'] },
      ),
    );
    expect(told).toEqual({
      ...nothing,
      unknown: 4,
      delivered: 1,
      dead: 1,
      deadByClass: { exhausted: 1 },
      left: 1,
      recovered: ['a', 'b'],
    });
  });

  it('holds an event that has both an effect and a letter for delivered, and says so', () => {
    const told = check(history({ a: 'accepted' }, { commits: ['a'], deadLetters: [letter('a', 'exhausted')] }));
    expect(told).toEqual({ ...nothing, accepted: 1, delivered: 1, deliveredAndDead: ['a'] });
  });

  it('counts an event of two letters once, by its first', () => {
    const letters = [letter('a', 'exhausted'), letter('a', 'rejected'), letter('b', 'rejected')];
    expect(check(history({ a: 'accepted', b: 'accepted' }, { deadLetters: letters }))).toEqual({
      ...nothing,
      accepted: 2,
      dead: 2,
      deadByClass: { exhausted: 1, rejected: 1 },
      lettersTwice: 1,
    });
  });

  it('counts an event that was delivered and stands in the queue as both', () => {
    expect(check(history({ a: 'accepted' }, { commits: ['a'], left: ['a', 'a'] }))).toEqual({
      ...nothing,
      accepted: 1,
      delivered: 1,
      left: 1,
    });
  });

  it('says all of one event at once', () => {
    const told = check(
      history(
        { a: 'unknown' },
        {
          calls: ['a', 'a', 'a'],
          commits: ['a', 'a'],
          deadLetters: [letter('a', 'x'), letter('a', 'x')],
          left: ['a'],
        },
      ),
    );
    expect(told).toEqual({
      ...nothing,
      unknown: 1,
      delivered: 1,
      left: 1,
      duplicated: ['a'],
      recovered: ['a'],
      callsTwice: 2,
      lettersTwice: 1,
      deliveredAndDead: ['a'],
    });
  });

  it('takes any text for a name', () => {
    const told = check(history({}, { commits: ['constructor'], deadLetters: [letter('__proto__', '__proto__')] }));
    expect(told.unexpected).toEqual(['constructor', '__proto__']);
    expect(Object.entries(told.deadByClass)).toEqual([['__proto__', 1]]);
  });

  it('reads a hundred thousand events of every fate in the time of reading them', () => {
    const ids = Array.from({ length: 100_000 }, (_, n) => `event-${n}`);
    const startedMs = performance.now();
    const told = check({
      sent: new Map(ids.map((id) => [id, 'accepted'])),
      commits: [...ids.slice(0, 60_000), ...ids.slice(0, 20_000)],
      calls: [...ids, ...ids],
      deadLetters: ids.slice(50_000, 80_000).map((id) => letter(id, 'rejected')),
      left: ids.slice(80_000, 90_000),
    });
    // Comparing each with each would take minutes.
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(told).toMatchObject({ delivered: 60_000, dead: 20_000, left: 10_000, callsTwice: 100_000 });
    expect([told.lost, told.duplicated, told.deliveredAndDead].map(({ length }) => length)).toEqual([
      10_000, 20_000, 10_000,
    ]);
  });
});
