import type { Judged, Report } from '../proof.ts';

/** One system in one row of the matrix. */
export interface RowRun extends Judged {
  readonly number: number;
  readonly row: string;
  readonly fault: string;
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
  /** What was done, where chance chose it. */
  readonly steps: readonly string[];
}

export type DeliveryReport = Report<RowRun>;
