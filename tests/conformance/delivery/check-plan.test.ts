import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { check, type History, type Known, type Tally } from './check.ts';

/** Everything that can become of an event, and where it must show; a number is what it adds, a word the list it joins. */
interface Fate {
  readonly known: Known | 'never sent';
  readonly commits: number;
  readonly letters: readonly string[];
  readonly left: boolean;
  readonly calls: number;
  readonly counts: Partial<Record<'delivered' | 'dead' | 'callsTwice' | 'lettersTwice', number>>;
  readonly lists: readonly ('lost' | 'unexpected' | 'duplicated' | 'recovered' | 'deliveredAndDead')[];
}

const bare = { commits: 0, letters: [], left: false, calls: 0, counts: {}, lists: [] };
const delivered = { ...bare, commits: 1, calls: 1, counts: { delivered: 1 } };
const dead = { ...bare, letters: ['rejected'], calls: 1, counts: { dead: 1 } };

const fates: readonly Fate[] = [
  { ...delivered, known: 'accepted' },
  { ...delivered, known: 'accepted', calls: 4, counts: { delivered: 1, callsTwice: 3 } },
  { ...delivered, known: 'accepted', commits: 3, lists: ['duplicated'] },
  { ...delivered, known: 'accepted', letters: ['exhausted'], lists: ['deliveredAndDead'] },
  { ...dead, known: 'accepted' },
  { ...dead, known: 'accepted', letters: ['exhausted', 'exhausted'], counts: { dead: 1, lettersTwice: 1 } },
  { ...dead, known: 'accepted', left: true },
  { ...bare, known: 'accepted', left: true },
  { ...bare, known: 'accepted', lists: ['lost'] },
  { ...bare, known: 'accepted', calls: 2, counts: { callsTwice: 1 }, lists: ['lost'] },
  { ...bare, known: 'refused' },
  { ...bare, known: 'refused', left: true },
  { ...delivered, known: 'refused', lists: ['unexpected'] },
  { ...dead, known: 'refused', lists: ['unexpected'] },
  { ...bare, known: 'unknown' },
  { ...bare, known: 'unknown', left: true },
  { ...delivered, known: 'unknown', lists: ['recovered'] },
  { ...delivered, known: 'unknown', commits: 2, lists: ['recovered', 'duplicated'] },
  { ...dead, known: 'unknown', lists: ['recovered'] },
  { ...delivered, known: 'never sent', lists: ['unexpected'] },
  { ...dead, known: 'never sent', lists: ['unexpected'] },
];

interface Plan {
  readonly history: History;
  readonly tally: Tally;
}

/** Lays out the fates of the events; `shuffle` is what parallel senders and retries do to the order of each list. */
function plan(chosen: readonly Fate[], shuffle: <T>(list: readonly T[]) => T[]): Plan {
  const events = shuffle(chosen.map((fate, n) => ({ id: `event-${n}`, fate })));
  const times = (count: (fate: Fate) => number) =>
    shuffle(events.flatMap(({ id, fate }) => Array.from({ length: count(fate) }, () => id)));
  const sum = (name: keyof Fate['counts']) => events.reduce((total, { fate }) => total + (fate.counts[name] ?? 0), 0);
  const list = (name: Fate['lists'][number]) =>
    events.filter(({ fate }) => fate.lists.includes(name)).map(({ id }) => id);
  const knows = (known: Known) => events.filter(({ fate }) => fate.known === known).length;
  const deadByClass: Record<string, number> = {};
  for (const { letters, counts } of chosen) {
    const [first] = letters;
    if (first !== undefined && counts.dead === 1) deadByClass[first] = (deadByClass[first] ?? 0) + 1;
  }
  return {
    history: {
      sent: new Map(events.flatMap(({ id, fate }) => (fate.known === 'never sent' ? [] : [[id, fate.known]]))),
      commits: times(({ commits }) => commits),
      calls: times(({ calls }) => calls),
      deadLetters: shuffle(events.flatMap(({ id, fate }) => fate.letters.map((name) => ({ id, class: name })))),
      left: times(({ left }) => Number(left)),
    },
    tally: {
      accepted: knows('accepted'),
      refused: knows('refused'),
      unknown: knows('unknown'),
      delivered: sum('delivered'),
      dead: sum('dead'),
      deadByClass,
      left: events.filter(({ fate }) => fate.left).length,
      lost: list('lost'),
      unexpected: list('unexpected'),
      duplicated: list('duplicated'),
      recovered: list('recovered'),
      callsTwice: sum('callsTwice'),
      lettersTwice: sum('lettersTwice'),
      deliveredAndDead: list('deliveredAndDead'),
    },
  };
}

/** Lists of events have no order to keep. */
const sorted = (tally: Tally): Tally => ({
  ...tally,
  lost: [...tally.lost].sort(),
  unexpected: [...tally.unexpected].sort(),
  duplicated: [...tally.duplicated].sort(),
  recovered: [...tally.recovered].sort(),
  deliveredAndDead: [...tally.deliveredAndDead].sort(),
});

describe('a history made to a plan', () => {
  it('is told as it was planned, in whatever order things happened', () => {
    const ranks = fc.infiniteStream(fc.nat());
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fates), { maxLength: 80 }), ranks, (chosen, stream) => {
        const shuffle = <T>(list: readonly T[]) =>
          list
            .map((item) => ({ item, rank: Number(stream.next().value) }))
            .sort((a, b) => a.rank - b.rank)
            .map(({ item }) => item);
        const { history: made, tally } = plan(chosen, shuffle);
        expect(sorted(check(made))).toEqual(sorted(tally));
      }),
      { numRuns: 300 },
    );
  });
});
