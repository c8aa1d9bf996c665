import { nothingSeen, type Sample } from './watch.ts';

/** The flat object that `--json` ends with. Times in milliseconds where the name says so; `null` where none was measured. */
export interface Report {
  readonly accepted: number;
  readonly delivered: number;
  readonly duplicates: number;
  readonly dead_lettered: number;
  readonly lost: number;
  /** The most calls that any sliding second at the target has seen. */
  readonly worst_second: number;
  readonly limit: number;
  /** How much of the limit was used, from the first call to the last; 1 is all of it. */
  readonly utilisation: number | null;
  readonly ack_p50_ms: number | null;
  readonly ack_p99_ms: number | null;
  /** From the start of the command. */
  readonly first_delivery_ms: number | null;
  /** From the first event sent to the last one settled. */
  readonly seconds: number;
}

export interface Facts {
  /** Taken when nothing moves any more. */
  readonly sample: Sample;
  readonly acknowledgedMs: readonly number[];
  readonly firstDeliveryMs: number | undefined;
  readonly elapsedMs: number;
  readonly refused: number;
  readonly timedOut: boolean;
}

export const noFacts: Facts = {
  sample: nothingSeen,
  acknowledgedMs: [],
  firstDeliveryMs: undefined,
  elapsedMs: 0,
  refused: 0,
  timedOut: false,
};

/** The nearest-rank percentile. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? null;
}

function round(value: number | null, digits: number): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}

export function makeReport({ sample, acknowledgedMs, firstDeliveryMs, elapsedMs }: Facts): Report {
  const { undelivered, deadLetters, waiting, inHand } = sample;
  return {
    accepted: sample.accepted,
    delivered: sample.delivered,
    duplicates: sample.duplicates,
    dead_lettered: deadLetters,
    // A message can be delivered and in the queue still, where its deletion failed; that is no negative loss.
    lost: Math.max(undelivered - deadLetters - waiting - inHand, 0),
    worst_second: sample.worstWindow,
    limit: sample.limit,
    utilisation: round(sample.utilisation, 3),
    ack_p50_ms: round(percentile(acknowledgedMs, 0.5), 1),
    ack_p99_ms: round(percentile(acknowledgedMs, 0.99), 1),
    first_delivery_ms: round(firstDeliveryMs ?? null, 0),
    seconds: Number((elapsedMs / 1_000).toFixed(1)),
  };
}

/** What the gateway promised and did not keep, a sentence each. None: exit 0. */
export function faultsOf(
  { sample, refused, timedOut }: Facts,
  { lost, duplicates, worst_second, limit }: Report,
): string[] {
  const { violations } = sample;
  return [
    ...(lost > 0 ? [`${lost} accepted events are nowhere: lost.`] : []),
    ...(duplicates > 0 ? [`${duplicates} calls came for events that had been delivered already.`] : []),
    ...(violations > 0 ? [`The target refused ${violations} calls for being over its limit.`] : []),
    ...(worst_second > limit ? [`The worst second saw ${worst_second} calls, and the limit is ${limit}.`] : []),
    ...(refused > 0 ? [`The receiver did not take ${refused} events.`] : []),
    ...(timedOut ? [`${sample.undelivered} accepted events were not settled in time.`] : []),
  ];
}

/** The summary for people. */
export function describeReport(report: Report, queued: number): string[] {
  const { accepted, delivered, duplicates, dead_lettered, lost, worst_second, limit, utilisation } = report;
  const used = utilisation === null ? '' : `, ${(utilisation * 100).toFixed(1)} % of the limit used`;
  const ms = (value: number | null) => (value === null ? 'not measured' : `${value} ms`);
  return [
    `accepted ${accepted}, delivered ${delivered}, lost ${lost}, duplicates ${duplicates}, dead letters ${dead_lettered}${queued > 0 ? `, still queued ${queued}` : ''}`,
    `worst second ${worst_second} calls of ${limit}${used}`,
    `acknowledged in ${ms(report.ack_p50_ms)} (median), ${ms(report.ack_p99_ms)} (99th percentile); all in ${report.seconds} s`,
  ];
}
