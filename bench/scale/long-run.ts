import type { Memory } from '../../tests/hostile/watched-app.ts';
import type { Figure } from '../figure.ts';

/** What an app held after a tenth of its events, and after all of them. */
export interface LongRun {
  readonly app: 'receiver' | 'dispatcher';
  /** Asked for. */
  readonly events: number;
  /** After how many it was asked for its memory. */
  readonly tenth: number;
  readonly reached: number;
  readonly afterTenth: Memory;
  readonly afterAll: Memory;
  readonly seconds: number;
}

export interface LongPlan {
  readonly events: number;
  /** A process that is too slow is not waited for. */
  readonly mostMs: number;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Ratios that are no numbers where there were fewer events than asked for. */
export function figuresOf({ app, events, tenth, reached, afterTenth, afterAll, seconds }: LongRun): readonly Figure[] {
  const isWhole = reached >= events;
  const says = (tenthBytes: number, allBytes: number) => [
    `${megabytes(tenthBytes)} after ${tenth} events, ${megabytes(allBytes)} after ${reached}, in ${seconds.toFixed(0)} s`,
    ...(isWhole ? [] : [`not judged: ${events} events were asked for, and it was too slow`]),
  ];
  const figure = (what: string, tenthBytes: number, allBytes: number, atMost: number): Figure => {
    const value = isWhole ? allBytes / tenthBytes : Number.NaN;
    return {
      name: `scale: ${what}, one ${app}`,
      value,
      rounds: [value],
      against: `${events} events ÷ a tenth of them`,
      bound: { atMost },
      says: says(tenthBytes, allBytes),
    };
  };
  return [
    figure('heap after collection', afterTenth.used, afterAll.used, 1.1),
    figure('RSS', afterTenth.rss, afterAll.rss, 1.25),
  ];
}
