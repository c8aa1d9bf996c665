import type { Outcome } from '../../../apps/dispatcher/classify.ts';

/**
 * An answer as a target gave it, or as its documentation says that it gives it, and what it means for the event.
 *
 * A label says what the source says, told by anything but a sentence: what only prose tells is `failed`, except where the
 * prose is a throttle's. Times are counted from `answeredMs`.
 */
export interface LabelledAnswer {
  /** Where it is documented or reported; `reconstructed` where the body was not seen there word by word. */
  readonly source: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly field: string;
  readonly expected: Outcome['kind'];
  /** What a throttle says about waiting; null where it says nothing. */
  readonly waitMs?: number | null;
}

export const answeredMs = Date.parse('2026-01-01T00:00:00Z');
