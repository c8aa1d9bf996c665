import { median } from './measure.ts';

/** What a value is held to, in the short form as in the whole. */
export type Bound = { readonly atLeast: number } | { readonly atMost: number } | { readonly below: number };

export interface Figure {
  readonly name: string;
  /** The median of the rounds, mostly. */
  readonly value: number;
  /** What each round gave. */
  readonly rounds: readonly number[];
  /** What it was measured beside. */
  readonly against: string;
  /** Undefined where it is told for comparison alone. */
  readonly bound: Bound | undefined;
  /** Absolute figures, one line each. */
  readonly says: readonly string[];
}

/** What a section is given. */
export interface Bench {
  /** Fewer and shorter rounds; the same bounds. */
  readonly short: boolean;
  readonly signal: AbortSignal;
  /** Tells how far it is. */
  readonly say: (line: string) => void;
}

/** Starts what it measures, measures, and ends all of it. */
export type Section = (bench: Bench) => Promise<readonly Figure[]>;

/** A figure whose value is the median of its rounds. */
export function figureOf(figure: Omit<Figure, 'value'>): Figure {
  return { ...figure, value: median(figure.rounds) };
}

export type Verdict = 'held' | 'broken' | 'told';

/** What could not be measured is not a number, and that is broken. */
export function judge({ value, bound }: Pick<Figure, 'value' | 'bound'>): Verdict {
  if (bound === undefined) return 'told';
  const isHeld =
    'atLeast' in bound ? value >= bound.atLeast : 'atMost' in bound ? value <= bound.atMost : value < bound.below;
  return isHeld ? 'held' : 'broken';
}

export function describeBound(bound: Bound | undefined): string {
  if (bound === undefined) return '';
  if ('atLeast' in bound) return `≥ ${bound.atLeast}`;
  return 'atMost' in bound ? `≤ ${bound.atMost}` : `< ${bound.below}`;
}
