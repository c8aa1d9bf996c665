import type { Enqueue, Enqueued } from './enqueue.ts';
import type { Enriched } from './enrich.ts';
import { refused, type Refused } from './refuse.ts';

/** All queues of the event have confirmed it. */
export interface Receipt {
  readonly ok: true;
  /** What its sender is told, as JSON. */
  readonly text: string;
}

/**
 * Puts one event into the queue of each of its targets, and answers only when each has spoken, or time is over: `dueAtMs`, by
 * the monotonic clock.
 */
export function queueToAll(
  enriched: Enriched,
  queues: ReadonlyMap<string, Enqueue>,
  dueAtMs: number,
): Promise<Receipt | Refused> {
  const { targets, event } = enriched;
  // Written before the event goes, as it is at hand: see `Told` in receive.ts.
  const receipt: Receipt = { ok: true, text: JSON.stringify({ id: event.id, status: 'queued', targets }) };
  const add = (target: string) => queues.get(target)?.add(enriched, dueAtMs) ?? Promise.resolve<Enqueued>('failed');
  const [first] = targets;
  // Most events have one target, and need none of the promises that `Promise.all` makes.
  if (first !== undefined && targets.length === 1) {
    return add(first).then((result) => (result === 'queued' ? receipt : judge(enriched, [result])));
  }
  return Promise.all(targets.map(add)).then((results) =>
    results.every((result) => result === 'queued') ? receipt : judge(enriched, results),
  );
}

function judge({ event, targets }: Enriched, results: readonly Enqueued[]): Refused {
  const queued = targets.filter((_, i) => results[i] === 'queued');
  const more = { eventId: event.id, queued };
  if (results.includes('invalid'))
    return refused('invalid', 'The queue refuses this event for good', { ...more, errors: [] });
  if (results.includes('saturated')) return refused('saturated', 'Too much is waiting for the queue already', more);
  return refused(
    'unavailable',
    'The queue did not confirm the event in time: it may arrive. Sending it again with the same id is safe',
    more,
  );
}
