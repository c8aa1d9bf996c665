import type { Slot } from './permit.ts';

/**
 * How many slots a pod asks for, and when. Asking for many at once spares Redis; but the slots of a pod that dies are lost,
 * so it holds no more of them than it will use within a third of a second, and asks again shortly before they end.
 */
export interface Book {
  /** Slots to ask for now, for so many events that want one; 0 while those in hand last. */
  wanted(ready: number, travelling: number): number;
  /** Until slots should be asked for again, in ms. */
  nextMs(): number;
  granted(slots: readonly (Slot | undefined)[]): void;
  /** No slot was to be had for so long; tells how long to wait, in ms. */
  refused(waitMs: number): number;
  /** A call took so long. */
  took(durationMs: number): void;
}

export interface BookOptions {
  readonly concurrency: number;
  readonly spacingMs: number;
  /** How far ahead slots are booked, in ms. */
  readonly aheadMs: number;
  /** How long a call is expected to take, until calls have told. */
  readonly latencyMs: number;
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
}

/** What a pod that dies takes with it: 2.5 % of a limit when one dies every 10 s. */
export const usualAheadMs = 250;

/**
 * Slots that are given out together follow each other, so a pod with many would have to make all calls of the fleet for a
 * while, and be late. In small lots the slots of pods alternate; an eighth of a round trip a call is little enough.
 */
const mostAtOnce = 8;

/** A slot that is waited for counts as in flight: where that is limited, waiting for long would leave the target idle. */
export const shortAheadMs = 40;

/**
 * How many messages a pod has in hand at most: two seconds of the whole fleet's limit, enough to use every slot, and soon
 * worked off by one pod alone. No more than the queue can refill in a tenth of a second: what is in hand has to be held, and
 * copied by each collection of garbage.
 */
export function capacityOf(concurrency: number, spacingMs: number): number {
  return Math.max(concurrency, Math.min(Math.ceil(2_000 / spacingMs), 100));
}

/** Asked for again before the last slot is due: more than a reply takes (200 ms is a timeout), and little to lose. */
const againMs = 100;

/**
 * Whoever is refused leaves the field to those who hold slots: a fleet of twenty would else ask far more often than it
 * calls. Those who hold slots ask again by themselves, so nothing is missed meanwhile.
 */
const refusal = { firstMs: 125, maxMs: 2_000 };

/** The weight of the latest call in what a call is expected to take. */
const weight = 0.1;

export function createBook({ concurrency, spacingMs, aheadMs, latencyMs, now, random }: BookOptions): Book {
  let lastDueMs = 0;
  let refusals = 0;
  let typicalMs = latencyMs;
  return {
    wanted(ready, travelling) {
      if (lastDueMs - now() > againMs) return 0;
      // Slots beyond what the connections can carry would pass unused.
      const carried = Math.floor((concurrency * (aheadMs + againMs)) / typicalMs);
      const most = Math.min(Math.ceil(aheadMs / spacingMs) + 1, mostAtOnce);
      return Math.max(0, Math.min(ready, most, Math.max(concurrency, carried) - travelling));
    },
    nextMs() {
      const leftMs = lastDueMs - now() - againMs;
      return leftMs > 0 ? leftMs : Infinity;
    },
    granted(slots) {
      refusals = 0;
      for (const slot of slots) lastDueMs = Math.max(lastDueMs, slot?.dueMs ?? 0);
    },
    refused(waitMs) {
      const backoffMs = Math.min(refusal.firstMs * 2 ** refusals, refusal.maxMs);
      refusals++;
      return waitMs + backoffMs * (0.5 + random() / 2);
    },
    took(durationMs) {
      typicalMs += (Math.max(1, durationMs) - typicalMs) * weight;
    },
  };
}
