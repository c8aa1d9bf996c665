/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** When the next of Poisson arrivals is due, in ms from the first call on; the same for the same seed. */
export function createArrivals(perSecond: number, seed: number): () => number {
  const random = createRandom(seed);
  let dueMs = 0;
  return () => (dueMs += (-Math.log(1 - random()) / perSecond) * 1_000);
}
