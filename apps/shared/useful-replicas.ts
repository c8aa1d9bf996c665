import { isPaced, type Limit } from './limit-config.ts';

/** Room for what the average hides: calls that take longer than most, pods that just start or end. */
const headroom = 2;

/**
 * As many pods as can use the limit: more than calls a second × the seconds of a call ÷ calls at once of a pod cannot help.
 * The chart computes its `maxReplicaCount` by the same formula (`egw.maxReplicas`).
 */
export function usefulReplicas(limit: Limit, latencyMs: number): number {
  // Long windows say how much may be spent, short ones how fast.
  const callsPerMs = Math.min(...limit.windows.filter(isPaced).map(({ calls, per }) => calls / per));
  const useful = Math.ceil((callsPerMs * headroom * latencyMs) / limit.concurrency);
  const inFlight = Math.ceil((limit.maxInFlight ?? Infinity) / limit.concurrency);
  return Math.max(1, Math.min(useful, inFlight));
}
