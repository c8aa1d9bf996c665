import { createRandom } from '../../tests/support/random.ts';

/** When the next of Poisson arrivals is due, in ms from the first call on; the same for the same seed. */
export function createArrivals(perSecond: number, seed: number): () => number {
  const random = createRandom(seed);
  let dueMs = 0;
  return () => (dueMs += (-Math.log(1 - random()) / perSecond) * 1_000);
}
