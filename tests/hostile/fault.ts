/**
 * What must never come of a hostile input: the process ends or makes a mistake, does not answer in time, tells what it was given
 * in confidence, takes what it must not, or answers in a way that nobody documents.
 */
export const faultKinds = ['crash', 'hang', 'leak', 'let in', 'wrong answer'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** What happened, and of generated inputs how to see it again. */
  readonly what: string;
}

export function fault(kind: FaultKind, what: string): Fault {
  return { kind, what };
}
