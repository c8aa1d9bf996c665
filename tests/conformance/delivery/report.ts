import type { Bound } from '../report.ts';

/** One system in one row of the matrix. */
export interface RowRun {
  readonly number: number;
  readonly row: string;
  readonly fault: string;
  readonly system: string;
  readonly seed: number;
  readonly injections: number;
  readonly sent: number;
  readonly accepted: number;
  readonly unknown: number;
  readonly recovered: number;
  readonly delivered: number;
  readonly dead: number;
  readonly deadByClass: Readonly<Record<string, number>>;
  readonly left: number;
  readonly lost: number;
  readonly unexpected: number;
  /** Events that took effect more than once. */
  readonly duplicated: number;
  readonly deliveredAndDead: number;
  readonly calls: number;
  readonly callsTwice: number;
  /** The most often that one message was received. */
  readonly mostReceives: number;
  readonly seconds: number;
  readonly verdict: 'held' | 'broken' | 'unplayed' | 'peer';
  readonly bounds: readonly Bound[];
  /** What was done, where chance chose it. */
  readonly steps: readonly string[];
}

/** What happened without one of the guards. */
export interface Guard {
  readonly guard: string;
  readonly row: string;
  /** Whether the row noticed. */
  readonly red: boolean;
  readonly figure: string;
}

export interface DeliveryReport {
  readonly version: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly machine: { readonly cores: number; readonly node: string; readonly redis: string };
  readonly seconds: number;
  readonly runs: readonly RowRun[];
  readonly guards: readonly Guard[];
  readonly passed: boolean;
}

export const ours = 'Event Gateway';
