/** When calls came, in their order; a million of them are eight megabytes. */
export interface Arrivals {
  readonly add: (atMs: number) => void;
  readonly count: () => number;
  /** Those from the `index`th on. */
  readonly from: (index: number) => readonly number[];
}

const roomAtFirst = 65_536;

export function createArrivals(): Arrivals {
  let times = new Float64Array(roomAtFirst);
  let count = 0;
  return {
    add(atMs) {
      if (count === times.length) {
        const wider = new Float64Array(2 * count);
        wider.set(times);
        times = wider;
      }
      times[count++] = atMs;
    },
    count: () => count,
    from: (index) => Array.from(times.subarray(index, count)),
  };
}
