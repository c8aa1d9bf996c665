import type { Enqueue, Enqueued } from './enqueue.ts';
import type { Enriched } from './enrich.ts';
import { refused, type Refused } from './refuse.ts';

/** All queues of the event have confirmed it. */
export interface Receipt {
  readonly ok: true;
  readonly id: string;
  readonly status: 'queued';
  readonly targets: readonly string[];
}

/** Puts one event into the queue of each of its targets, and answers only when each has spoken, or time is over. */
export function queueToAll(
  { event, body, bytes, targets }: Enriched,
  queues: ReadonlyMap<string, Enqueue>,
  withinMs: number,
): Promise<Receipt | Refused> {
  const adding = targets.map(
    (target) => queues.get(target)?.add({ body, bytes }, withinMs) ?? Promise.resolve<Enqueued>('failed'),
  );
  const [only] = adding;
  const judged = (results: readonly Enqueued[]) => judge(event.id, targets, results);
  // Most events have one target, and what waits for several costs as much again.
  if (only !== undefined && adding.length === 1) return only.then((result) => judged([result]));
  return Promise.all(adding).then(judged);
}

/** `results`: of each target, in their order. */
function judge(id: string, targets: readonly string[], results: readonly Enqueued[]): Receipt | Refused {
  const queued = targets.filter((_, i) => results[i] === 'queued');
  if (queued.length === targets.length) return { ok: true, id, status: 'queued', targets };
  const more = { eventId: id, queued };
  if (results.includes('invalid'))
    return refused('invalid', 'The queue refuses this event for good', { ...more, errors: [] });
  if (results.includes('saturated')) return refused('saturated', 'Too much is waiting for the queue already', more);
  return refused(
    'unavailable',
    'The queue did not confirm the event in time: it may arrive. Sending it again with the same id is safe',
    more,
  );
}
