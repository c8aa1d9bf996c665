import { createMatch } from '../shared/match.ts';
import type { Letter, LetterClass } from './letter.ts';

/** Which letters are meant; what is not given leaves none out. */
export interface Filter {
  readonly class?: LetterClass;
  readonly type?: string;
  readonly source?: string;
  readonly reason?: string;
  readonly olderThanMs?: number;
  readonly newerThanMs?: number;
}

export function createFilter(filter: Filter, nowMs: number): (letter: Letter) => boolean {
  const reason = filter.reason?.toLowerCase();
  const patterns = (['type', 'source'] as const).flatMap((name) => {
    const pattern = filter[name];
    return pattern === undefined ? [] : [{ name, isLike: createMatch(pattern) }];
  });
  return (letter) => {
    const ageMs = nowMs - letter.sentAtMs;
    if (filter.class !== undefined && letter.class !== filter.class) return false;
    // What is no event of ours has neither type nor source, and so is of no pattern.
    for (const { name, isLike } of patterns) {
      if (letter.event === undefined || !isLike(letter.event[name])) return false;
    }
    if (reason !== undefined && !letter.reason.toLowerCase().includes(reason)) return false;
    if (filter.olderThanMs !== undefined && ageMs < filter.olderThanMs) return false;
    return filter.newerThanMs === undefined || ageMs <= filter.newerThanMs;
  };
}

/** The filter in the words of the command line, for whoever is asked or told. */
export function describeFilter(filter: Filter): string {
  return Object.keys(filter).length === 0 ? '' : ' that match';
}
