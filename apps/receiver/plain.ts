import type { IncomingHttpHeaders } from 'node:http';
import type { EventData } from '../shared/event.ts';
import { isTimestamp } from './cloudevents.ts';
import type { Draft } from './draft.ts';
import { readData, refuseLong, stringOf } from './read.ts';
import { refused, type Refused } from './refuse.ts';

/** Headers in which senders put the id of a delivery, in the order in which they are believed. */
const idHeaders = ['idempotency-key', 'webhook-id', 'x-github-delivery', 'x-shopify-event-id'] as const;

/** Plain JSON: any object. The whole of it becomes `data`; what an event needs besides is read from it where it is there. */
export function readPlain(
  text: string,
  headers: IncomingHttpHeaders,
  sender: string,
  receivedAt: string,
): Draft | Refused {
  const read = readData(text);
  if (!read.ok) return read;
  const { members } = read;
  const header = headerId(headers);
  const id = header ?? objectId(members.get('id'));
  if (id === undefined || id === '') {
    return refused(
      'malformed',
      `The event has no id: send ${idHeaders.join(', ')}, or a member "id" (a string or an integer)`,
    );
  }
  const optional = (name: string) => {
    const value = stringOf(members.get(name));
    return value === '' ? undefined : value;
  };
  const type = optional('type') ?? 'event';
  const source = optional('source') ?? sender;
  const said = optional('time');
  const time = said !== undefined && isTimestamp(said) ? said : receivedAt;
  const long = refuseLong({ type, source, id });
  if (long !== undefined) return long;
  const data: EventData = { kind: 'json', text: text.trim() };
  return {
    ok: true,
    id,
    source,
    type,
    time,
    // An id inside the object may be its subject's, not the event's: order 42 is created, and later updated.
    identity: header === undefined ? 'digest' : 'id',
    attributes: new Map(),
    data,
    value: read.value,
  };
}

/** `Idempotency-Key` may be a quoted string (its draft, §2.1) or bare, as most clients write it. */
function headerId(headers: IncomingHttpHeaders): string | undefined {
  for (const name of idHeaders) {
    const value = headers[name];
    const bare = typeof value === 'string' ? value.trim().replace(/^"(.*)"$/, '$1') : '';
    if (bare !== '') return bare;
  }
  return undefined;
}

function objectId(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return /^-?\d+$/.test(text) ? text : stringOf(text);
}
