/**
 * What a pod knows of Redis' clock: by how much it is ahead of the pod's own, as bounds. Each reply says that its time lay
 * between the moment it was asked for and the moment it came; what several say together is narrower than any of them (the
 * intersection of Marzullo's algorithm), so one slow reply costs nothing. Between replies the bounds widen, as both clocks
 * may be slewed.
 */
export interface RedisClock {
  /** Takes a reply into account: Redis' time in it, and the pod's when it was asked for and came. False: Redis' clock stepped. */
  heard(us: number, sentMs: number, repliedMs: number): boolean;
  /**
   * Between which moments of the pod's clock it is `us` at Redis, as of the last reply: for a slot that is a second ahead the
   * drift may add a millisecond, which the margin leaves to the wire.
   */
  toLocal(us: number): { readonly earliestMs: number; readonly latestMs: number };
  /** Redis' time at this moment of the pod's clock, at the latest; 0 while nothing was heard. */
  latestUs(ms: number): number;
}

/** NTP slews a clock by 500 ppm at most (RFC 5905, §11.3), and either clock may be slewed. */
const driftMsPerMs = 0.001;

/** Less than this is no step but the clocks' own resolution, and is well within what the margin leaves to the wire. */
const resolutionMs = 2;

export function createRedisClock(): RedisClock {
  let aheadMs = { least: -Infinity, most: Infinity };
  let atMs = 0;
  return {
    heard(us, sentMs, repliedMs) {
      const said = { least: us / 1_000 - repliedMs, most: us / 1_000 - sentMs };
      const drift = (repliedMs - atMs) * driftMsPerMs;
      const known = { least: aheadMs.least - drift, most: aheadMs.most + drift };
      atMs = repliedMs;
      const agrees = said.least <= known.most + resolutionMs && said.most >= known.least - resolutionMs;
      const both = { least: Math.max(said.least, known.least), most: Math.min(said.most, known.most) };
      aheadMs = both.least <= both.most ? both : said;
      return agrees;
    },
    latestUs: (ms) =>
      aheadMs.most === Infinity ? 0 : Math.ceil((ms + aheadMs.most + (ms - atMs) * driftMsPerMs) * 1_000),
    toLocal: (us) => ({ earliestMs: us / 1_000 - aheadMs.most, latestMs: us / 1_000 - aheadMs.least }),
  };
}
