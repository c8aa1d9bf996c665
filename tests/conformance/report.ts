import type { Judged, Report } from './proof.ts';

/** At most `calls` in any half-open span of `perMs`. */
export interface Window {
  readonly calls: number;
  readonly perMs: number;
}

/** One system in one scenario. */
export interface Run extends Judged {
  readonly scenario: string;
  readonly windows: readonly Window[];
  /** ms since the first arrival, ascending */
  readonly arrivalsMs: readonly number[];
  readonly worst: { readonly calls: number; readonly atMs: number; readonly window: Window };
  /** The worst window's calls ÷ its limit. */
  readonly ratio: number;
  /** Of the tightest window; null where the backlog was empty on purpose, or calls were. */
  readonly utilisation: number | null;
  readonly roundTripsPerCall: number | null;
  /** What was done to the system, on the clock of the arrivals. */
  readonly marks: readonly { readonly atMs: number; readonly text: string }[];
  readonly clock: 'kernel' | 'target';
  readonly tries: number;
}

export type LimitReport = Report<Run>;
