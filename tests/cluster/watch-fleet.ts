import { z } from 'zod';
import type { Kubernetes } from './kubernetes.ts';

/** A pod of the release, as it is now. */
export interface Pod {
  readonly name: string;
  readonly uid: string;
  readonly component: string;
  /** Of dispatchers. */
  readonly target: string | undefined;
  /** Neither ended nor told to end. */
  readonly isAlive: boolean;
  readonly isReady: boolean;
  /** It has ended, and is no longer listed. */
  readonly isGone: boolean;
  readonly restarts: number;
  /** How its container ended last, such as OOMKilled with exit code 137. */
  readonly lastEnd: { readonly reason: string; readonly exitCode: number } | undefined;
  /** When its container was started, to the second, and ready for the first time; undefined before. */
  readonly startedEpochMs: number | undefined;
  readonly readyEpochMs: number | undefined;
}

/** How many pods there were from a moment on. */
export interface Count {
  readonly epochMs: number;
  readonly count: number;
}

export interface FleetWatch {
  /** All that have been seen, those that are gone included; they are not alive. */
  readonly pods: () => readonly Pod[];
  readonly alive: (component: string, target?: string) => readonly Pod[];
  /** Dispatchers of the target that were alive, at each change. */
  readonly counts: (target: string) => readonly Count[];
  /** What the autoscaler asked for, at each change. */
  readonly desired: (target: string) => readonly Count[];
  readonly stop: () => Promise<void>;
}

const labels = z
  .object({ 'app.kubernetes.io/component': z.string(), 'event-gateway/target': z.string().optional() })
  .transform((all) => ({ component: all['app.kubernetes.io/component'], target: all['event-gateway/target'] }));

const podSchema = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), labels, deletionTimestamp: z.string().optional() }),
  status: z.object({
    phase: z.string(),
    conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
    containerStatuses: z
      .array(
        z.object({
          restartCount: z.number(),
          state: z.object({ running: z.object({ startedAt: z.iso.datetime() }).optional() }),
          lastState: z.object({ terminated: z.object({ reason: z.string(), exitCode: z.number() }).optional() }),
        }),
      )
      .default([]),
  }),
});

const deploymentSchema = z.object({
  metadata: z.object({ labels }),
  spec: z.object({ replicas: z.number() }),
});

const selector = 'labelSelector=app.kubernetes.io%2Fname%3Devent-gateway';

/** `started` is told of each container that begins to run. */
export function watchFleet(
  { watch }: Pick<Kubernetes, 'watch'>,
  namespace: string,
  started: (pod: string) => void,
): FleetWatch {
  const pods = new Map<string, Pod>();
  const counts = new Map<string, Count[]>();
  const desired = new Map<string, Count[]>();
  const note = (of: Map<string, Count[]>, target: string | undefined, count: number) => {
    if (target === undefined) return;
    const known = of.get(target) ?? [];
    if (known.at(-1)?.count !== count) known.push({ epochMs: Date.now(), count });
    of.set(target, known);
  };
  const alive = (component: string, target?: string) =>
    [...pods.values()].filter(
      (pod) => pod.isAlive && pod.component === component && (target ?? pod.target) === pod.target,
    );

  const stopPods = watch(`/api/v1/namespaces/${namespace}/pods?${selector}`, ({ type, object }) => {
    const { metadata, status } = podSchema.parse(object);
    const [container] = status.containerStatuses;
    const isReady = status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
    const isEnding = type === 'DELETED' || metadata.deletionTimestamp !== undefined;
    const startedAt = container?.state.running?.startedAt;
    const known = pods.get(metadata.uid);
    const startedEpochMs = startedAt === undefined ? undefined : Date.parse(startedAt);
    if (startedEpochMs !== undefined && startedEpochMs !== known?.startedEpochMs) started(metadata.name);
    pods.set(metadata.uid, {
      name: metadata.name,
      uid: metadata.uid,
      ...metadata.labels,
      isAlive: !isEnding && status.phase !== 'Succeeded' && status.phase !== 'Failed',
      isReady: isReady && !isEnding,
      isGone: type === 'DELETED',
      restarts: container?.restartCount ?? 0,
      lastEnd: container?.lastState.terminated,
      startedEpochMs,
      readyEpochMs: known?.readyEpochMs ?? (isReady ? Date.now() : undefined),
    });
    const { component, target } = metadata.labels;
    if (component === 'dispatcher') note(counts, target, alive(component, target).length);
  });
  const stopDeployments = watch(`/apis/apps/v1/namespaces/${namespace}/deployments?${selector}`, ({ object }) => {
    const { metadata, spec } = deploymentSchema.parse(object);
    note(desired, metadata.labels.target, spec.replicas);
  });
  return {
    pods: () => [...pods.values()],
    alive,
    counts: (target) => counts.get(target) ?? [],
    desired: (target) => desired.get(target) ?? [],
    async stop() {
      await Promise.all([stopPods(), stopDeployments()]);
    },
  };
}
