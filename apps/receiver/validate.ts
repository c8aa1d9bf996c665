import type { Accepted } from './accept.ts';
import type { Sender } from './authenticate.ts';
import { readBinary, readStructured } from './cloudevents.ts';
import type { Draft } from './draft.ts';
import { readPlain } from './plain.ts';
import { readBatch, textOf } from './read.ts';
import { refused, type Fault, type Refused } from './refuse.ts';
import type { Schema, SchemaFault } from './schema.ts';
import { readWebhook, type Delivered } from './webhook.ts';

declare const validated: unique symbol;

/** An event that keeps every rule. Only {@link createValidate} makes one. */
export interface Validated extends Omit<Draft, 'value'> {
  readonly sender: Sender;
  readonly receivedAt: string;
  readonly [validated]: true;
}

/** Each event of a request, judged on its own; or why the request as a whole holds none. */
export type Validation =
  { readonly ok: true; readonly batch: boolean; readonly events: readonly (Validated | Refused)[] } | Refused;

export interface Validate {
  readonly events: (request: Accepted, sender: Sender) => Validation;
  readonly webhook: (request: Delivered, sender: Sender) => Validation;
}

/** More faults than a person mends at once; a hostile event could have a million. */
const mostFaults = 100;

/** `schemas`: event type → what its data keep to. */
export function createValidate(schemas: ReadonlyMap<string, Schema>): Validate {
  const check = (draft: Draft | Refused, sender: Sender, receivedAt: string): Validated | Refused => {
    if (!draft.ok) return draft;
    const { id, source, type, time, identity, attributes, data, trace } = draft;
    const faults = dataFaults(draft, schemas.get(type));
    if (faults.length > 0) {
      return refused('invalid', 'The data of the event breaks a rule', { errors: faults, eventId: id });
    }
    const kept = { ok: true, id, source, type, time, identity, attributes, data, trace, sender, receivedAt };
    return kept as Validated;
  };

  const events = (request: Accepted, sender: Sender): Validation => {
    const { form, headers, receivedAt } = request;
    const checked = (draft: Draft | Refused) => check(draft, sender, receivedAt);
    if (form === 'binary') return { ok: true, batch: false, events: [checked(readBinary(request))] };
    const text = textOf(request.body);
    if (text === undefined) return refused('malformed', 'The body is not UTF-8');
    switch (form) {
      case 'structured':
        return { ok: true, batch: false, events: [checked(readStructured(text, receivedAt))] };
      case 'plain':
        return { ok: true, batch: false, events: [checked(readPlain(text, headers, sender.name, receivedAt))] };
      case 'batch':
      case 'plain-batch': {
        const read = readBatch(text);
        if (!read.ok) return read;
        // A header names one delivery, and so cannot be the id of several events.
        const one = form === 'batch' ? readStructured : (each: string) => readPlain(each, {}, sender.name, receivedAt);
        return { ok: true, batch: true, events: read.texts.map((each) => checked(one(each, receivedAt))) };
      }
      case 'webhook':
        return refused('malformed', 'A webhook is sent to /webhooks/{name}');
      default:
        return form satisfies never;
    }
  };
  return {
    events,
    webhook(request, sender) {
      const text = textOf(request.body);
      if (text === undefined) return refused('malformed', 'The body is not UTF-8');
      return { ok: true, batch: false, events: [check(readWebhook(text, request), sender, request.receivedAt)] };
    },
  };
}

function dataFaults({ data, value }: Draft, schema: Schema | undefined): Fault[] {
  if (schema === undefined) return [];
  if (data.kind !== 'json') return [{ pointer: '/data', detail: 'is not there as JSON, and has a schema' }];
  if (schema(value)) return [];
  return (schema.errors ?? []).slice(0, mostFaults).map(describe);
}

function describe({ instancePath, params, message = 'breaks its schema' }: SchemaFault): Fault {
  const { missingProperty } = params as { missingProperty?: string };
  const missing = missingProperty === undefined ? '' : `/${missingProperty.replace(/~/g, '~0').replace(/\//g, '~1')}`;
  return { pointer: `/data${instancePath}${missing}`, detail: message };
}
