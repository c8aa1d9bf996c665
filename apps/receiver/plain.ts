import type { IncomingHttpHeaders } from 'node:http';
import { digestOf, type EventData } from '../shared/event.ts';
import { maxAttributeChars, maxDepth } from '../shared/limits.ts';
import { depthOf } from '../shared/json.ts';
import { isTimestamp } from './cloudevents.ts';
import type { Draft } from './draft.ts';
import { readObject, stringOf } from './read.ts';
import { refused, type Fault, type Refused } from './refuse.ts';

/** Headers in which senders put the id of a delivery, in the order in which they are believed. */
const idHeaders = ['idempotency-key', 'webhook-id', 'x-github-delivery', 'x-shopify-event-id'] as const;

/** Plain JSON: any object. The whole of it becomes `data`; what an event needs besides is read from it where it is there. */
export function readPlain(
  text: string,
  headers: IncomingHttpHeaders,
  sender: string,
  receivedAt: Date,
): Draft | Refused {
  const read = readObject(text);
  if (!read.ok) return read;
  const { members } = read;
  if (depthOf(text) > maxDepth) {
    const detail = `is nested deeper than ${maxDepth} levels`;
    return refused('invalid', 'The event is nested too deep', { errors: [{ pointer: '', detail }] });
  }
  const header = headerId(headers);
  const id = header ?? objectId(members.get('id'));
  if (id === undefined || id === '') {
    return refused(
      'malformed',
      `The event has no id: send ${idHeaders.join(', ')}, or a member "id" (a string or an integer)`,
    );
  }
  const faults: Fault[] = [];
  const bounded = (name: string, value: string) => {
    if (value.length > maxAttributeChars) {
      faults.push({ pointer: `/${name}`, detail: `is longer than ${maxAttributeChars} characters` });
    }
    return value;
  };
  const optional = (name: string) => {
    const value = stringOf(members.get(name));
    return value === '' ? undefined : value;
  };
  const type = bounded('type', optional('type') ?? 'event');
  const source = bounded('source', optional('source') ?? sender);
  const said = optional('time');
  const time = said !== undefined && isTimestamp(said) ? said : receivedAt.toISOString();
  bounded('id', id);
  if (faults.length > 0) return refused('invalid', 'The event breaks a rule', { errors: faults });
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
    digest: digestOf(type, data),
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
