import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';
import { planCapacity, type Capacity, type Load } from '../../apps/cli/capacity.ts';
import { costs } from '../../apps/cli/costs.ts';
import { rememberMs } from '../../apps/dispatcher/timing.ts';
import { createBacklog } from '../../apps/receiver/backlog.ts';
import type { Routed } from '../../apps/receiver/route.ts';
import { limit as limitSchema } from '../../apps/shared/limit-config.ts';

describe('the model of egw capacity', () => {
  const windows = fc
    .record({ calls: fc.integer({ min: 1, max: 50_000 }), perSeconds: fc.integer({ min: 1, max: 10 }) })
    .map(({ calls, perSeconds }) => [{ calls, per: `${perSeconds}s` }]);
  const loads = fc.record({
    eventsPerSecond: fc.double({ min: 0.01, max: 20_000, noNaN: true }),
    limit: fc
      .record({ windows, concurrency: fc.integer({ min: 1, max: 1_000 }) })
      .map((limit) => limitSchema.parse(limit)),
    bytes: fc.integer({ min: 1, max: 1_032_192 }),
    targets: fc.integer({ min: 1, max: 1_000 }),
    burst: fc.integer({ min: 0, max: 10_000_000 }),
    latencyMs: fc.integer({ min: 1, max: 60_000 }),
    retentionMs: fc.integer({ min: 60_000, max: 14 * 86_400_000 }),
  });
  const factor = fc.double({ min: 1, max: 100, noNaN: true });

  /** What never falls where `grow` asks for more. */
  function rises(grow: (load: Load, by: number) => Load, ...told: readonly ((capacity: Capacity) => number)[]): void {
    fc.assert(
      fc.property(loads, factor, (load, by) => {
        const [less, more] = [planCapacity(load), planCapacity(grow(load, by))];
        // But for what is lost where floats are rounded.
        for (const tell of told) expect(tell(more) + Math.abs(tell(less)) * 1e-9).toBeGreaterThanOrEqual(tell(less));
      }),
      { numRuns: 300 },
    );
  }
  const pods = [({ receiver }: Capacity) => receiver.pods, ({ dispatcher }: Capacity) => dispatcher.pods];
  const redis = [
    (capacity: Capacity) => capacity.redis.operationsPerSecond,
    (capacity: Capacity) => capacity.redis.ledgerBytes,
  ];
  const sends = ({ sqs }: Capacity) => sqs.sends;
  const growth = ({ backlog }: Capacity) => backlog.growthPerSecond;
  const fullEarlier = ({ backlog }: Capacity) => -Math.min(backlog.fullAfterMs, Number.MAX_SAFE_INTEGER);

  it('asks for no fewer pods, no less of Redis and SQS, and no later refusal, where more comes', () => {
    rises(
      (load, by) => ({ ...load, eventsPerSecond: load.eventsPerSecond * by }),
      ...pods,
      ...redis,
      sends,
      growth,
      fullEarlier,
    );
  });

  it('asks for no less where there are more targets, or larger events', () => {
    rises(
      (load, by) => ({ ...load, targets: Math.ceil(load.targets * by) }),
      ...pods,
      ...redis,
      sends,
      ({ sqs }) => sqs.dollarsPerMonth,
    );
    rises((load, by) => ({ ...load, bytes: Math.min(1_032_192, Math.ceil(load.bytes * by)) }), ...pods, sends);
  });

  it('asks for no fewer dispatchers where calls take longer, and for no more where a pod makes more at once', () => {
    rises((load, by) => ({ ...load, latencyMs: load.latencyMs * by }), ...pods);
    const calls = ({ limit }: Load, by: number) => ({ ...limit, concurrency: Math.ceil(limit.concurrency * by) });
    rises(
      (load, by) => ({ ...load, limit: calls(load, by) }),
      ({ dispatcher }) => -dispatcher.pods,
    );
  });

  it('asks for pods that carry it, by their CPU and their calls, and for none that has nothing to do', () => {
    fc.assert(
      fc.property(loads, (load) => {
        const { receiver, dispatcher, backlog } = planCapacity(load);
        const [receivers, byCpu] = [receiver, dispatcher].map(({ cores }) => cores / costs.podCore.value);
        const byCalls = (load.targets * backlog.busiestPerSecond * load.latencyMs) / 1_000 / load.limit.concurrency;
        const needed = Math.max(byCpu ?? 0, byCalls);
        expect(receiver.pods).toBeGreaterThanOrEqual(Math.max(2, receivers ?? 0) * (1 - 1e-9));
        expect(dispatcher.pods).toBeGreaterThanOrEqual(Math.max(load.targets, needed) * (1 - 1e-9));
        expect(dispatcher.pods).toBeLessThanOrEqual(needed + load.targets + 1e-6);
      }),
    );
  });

  it('lets through what the limit allows and no more, and a backlog grow only beyond that', () => {
    fc.assert(
      fc.property(loads, (load) => {
        const { backlog, dispatcher } = planCapacity(load);
        const [{ calls, per } = { calls: 0, per: 1 }] = load.limit.windows;
        expect(backlog.sustainedPerSecond).toBeLessThanOrEqual((calls * 1_000) / per);
        expect(backlog.deliveredPerSecond).toBeLessThanOrEqual(load.eventsPerSecond);
        expect(backlog.growthPerSecond > 0).toBe(load.eventsPerSecond > backlog.sustainedPerSecond);
        expect(backlog.growthPerSecond + backlog.deliveredPerSecond).toBeCloseTo(load.eventsPerSecond);
        // By calls alone the chart starts enough.
        const byCpu = Math.ceil(dispatcher.cores / load.targets / costs.podCore.value);
        expect(dispatcher.pods / load.targets).toBeLessThanOrEqual(Math.max(dispatcher.mostPods, byCpu));
      }),
    );
  });

  it('expects a refusal when the receiver refuses', () => {
    const event = { event: { id: 'e-1' }, targets: ['crm'] } as unknown as Routed;
    fc.assert(
      fc.property(loads, (load) => {
        const { growthPerSecond, fullAfterMs } = planCapacity(load).backlog;
        fc.pre(growthPerSecond > 0 && fullAfterMs > 0);
        const callsPerMs = Math.min(...load.limit.windows.map(({ calls, per }) => calls / per));
        const backlog = createBacklog(new Map([['crm', callsPerMs]]));
        const isTakenAt = (ms: number) => {
          const visible = load.burst + (growthPerSecond * ms) / 1_000;
          backlog.learn('crm', { visible, inFlight: 0, delayed: 0, retentionMs: load.retentionMs });
          return !('refusal' in backlog.admit(event));
        };
        expect([isTakenAt(fullAfterMs * 0.999 - 1), isTakenAt(fullAfterMs * 1.001 + 1)]).toEqual([true, false]);
      }),
    );
  });

  it('counts with what the code and the chart are set to', () => {
    const values = parseYaml(readFileSync('charts/event-gateway/values.yaml', 'utf8')) as {
      readonly receiver: {
        readonly replicas: number;
        readonly autoscaling: { readonly targetCPUUtilizationPercentage: number };
      };
      readonly dispatcher: { readonly autoscaling: { readonly pollingIntervalSeconds: number } };
    };
    expect(costs.ledgerDays.value * 86_400_000).toBe(rememberMs);
    expect(costs.receiverLeastPods.value).toBe(values.receiver.replicas);
    expect(costs.podCore.value).toBe(values.receiver.autoscaling.targetCPUUtilizationPercentage / 100);
    expect(costs.kedaSeconds.value).toBe(values.dispatcher.autoscaling.pollingIntervalSeconds);
  });
});
