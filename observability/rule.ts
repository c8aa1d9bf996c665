import type { dispatcherMetrics } from '../apps/dispatcher/metrics.ts';
import type { receiverMetrics } from '../apps/receiver/metrics.ts';

/** Every metric that there is: a query that names another one does not compile where it uses {@link metric}. */
export type KnownMetric = keyof typeof receiverMetrics | keyof typeof dispatcherMetrics;

/** A span of time as Prometheus writes it, such as `5m`. */
export type Span = (text: string) => string;

export const asWritten: Span = (text) => text;

const secondsOf = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

export function inSeconds(text: string): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) throw new Error(`${text} is no span: write a number and s, m, h or d`);
  return Number(count) * secondsOf[unit as keyof typeof secondsOf];
}

/** All spans so many times shorter, but no shorter than a rate over scrapes of a second needs: for runs in shortened time. */
export function shortened(times: number): Span {
  return (text) => `${Math.max(4, Math.round(inSeconds(text) / times))}s`;
}

/** What is asked of the gateway where nobody says otherwise; each is a value of the chart. */
export interface Objectives {
  /** No event is to wait for longer. */
  readonly ageSeconds: number;
  /** No backlog is to take longer at the limit of its target. */
  readonly drainSeconds: number;
}

export const usualObjectives: Objectives = { ageSeconds: 3_600, drainSeconds: 14_400 };

/** `level:metric:operations`, as https://prometheus.io/docs/practices/rules/ has it. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
}

/** `critical` wakes somebody; `warning` is for the day. */
export type Severity = 'critical' | 'warning';

export interface Alert {
  readonly alert: `EventGateway${string}`;
  readonly severity: Severity;
  readonly expr: string;
  readonly for: string;
  /** One sentence, always the same. */
  readonly summary: string;
  /** With the labels and the value at hand, and what is at risk. */
  readonly description: string;
  readonly dashboard: DashboardId;
  readonly labels?: Readonly<Record<string, string>>;
}

export const dashboardIds = ['overview', 'target', 'ingest', 'internals'] as const;
export type DashboardId = (typeof dashboardIds)[number];

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly (Recording | Alert)[];
}
