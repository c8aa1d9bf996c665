import type { World } from './world.ts';

/** An alert that was there for a while: pending, then firing. */
export interface Seen {
  readonly alert: string;
  readonly state: 'pending' | 'firing';
  readonly fromEpochMs: number;
  readonly toEpochMs: number;
}

/** Alerts that are pending or firing now. */
export async function activeAlerts({ prometheus }: World): Promise<readonly { alert: string; state: string }[]> {
  const series = await prometheus.query('ALERTS{alertname=~"EventGateway.*"}');
  return series.map(({ metric }) => ({ alert: metric['alertname'] ?? '', state: metric['alertstate'] ?? '' }));
}

/** Everything that was pending or firing in a span of time, as Prometheus recorded it. */
export async function alertsBetween(
  { prometheus }: World,
  fromEpochMs: number,
  toEpochMs: number,
): Promise<readonly Seen[]> {
  const series = await prometheus.queryRange('ALERTS{alertname=~"EventGateway.*"}', fromEpochMs, toEpochMs);
  return series
    .flatMap(({ metric, values }) => {
      const first = values[0];
      const last = values.at(-1);
      if (first === undefined || last === undefined) return [];
      return [
        {
          alert: metric['alertname'] ?? '',
          state: metric['alertstate'] === 'firing' ? ('firing' as const) : ('pending' as const),
          fromEpochMs: first[0] * 1_000,
          toEpochMs: last[0] * 1_000,
        },
      ];
    })
    .toSorted((one, other) => one.fromEpochMs - other.fromEpochMs);
}
