import type { DashboardId } from './rule.ts';

/** What a figure counts, in Grafana's words (https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit). */
export type Unit = 'short' | 's' | 'percentunit' | 'bytes' | 'ops' | 'reqps' | 'bool_on_off' | 'none';

export interface Query {
  /** PromQL; `$namespace`, `$target` and `$__rate_interval` are Grafana's. */
  readonly expr: string;
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What it shows, and what is to be seen when something is wrong. */
  readonly description: string;
  /** `lines` over time; `figure` for how it is now. */
  readonly kind: 'lines' | 'figure';
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** From which value on it is to be looked at, and from which it is bad. */
  readonly bounds?: { readonly warn: number; readonly bad: number };
  /** Points lead to the traces that are kept. */
  readonly exemplars?: true;
}

export interface Dashboard {
  readonly id: DashboardId;
  readonly title: string;
  readonly says: string;
  /** Whether it shows one target, or all of a namespace. */
  readonly hasTarget: boolean;
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}
