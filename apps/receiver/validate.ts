import type { EventData } from '../shared/event.ts';
import type { Authenticated, Sender } from './authenticate.ts';
import { readBinary, readStructured } from './cloudevents.ts';
import type { Draft } from './draft.ts';
import { readPlain } from './plain.ts';
import { readBatch, textOf } from './read.ts';
import { refused, type Fault, type Refused } from './refuse.ts';
import type { Schema, SchemaFault } from './schema.ts';
import { readWebhook, type Delivered } from './webhook.ts';

declare const validated: unique symbol;

/** An event that keeps every rule. Only {@link createValidate} makes one. */
export interface Validated extends Draft {
  readonly sender: Sender;
  readonly receivedAt: Date;
  readonly [validated]: true;
}

/** Each event of a request, judged on its own; or why the request as a whole holds none. */
export type Validation =
  { readonly ok: true; readonly batch: boolean; readonly events: readonly (Validated | Refused)[] } | Refused;

export interface Validate {
  readonly events: (request: Authenticated) => Validation;
  readonly webhook: (request: Delivered) => Validation;
}

/** More faults than a person mends at once; a hostile event could have a million. */
const mostFaults = 100;

/** `schemas`: event type → what its data keep to. */
export function createValidate(schemas: ReadonlyMap<string, Schema>): Validate {
  const check = (draft: Draft | Refused, { sender, receivedAt }: Authenticated): Validated | Refused => {
    if (!draft.ok) return draft;
    const faults = dataFaults(draft.data, schemas.get(draft.type));
    if (faults.length > 0) {
      return refused('invalid', 'The data of the event breaks a rule', { errors: faults, eventId: draft.id });
    }
    return { ...draft, sender, receivedAt } as Validated;
  };

  const events = (request: Authenticated): Validation => {
    const { form, headers, sender, receivedAt } = request;
    if (form === 'binary') return { ok: true, batch: false, events: [check(readBinary(request), request)] };
    const text = textOf(request.body);
    if (text === undefined) return refused('malformed', 'The body is not UTF-8');
    switch (form) {
      case 'structured':
        return { ok: true, batch: false, events: [check(readStructured(text, receivedAt), request)] };
      case 'plain':
        return { ok: true, batch: false, events: [check(readPlain(text, headers, sender.name, receivedAt), request)] };
      case 'batch':
      case 'plain-batch': {
        const read = readBatch(text);
        if (!read.ok) return read;
        // A header names one delivery, and so cannot be the id of several events.
        const one = form === 'batch' ? readStructured : (each: string) => readPlain(each, {}, sender.name, receivedAt);
        return { ok: true, batch: true, events: read.texts.map((each) => check(one(each, receivedAt), request)) };
      }
      case 'webhook':
        return refused('malformed', 'A webhook is sent to /webhooks/{name}');
      default:
        return form satisfies never;
    }
  };
  return {
    events,
    webhook(request) {
      const text = textOf(request.body);
      if (text === undefined) return refused('malformed', 'The body is not UTF-8');
      return { ok: true, batch: false, events: [check(readWebhook(text, request), request)] };
    },
  };
}

function dataFaults(data: EventData, schema: Schema | undefined): Fault[] {
  if (data.kind !== 'json')
    return schema === undefined ? [] : [{ pointer: '/data', detail: 'is not there as JSON, and has a schema' }];
  const { text } = data;
  if (schema === undefined || schema(JSON.parse(text))) return [];
  return (schema.errors ?? []).slice(0, mostFaults).map(describe);
}

function describe({ instancePath, params, message = 'breaks its schema' }: SchemaFault): Fault {
  const { missingProperty } = params as { missingProperty?: string };
  const missing = missingProperty === undefined ? '' : `/${missingProperty.replace(/~/g, '~0').replace(/\//g, '~1')}`;
  return { pointer: `/data${instancePath}${missing}`, detail: message };
}
