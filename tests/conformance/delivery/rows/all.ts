import type { Row } from '../row.ts';
import { letterRows } from './letters.ts';
import { processRows } from './processes.ts';
import { queueRows } from './queue.ts';
import { redisRows } from './redis.ts';
import { targetRows } from './target.ts';
import { timeRows } from './time.ts';

/** The matrix, in the order of its numbers, wherever its rows are written. */
export const rows: readonly Row[] = [
  ...processRows,
  ...redisRows,
  ...queueRows,
  ...letterRows,
  ...targetRows,
  ...timeRows,
].toSorted((one, other) => one.number - other.number);
