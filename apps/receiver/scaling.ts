import type { TargetConfig } from '../shared/config.ts';
import type { FleetState } from '../shared/fleet-state.ts';
import type { Page } from '../shared/lifecycle.ts';
import { usefulReplicas } from '../shared/useful-replicas.ts';
import type { Depth } from './backlog.ts';

/** How many dispatchers a target has use for now, and why. */
export interface Scaling {
  readonly target: string;
  readonly visible: number;
  readonly in_flight: number;
  readonly delayed: number;
  /** 95th percentile of a call: what the fleet measured of late, or else what the configuration expects. */
  readonly latency_ms: number;
  readonly latency_measured: boolean;
  /** Pods beyond these would wait for the limit. */
  readonly useful: number;
  /** `unknown`: Redis did not say; it is then taken for closed, so that nothing holds a fleet at zero. */
  readonly circuit: 'open' | 'closed' | 'unknown';
  /** Why the fleet pauses; null where it does not. */
  readonly pause: string | null;
  /** Pods to have. */
  readonly replicas: number;
}

/** A backlog that fewer pods work off in this time is no reason for more: they would end as soon as they are there. */
const worthwhileMs = 10_000;

/** Pods for a backlog of so many messages; 1 while anything is left, as somebody must bring it to its end. */
export function replicasFor(waiting: number, limit: TargetConfig['limit'], latencyMs: number): number {
  const perPod = (limit.concurrency / latencyMs) * worthwhileMs;
  return Math.min(Math.ceil(waiting / perPod), usefulReplicas(limit, latencyMs));
}

export interface ScalingDeps {
  readonly targets: ReadonlyMap<string, Pick<TargetConfig, 'queue' | 'limit' | 'latency'>>;
  readonly readDepth: (queueUrl: string) => Promise<Depth>;
  /** `undefined` where Redis does not answer. */
  readonly readFleet: (
    target: string,
  ) => Promise<(FleetState & { readonly latencyMs: number | undefined }) | undefined>;
  /** Monotonic, ms. */
  readonly now: () => number;
}

/** Whoever asks more often gets the same answer: anybody in the cluster may ask, and SQS has its price. */
const freshMs = 1_000;

const path = /^\/scaling\/([a-z0-9-]+)$/;

/**
 * Answers `/scaling/TARGET` for KEDA. Without SQS there is no answer (503), and KEDA falls back to what it sees itself;
 * without Redis the answer is that of a fleet which nothing stops.
 */
export function createScaling(deps: ScalingDeps): (path: string) => Promise<Page> | undefined {
  const answers = new Map<string, { readonly atMs: number; readonly page: Promise<Page> }>();

  const measure = async (target: string, settings: Pick<TargetConfig, 'queue' | 'limit' | 'latency'>) => {
    const [depth, fleet] = await Promise.all([deps.readDepth(settings.queue.url), deps.readFleet(target)]);
    const latencyMs = fleet?.latencyMs ?? settings.latency;
    const waiting = depth.visible + depth.inFlight + depth.delayed;
    const isStopped = fleet?.pause !== undefined || fleet?.circuitOpenMs !== undefined;
    return {
      target,
      visible: depth.visible,
      in_flight: depth.inFlight,
      delayed: depth.delayed,
      latency_ms: latencyMs,
      latency_measured: fleet?.latencyMs !== undefined,
      useful: usefulReplicas(settings.limit, latencyMs),
      circuit: fleet === undefined ? 'unknown' : fleet.circuitOpenMs === undefined ? 'closed' : 'open',
      pause: fleet?.pause?.reason ?? null,
      replicas: isStopped ? Math.min(waiting, 1) : replicasFor(waiting, settings.limit, latencyMs),
    } satisfies Scaling;
  };

  const answer = async (target: string): Promise<Page> => {
    const settings = deps.targets.get(target);
    if (settings === undefined) {
      const names = [...deps.targets.keys()].join(', ');
      return {
        status: 404,
        type: 'text/plain; charset=utf-8',
        body: `There is no target ${target}: there are ${names}`,
      };
    }
    try {
      return { status: 200, type: 'application/json', body: JSON.stringify(await measure(target, settings)) };
    } catch {
      return { status: 503, type: 'text/plain; charset=utf-8', body: `The queue of ${target} cannot be asked` };
    }
  };

  return (asked) => {
    const [, target] = path.exec(asked) ?? [];
    if (target === undefined) return undefined;
    const known = answers.get(target);
    if (known !== undefined && deps.now() - known.atMs < freshMs) return known.page;
    const page = answer(target);
    // Of other names there are as many as somebody makes up.
    if (deps.targets.has(target)) answers.set(target, { atMs: deps.now(), page });
    return page;
  };
}
