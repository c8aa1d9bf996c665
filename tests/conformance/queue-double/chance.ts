/** Chance that can be had a second time: the same seed and the same questions give the same answers. */
export interface Chance {
  readonly seed: (seed: number) => void;
  readonly happens: (probability: number) => boolean;
  /** A whole number from 0 to below `count`. */
  readonly below: (count: number) => number;
}

export function createChance(): Chance {
  let state = 0;
  // The generator known as mulberry32: 32 bits of state are plenty for striking faults.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    seed: (seed) => void (state = seed | 0),
    happens: (probability) => next() < probability,
    below: (count) => Math.floor(next() * count),
  };
}
