import { z } from 'zod';

const line = z.object({
  msg: z.literal('delivery.attempted'),
  event_id: z.string(),
  attempt: z.number(),
  outcome: z.string(),
});

/** What the pods' logs tell of attempts. */
export interface Attempts {
  readonly heard: (text: string) => void;
  /** Outcomes by name. */
  readonly outcomes: () => Readonly<Record<string, number>>;
  /** Attempts that events had spent by their last call beyond the failures and doubts that their own log tells of. */
  readonly unexplained: () => number;
}

export function createAttempts(): Attempts {
  const outcomes = new Map<string, number>();
  const events = new Map<string, { spent: number; explained: number }>();
  return {
    heard(text) {
      if (!text.includes('"delivery.attempted"')) return;
      const { event_id: id, attempt, outcome } = line.parse(JSON.parse(text));
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (attempt === 1 && outcome === 'delivered') return;
      const event = events.get(id) ?? { spent: 0, explained: 0 };
      event.spent = Math.max(event.spent, attempt - 1);
      if (outcome === 'failed' || outcome === 'in_doubt') event.explained++;
      events.set(id, event);
    },
    outcomes: () => Object.fromEntries(outcomes),
    unexplained: () =>
      [...events.values()].reduce((sum, { spent, explained }) => sum + Math.max(0, spent - explained), 0),
  };
}
