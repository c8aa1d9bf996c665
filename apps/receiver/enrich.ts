import { encode, type EventOnQueue } from '../shared/event.ts';
import { maxEventBytes } from '../shared/limits.ts';
import { refused, type Refused } from './refuse.ts';
import type { Traced } from './trace.ts';

/** An event as it goes to the queue. */
export interface Enriched {
  readonly ok: true;
  readonly event: EventOnQueue;
  readonly body: string;
  readonly bytes: number;
  readonly targets: readonly string[];
}

export type Enrich = (traced: Traced) => Enriched | Refused;

/** Adds what the configuration says, who sent it and when, and its trace; a sender's attribute of the same name is replaced. */
export function createEnrich(enrichment: Readonly<Record<string, string>>): Enrich {
  const added = Object.entries(enrichment).map(([name, value]) => [name, JSON.stringify(value)] as const);
  return ({ event: draft, targets, trace: { traceparent, tracestate } }) => {
    const { id, source, type, time, sender, receivedAt, identity, data } = draft;
    const attributes = added.length === 0 ? draft.attributes : new Map([...draft.attributes, ...added]);
    const event: EventOnQueue = {
      id,
      source,
      type,
      time,
      sender: sender.name,
      receivedAt,
      traceparent,
      tracestate,
      identity,
      redrive: 0,
      attributes,
      data,
    };
    const body = encode(event);
    const bytes = Buffer.byteLength(body);
    if (bytes > maxEventBytes) {
      const detail = `The event is ${bytes} bytes on the queue, and ${maxEventBytes} are allowed: send less data`;
      return refused('too_large', detail, { eventId: id });
    }
    return { ok: true, event, body, bytes, targets };
  };
}
