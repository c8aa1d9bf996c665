import { createHash } from 'node:crypto';
import { memberTexts, queueSafe } from '../../../apps/shared/json.ts';

/** A CloudEvent as its producer writes it. */
export interface SentEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly data: { readonly n: number; readonly text: string };
}

const firstMs = Date.UTC(2026, 0, 1);

export function idOf(prefix: string, n: number): string {
  return `${prefix}-${n}`;
}

/**
 * The event of this id, all of it made from the id: who knows that knows what must arrive. Its text holds what is broken
 * most easily on the way: quotes, escapes, and characters of two, three and four bytes.
 */
export function eventOf(id: string): SentEvent {
  const n = numberOf(id);
  if (n === undefined) throw new Error(`${id} is no id of an event of ours`);
  const digest = createHash('sha256').update(id).digest('hex');
  return {
    specversion: '1.0',
    id,
    source: '/conformance/delivery',
    type: 'order.created',
    time: new Date(firstMs + n * 1_000).toISOString(),
    data: { n, text: `"${id}" \\ costs ${n} € at the Café 漢字 🙂\n${digest}` },
  };
}

/** The event as a message of a queue that takes no characters outside the Basic Multilingual Plane. */
export function messageOf(id: string): string {
  return queueSafe(JSON.stringify(eventOf(id)));
}

/**
 * Whether `$input`, as the target recorded its source text, holds the event of this id just as it was sent. Values count,
 * not how they are spelled: a queue does not take every character unescaped.
 */
export function isIntact(id: string, input: string | null): boolean {
  if (numberOf(id) === undefined || input === null) return false;
  const arrived = memberTexts(input);
  const { source, type, time, data } = eventOf(id);
  return Object.entries({ id, source, type, time, data }).every(
    ([name, value]) => JSON.stringify(JSON.parse(arrived.get(name) ?? 'null')) === JSON.stringify(value),
  );
}

function numberOf(id: string): number | undefined {
  const [, digits] = /-(\d{1,9})$/.exec(id) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
