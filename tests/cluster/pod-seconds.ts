import type { Sample } from './scenario.ts';

/** Pods × seconds: the integral of a step function, from its first sample to the end. */
export function podSeconds(counts: readonly Sample[], endedMs: number): number {
  return counts.reduce((sum, { atMs, count }, i) => {
    const untilMs = Math.min(endedMs, counts[i + 1]?.atMs ?? endedMs);
    return sum + (count * Math.max(0, untilMs - atMs)) / 1_000;
  }, 0);
}

/** How KEDA is set without knowledge of a limit. */
export interface PlainScaling {
  readonly messagesPerPod: number;
  readonly maxPods: number;
  /** How long the queue must be empty before the last pod ends. */
  readonly cooldownMs: number;
  /** For how long fewer must be enough. */
  readonly scaleDownWindowMs: number;
  /** How often it looks. */
  readonly everyMs: number;
  /** Whether more pods come at the autoscaler's own pace, or as many at once as the formula says. */
  readonly paced: boolean;
}

/** The autoscaler's default for scaling up: the larger of four pods and as many again, each quarter of a minute. */
const policyMs = 15_000;
const policyPods = 4;

/**
 * The replicas that plain KEDA asks for over a recorded depth: ceil(depth ÷ messages per pod), KEDA's formula for an average
 * value; downwards the greatest of a window, as the HorizontalPodAutoscaler has it; KEDA's own steps from and to zero.
 * (kubernetes.io, "Horizontal Pod Autoscaling"; keda.sh, "Scaling Deployments, StatefulSets & Custom Resources".)
 */
export function plainReplicas(depth: readonly Sample[], endedMs: number, scaling: PlainScaling): readonly Sample[] {
  const { messagesPerPod, maxPods, cooldownMs, scaleDownWindowMs, everyMs, paced } = scaling;
  const asked: Sample[] = [];
  const wanted: Sample[] = [];
  let pods = 0;
  let busyMs = -Infinity;
  for (let atMs = 0; atMs <= endedMs; atMs += everyMs) {
    const waiting = depth.findLast((sample) => sample.atMs <= atMs)?.count ?? 0;
    if (waiting > 0) busyMs = atMs;
    wanted.push({ atMs, count: Math.min(maxPods, Math.max(1, Math.ceil(waiting / messagesPerPod))) });
    if (pods === 0 || atMs - busyMs >= cooldownMs) pods = waiting > 0 ? 1 : 0;
    else {
      const recent = wanted.filter((each) => each.atMs > atMs - scaleDownWindowMs);
      const fewest = Math.max(...recent.map(({ count }) => count));
      const before = asked.findLast((each) => each.atMs <= atMs - policyMs)?.count ?? 1;
      const most = paced ? Math.max(pods, before + Math.max(policyPods, before)) : maxPods;
      const want = wanted.at(-1)?.count ?? 0;
      pods = want > pods ? Math.min(want, most) : Math.min(pods, fewest);
    }
    if (asked.at(-1)?.count !== pods) asked.push({ atMs, count: pods });
  }
  return asked;
}
