import * as z from 'zod';
import type { Queues } from './setup.ts';

const summarySchema = z.object({
  effects: z.number(),
  duplicates: z.number(),
  violations: z.number(),
  limit: z.number(),
  per_ms: z.number(),
  worst_window: z.number(),
  utilisation: z.number().nullable(),
  in_last_window: z.number(),
});
const effectsSchema = z.array(z.object({ seq: z.number(), id: z.string(), type: z.string() }));

type Effect = z.output<typeof effectsSchema>[number];

/** What is known of all events at one moment, from the senders, the queue and the target. */
export interface Sample {
  readonly accepted: number;
  readonly delivered: number;
  readonly duplicates: number;
  readonly deadLetters: number;
  /** Accepted, and not seen at the target. */
  readonly undelivered: number;
  readonly waiting: number;
  readonly inHand: number;
  /** Since the oldest undelivered event was accepted. */
  readonly oldestMs: number | undefined;
  readonly callsInLastWindow: number;
  readonly limit: number;
  readonly perMs: number;
  readonly worstWindow: number;
  readonly violations: number;
  readonly utilisation: number | null;
}

export const nothingSeen: Sample = {
  accepted: 0,
  delivered: 0,
  duplicates: 0,
  deadLetters: 0,
  undelivered: 0,
  waiting: 0,
  inHand: 0,
  oldestMs: undefined,
  callsInLastWindow: 0,
  limit: 0,
  perMs: 1_000,
  worstWindow: 0,
  violations: 0,
  utilisation: null,
};

export interface Watch {
  readonly accepted: (id: string) => void;
  /** Looks at queue and target; tells besides what was delivered that the burst did not send. */
  readonly look: () => Promise<{ readonly sample: Sample; readonly own: readonly Effect[] }>;
}

export interface WatchOptions {
  readonly queues: Pick<Queues, 'depth' | 'deadLetters'>;
  readonly get: (path: string) => Promise<unknown>;
  /** Whether an id is one of the burst. */
  readonly sent: (id: string) => boolean;
  readonly now: () => number;
}

export function createWatch({ queues, get, sent, now }: WatchOptions): Watch {
  // In the order of acceptance: the first is the oldest.
  const undelivered = new Map<string, number>();
  // The target may tell of a delivery before the sender has read its 202.
  const delivered = new Set<string>();
  let accepted = 0;
  let lastSeq = 0;

  async function newEffects(): Promise<Effect[]> {
    const all: Effect[] = [];
    for (;;) {
      const page = effectsSchema.parse(await get(`/effects?after=${lastSeq}`));
      const last = page.at(-1);
      if (last === undefined) return all;
      lastSeq = last.seq;
      all.push(...page);
    }
  }

  return {
    accepted(id) {
      accepted++;
      if (!delivered.has(id)) undelivered.set(id, now());
    },
    async look() {
      const [depth, deadLetters] = await Promise.all([queues.depth(), queues.deadLetters()]);
      const effects = await newEffects();
      const summary = summarySchema.parse(await get('/summary'));
      for (const { id } of effects) {
        delivered.add(id);
        undelivered.delete(id);
      }
      // Nobody but its sender saw the acceptance of an event of one's own.
      const own = effects.filter(({ id }) => !sent(id));
      accepted += own.length;
      const [oldest] = undelivered.values();
      const sample: Sample = {
        accepted,
        delivered: summary.effects,
        duplicates: summary.duplicates,
        deadLetters,
        undelivered: undelivered.size,
        ...depth,
        oldestMs: oldest === undefined ? undefined : now() - oldest,
        callsInLastWindow: summary.in_last_window,
        limit: summary.limit,
        perMs: summary.per_ms,
        worstWindow: summary.worst_window,
        violations: summary.violations,
        utilisation: summary.utilisation,
      };
      return { sample, own };
    },
  };
}

/** Whether every accepted event is at the target or a dead letter. */
export function isSettled({ undelivered, deadLetters }: Sample): boolean {
  return undelivered <= deadLetters;
}
