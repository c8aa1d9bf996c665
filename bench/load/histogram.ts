/** Times in ms, kept to 1 % of themselves, however many there are. */
export interface Histogram {
  readonly add: (ms: number) => void;
  readonly count: () => number;
  /** `share` from 0 to 1: of so many none took longer; NaN where there are none. */
  readonly quantile: (share: number) => number;
}

/** Each bucket ends so much higher than the one before. */
const growth = 1.01;

const leastMs = 0.01;
const mostMs = 1_000_000;

export function createHistogram(): Histogram {
  const perLog = 1 / Math.log(growth);
  const counts = new Uint32Array(Math.ceil(Math.log(mostMs / leastMs) * perLog) + 1);
  let count = 0;
  return {
    add(ms) {
      const bucket = ms <= leastMs ? 0 : Math.ceil(Math.log(ms / leastMs) * perLog);
      const at = Math.min(bucket, counts.length - 1);
      counts[at] = (counts[at] ?? 0) + 1;
      count++;
    },
    count: () => count,
    quantile(share) {
      if (count === 0) return Number.NaN;
      const wanted = Math.max(1, Math.ceil(share * count));
      let seen = 0;
      const bucket = counts.findIndex((each) => (seen += each) >= wanted);
      return leastMs * growth ** bucket;
    },
  };
}
