import * as z from 'zod';
import { duration } from './duration.ts';

/** Pacing a longer window would spread a burst of it over all of it; pacing a short one is what its target likes best. */
const longestPacedMs = 10_000;

/** Whether a window is kept by the spacing of its slots; a longer one is kept by a log of them. */
export function isPaced({ per }: { readonly per: number }): boolean {
  // Also where it is no duration at all: that fault is told by itself.
  return !(per > longestPacedMs);
}

/** `limit` of a target. */
export const limit = z.strictObject({
  windows: z
    .array(
      z.strictObject({
        calls: z.int().min(1).max(100_000_000),
        per: duration({ minMs: 100, maxMs: 31 * 86_400_000, says: 'must be from 100ms to 31d' }),
      }),
    )
    .min(1)
    .max(4, 'must be four windows at most')
    .refine(
      (windows) => windows.some(isPaced),
      'has only long windows: add one of 10s at most, which says how fast they may be spent',
    )
    .refine(
      (windows) => new Set(windows.map(({ per }) => per)).size === windows.length,
      'has two windows of one length: keep the smaller one',
    )
    .describe('Calls allowed in any window of these lengths, for the whole fleet'),
  concurrency: z.int().min(1).max(1_000).default(5).describe('Calls in flight per pod'),
  maxInFlight: z.int().min(1).max(100_000).optional().describe('Calls in flight of the whole fleet'),
  margin: duration({ minMs: 1, maxMs: 1_000, says: 'must be from 1ms to 1s' })
    .prefault('20ms')
    .describe('How late a slot may be used, the way to the target included; costs margin/per of the throughput'),
  horizon: duration({ minMs: 100, maxMs: 10_000, says: 'must be from 100ms to 10s' })
    .prefault('1s')
    .describe('How far ahead slots are given out; lost state closes the limit for as long, and a window besides'),
  withoutRedis: z
    .enum(['closed', 'share'])
    .default('closed')
    .describe('Without Redis no calls are made, or each pod spends its share for a time'),
  shares: z.int().min(1).max(100).default(4).describe('How many pods can hold a share'),
  shareFor: duration({ minMs: 1_000, maxMs: 3_600_000, says: 'must be from 1s to 1h' })
    .prefault('5m')
    .describe('For how long a share is spent at most'),
});

export type Limit = z.output<typeof limit>;

/** What a share cannot be had with: all that only Redis knows. */
export function shareFaults(
  { windows, shares, maxInFlight, withoutRedis }: Limit,
  inDoubt: string,
): { readonly member: string; readonly message: string }[] {
  const fewest = Math.min(...windows.map(({ calls }) => calls));
  const rules = [
    {
      broken: !windows.every(isPaced),
      member: 'windows',
      message: 'holds one of over 10s, of which only Redis knows what is spent: leave it out, or withoutRedis closed',
    },
    {
      broken: maxInFlight !== undefined,
      member: 'maxInFlight',
      message: 'cannot be kept without Redis: leave it out, or withoutRedis closed',
    },
    {
      broken: shares > fewest,
      member: 'shares',
      message: `is ${shares}, but ${fewest} calls make no more whole shares`,
    },
    {
      broken: inDoubt !== 'retry',
      member: 'withoutRedis',
      message: 'is share, which may call twice: the target must honour the key, with inDoubt: retry',
    },
  ];
  return withoutRedis === 'share' ? rules.filter(({ broken }) => broken) : [];
}
