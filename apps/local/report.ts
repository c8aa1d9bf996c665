/** What the target's record says, by its admin port. */
export interface TargetSummary {
  readonly calls: number;
  readonly effects: number;
  readonly duplicates: number;
  readonly violations: number;
  readonly limit: number;
  readonly worst_window: number;
  readonly utilisation: number | null;
  readonly in_last_window: number;
}

/** The figures of a run. Field names are an interface: scripts read them. */
export interface Report {
  readonly accepted: number;
  readonly delivered: number;
  readonly duplicates: number;
  readonly dead_lettered: number;
  readonly lost: number;
  readonly worst_second: number;
  readonly limit: number;
  readonly utilisation: number | null;
  readonly ack_p50_ms: number;
  readonly ack_p99_ms: number;
  readonly first_delivery_ms: number | null;
  readonly seconds: number;
}

export interface Figures {
  readonly accepted: number;
  readonly target: TargetSummary;
  readonly deadLetters: number;
  /** Still in the queue: not lost, and not delivered either. */
  readonly queued: number;
  readonly acknowledgedMs: readonly number[];
  readonly firstDeliveryMs: number | undefined;
  readonly seconds: number;
}

export function makeReport(figures: Figures): Report {
  const { accepted, target, deadLetters, queued, acknowledgedMs, firstDeliveryMs, seconds } = figures;
  return {
    accepted,
    delivered: target.effects,
    duplicates: target.duplicates,
    dead_lettered: deadLetters,
    lost: Math.max(0, accepted - target.effects - deadLetters - queued),
    worst_second: target.worst_window,
    limit: target.limit,
    utilisation: target.utilisation === null ? null : Math.round(target.utilisation * 10_000) / 10_000,
    ack_p50_ms: percentile(acknowledgedMs, 0.5),
    ack_p99_ms: percentile(acknowledgedMs, 0.99),
    first_delivery_ms: firstDeliveryMs === undefined ? null : Math.round(firstDeliveryMs),
    seconds: Math.round(seconds * 10) / 10,
  };
}

/** Why the run is no success; `undefined` where it is one. `complete`: everything had to be settled. */
export function faultOf(report: Report, complete: boolean): string | undefined {
  if (report.worst_second > report.limit) return `the limit was exceeded: ${report.worst_second} calls in a second`;
  if (report.lost > 0) return `${report.lost} events were lost`;
  if (report.duplicates > 0) return `${report.duplicates} events were called twice`;
  if (complete && report.delivered + report.dead_lettered < report.accepted)
    return 'not all events were settled in time';
  return undefined;
}

/** The value that the given share does not exceed; 0 of nothing. Rounded to tenths of a millisecond. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return Math.round(value * 10) / 10;
}
