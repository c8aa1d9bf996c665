import type { Recording, Span } from './rule.ts';

/** A service-level objective: which part of all may go wrong in 30 days, and how both are counted in a window. */
export interface ServiceLevel {
  readonly name: 'acceptance' | 'freshness' | 'delivery';
  readonly says: string;
  /** 0.001 is one in a thousand. */
  readonly budget: number;
  /** The labels that its ratio keeps. */
  readonly by: 'namespace' | 'namespace_target';
  readonly ratio: (window: string) => string;
  /** So few a second say nothing. */
  readonly least: (window: string) => string;
}

const received = 'eventgw_events_received_total';
/** What is our fault; a backlog that is full and a sender beyond its own limit are refused by policy. */
const ours = 'internal|unavailable|saturated';
const delivered = (suffix: string, window: string, more = '') =>
  `sum by (namespace, target) (rate(eventgw_event_end_to_end_seconds_${suffix}{outcome="delivered"${more}}[${window}]))`;
const ended = (window: string) =>
  `sum by (namespace, target) (rate(eventgw_events_completed_total{outcome=~"delivered|dead_lettered"}[${window}]))`;

export const serviceLevels: readonly ServiceLevel[] = [
  {
    name: 'acceptance',
    says: '99.9 % of the events that senders get right are accepted',
    budget: 0.001,
    by: 'namespace',
    ratio: (window) =>
      `sum by (namespace) (rate(${received}{result=~"${ours}"}[${window}])) / sum by (namespace) (rate(${received}{result=~"accepted|${ours}"}[${window}]))`,
    least: (window) => `sum by (namespace) (rate(${received}[${window}])) > 0.01`,
  },
  {
    name: 'freshness',
    says: '99 % of the events are delivered within 5 minutes, while the limit of their target leaves room',
    budget: 0.01,
    by: 'namespace_target',
    // Prometheus 3 writes whole bounds with a fraction.
    ratio: (window) => `1 - ${delivered('bucket', window, ',le=~"300(\\\\.0)?"')} / ${delivered('count', window)}`,
    // A backlog at a limit that is used is what the gateway is for, and told of by itself.
    least: (window) =>
      `${delivered('count', window)} > 0.01 and on (namespace, target) namespace_target:eventgw_limit_utilisation:ratio_rate5m < 0.9`,
  },
  {
    name: 'delivery',
    says: '99.9 % of the events are delivered, but for those that the target refuses or that are no events',
    budget: 0.001,
    by: 'namespace_target',
    ratio: (window) =>
      `sum by (namespace, target) (rate(eventgw_events_dead_lettered_total{class=~"failed|in_doubt"}[${window}])) / ${ended(window)}`,
    least: (window) => `${ended(window)} > 0.01`,
  },
];

/** Which part of a month's budget is spent how fast: Google's SRE workbook, chapter 5, table 5-8. */
export const burns = [
  { severity: 'critical', factor: 14.4, long: '1h', short: '5m', for: '2m' },
  { severity: 'critical', factor: 6, long: '6h', short: '30m', for: '15m' },
  { severity: 'warning', factor: 3, long: '1d', short: '2h', for: '1h' },
  { severity: 'warning', factor: 1, long: '3d', short: '6h', for: '3h' },
] as const;

const windows = [...new Set(burns.flatMap(({ long, short }) => [short, long]))];

export function ratioName({ by, name }: ServiceLevel, window: string): string {
  return `${by}:eventgw_${name}_errors:ratio_rate${window}`;
}

export function serviceLevelRecordings(span: Span): readonly Recording[] {
  return serviceLevels.flatMap((level) =>
    windows.map((window) => ({ record: ratioName(level, window), expr: level.ratio(span(window)) })),
  );
}
