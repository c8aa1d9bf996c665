import { eventually } from '../kubernetes.ts';
import type { TargetName } from '../neighbours.ts';
import { processesOf } from '../pod-processes.ts';
import type { World } from '../world.ts';

export function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

/** KEDA's cooldown, and what a dispatcher needs to end: one that ends may still have received an event. */
const zeroWithinMs = 120_000;

export async function atZero({ fleet, signal }: World, target: TargetName): Promise<void> {
  const look = () => {
    const isLeft = fleet.pods().some((pod) => pod.target === target && !pod.isGone);
    const isZero = fleet.desired(target).at(-1)?.count === 0 && !isLeft;
    return isZero;
  };
  await eventually(`no dispatcher of ${target}`, zeroWithinMs, look, signal);
}

/**
 * From a container's start to its readiness, of all pods of the component that are alive; s. Where its process is not seen,
 * Kubernetes says when it was started, up to a second too early.
 */
export async function slowestStart({ fleet, kubernetes }: World, component: string): Promise<number> {
  const took = fleet.pods().map(async (pod) => {
    if (!pod.isAlive || pod.component !== component) return 0;
    const { startedEpochMs = pod.startedEpochMs } = await processesOf(pod.uid, kubernetes).catch(() => ({
      startedEpochMs: undefined,
    }));
    return (pod.readyEpochMs ?? Infinity) - (startedEpochMs ?? -Infinity);
  });
  return seconds(Math.max(...(await Promise.all(took))));
}

/** The most memory that any pod of the component had, of those that are alive; MiB. */
export async function peakMiB({ fleet, kubernetes }: World, component: string): Promise<number> {
  const alive = fleet.pods().filter((pod) => pod.isAlive && pod.component === component);
  const peaks = await Promise.all(alive.map(async ({ uid }) => (await processesOf(uid, kubernetes)).peakMiB));
  return Math.max(...peaks);
}
