import type { TargetConfig } from '../shared/config.ts';
import type { Redis } from '../shared/redis.ts';
import type { Filter } from './filter.ts';
import type { Print } from './print.ts';
import type { Queues } from './queues.ts';

/** What commands about dead letters are told. */
export interface DeadLetters {
  readonly target: string;
  readonly settings: TargetConfig;
  readonly instance: string;
  readonly redisUrl: string;
  readonly json: boolean;
  readonly filter: Filter;
  /** Letters listed or acted on, at most. */
  readonly limit: number;
  readonly hideSeconds: number;
}

/** What commands work with. */
export interface Tools {
  readonly queues: Queues;
  readonly createRedis: (url: string) => Redis;
  readonly print: Print;
  /** Where progress is shown. */
  readonly screen: { readonly isTTY: boolean; readonly write: (text: string) => unknown };
  /** Asks whoever sits there; `undefined` where nobody does. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly stop: AbortSignal;
}
