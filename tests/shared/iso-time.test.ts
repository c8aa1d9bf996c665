import { expect, it } from '@jest/globals';
import { createIsoTime } from '../../apps/shared/iso-time.ts';

it('tells the time that it is, also where the clock was set back', () => {
  const times = [0, 0, 1, 1_000, 999];
  const next = times.values();
  const isoTime = createIsoTime(() => next.next().value ?? Number.NaN);
  expect(times.map(isoTime)).toEqual(times.map((ms) => new Date(ms).toISOString()));
});
