import type { Row } from '../row.ts';
import { processRows } from './processes.ts';
import { queueRows } from './queue.ts';
import { redisRows } from './redis.ts';
import { targetRows } from './target.ts';
import { timeRows } from './time.ts';

/** The matrix, in the order of its numbers. */
export const rows: readonly Row[] = [...processRows, ...redisRows, ...queueRows, ...targetRows, ...timeRows];
