import type { Captured } from './capture.ts';
import type { Stall } from './recording-target.ts';
import type { Window } from './report.ts';
import type { RecordedCall } from './target-record.ts';

export interface ObservedCall {
  /** ms of the wall clock. */
  readonly epochMs: number;
  readonly answeredEpochMs: number;
  readonly status: number | null;
}

/** All calls of a run, and why they are no evidence, where they are none. */
export interface Observed {
  readonly clock: 'kernel' | 'target';
  /** In the order of their arrivals. */
  readonly calls: readonly ObservedCall[];
  readonly faults: readonly string[];
  /** Of the target; only where its clock is the judge's. */
  readonly stalls: readonly { readonly epochMs: number; readonly delayMs: number }[];
}

/**
 * The kernel's arrivals with the target's statuses. Where an answer was never seen, its call ends after the time that the
 * target takes for one: a killed client leaves its call to be worked off.
 */
export function observeByKernel(
  { calls, dropped }: Captured,
  record: readonly RecordedCall[],
  latencyMs: number,
): Observed {
  const faults: string[] = [];
  if (dropped !== 0) faults.push(`the kernel dropped ${dropped} packets`);
  if (calls.length !== record.length) faults.push(`tcpdump saw ${calls.length} calls and the target ${record.length}`);
  const sorted = [...calls].sort((a, b) => a.epochMs - b.epochMs);
  return {
    clock: 'kernel',
    faults,
    stalls: [],
    calls: sorted.map(({ epochMs, answeredEpochMs }, i) => ({
      epochMs,
      answeredEpochMs: answeredEpochMs ?? epochMs + latencyMs,
      status: record[i]?.status ?? null,
    })),
  };
}

export function observeByTarget(
  record: readonly RecordedCall[],
  stalls: readonly Stall[],
  latencyMs: number,
): Observed {
  const [first] = record;
  const originMs = first === undefined ? 0 : Date.parse(first.time) - first.arrival;
  return {
    clock: 'target',
    faults: [],
    stalls: stalls.map(({ atMs, delayMs }) => ({ epochMs: originMs + atMs, delayMs })),
    calls: record.map(({ arrival, status }) => ({
      epochMs: originMs + arrival,
      answeredEpochMs: originMs + arrival + latencyMs,
      status,
    })),
  };
}

/** From a stall's sample to the arrivals that it may have bunched. */
const sampleMs = 100;

/**
 * Whether a stall of the target explains that a window was too full: it made arrivals look later than they were, at the
 * window's start, by at least as much as the window would have had to be shorter.
 */
export function isExplained(
  { calls, stalls }: Observed,
  { calls: limit, perMs }: Window,
  startEpochMs: number,
): boolean {
  const inside = calls.filter(({ epochMs }) => epochMs >= startEpochMs && epochMs < startEpochMs + perMs);
  const oneTooMany = inside[limit];
  if (oneTooMany === undefined) return false;
  const neededMs = perMs - (oneTooMany.epochMs - startEpochMs);
  return stalls.some(
    ({ epochMs, delayMs }) =>
      delayMs >= neededMs && epochMs >= startEpochMs && epochMs - sampleMs - delayMs <= startEpochMs + perMs,
  );
}
