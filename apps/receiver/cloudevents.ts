import { isCarried, type EventData } from '../shared/event.ts';
import { depthOf } from '../shared/json.ts';
import { maxAttributeChars, maxDepth } from '../shared/limits.ts';
import { isTraceparent, isTracestate } from '../shared/tracing.ts';
import type { Accepted } from './accept.ts';
import type { Draft } from './draft.ts';
import { notJson, parseJson, readObject, stringOf, textOf } from './read.ts';
import { refused, type Fault, type Refused } from './refuse.ts';

const attributeName = /^[a-z0-9]+$/;

/** Optional attributes of the specification's own that are strings. */
const ownAttributes: ReadonlySet<string> = new Set(['subject', 'datacontenttype', 'dataschema']);

/** RFC 3339, as CloudEvents 1.0 §3.1 asks of `time`. */
const timestamp =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

export function isTimestamp(text: string): boolean {
  return timestamp.test(text);
}

/** What no URI-reference may hold: characters that RFC 3986 does not name, and a percent sign that encodes nothing. */
const outsideUri = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})/;

/** A CloudEvent in JSON format: structured mode, or one of a batch. */
export function readStructured(text: string, receivedAt: string): Draft | Refused {
  const read = readObject(text);
  if (!read.ok) return read;
  const data = dataOf(read.members);
  if ('pointer' in data) return judge(read.members, { data: { kind: 'none' } }, receivedAt, '/', [data]);
  const { data: value } = read.value as { readonly data?: unknown };
  return judge(read.members, { data, value }, receivedAt, '/', []);
}

/** A CloudEvent in binary mode: attributes in `ce-` headers, percent-encoded (HTTP binding §3.1.3); the body is its data. */
export function readBinary({ headers, mediaType, body, receivedAt }: Accepted): Draft | Refused {
  const members = new Map<string, string>();
  const faults: Fault[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('ce-') || typeof value !== 'string') continue;
    try {
      members.set(name.slice(3), JSON.stringify(decodeURIComponent(value.replace(/^"(.*)"$/, '$1'))));
    } catch {
      faults.push({ pointer: `/${name}`, detail: 'is not percent-encoded UTF-8' });
    }
  }
  if (members.has('data')) faults.push({ pointer: '/ce-data', detail: 'is no attribute: data travels in the body' });
  members.delete('data');
  if (mediaType !== '') members.set('datacontenttype', JSON.stringify(headers['content-type']));
  const payload = binaryData(mediaType, body);
  if ('ok' in payload) return payload;
  return judge(members, payload, receivedAt, '/ce-', faults);
}

type Payload = Pick<Draft, 'data' | 'value'>;

function binaryData(mediaType: string, body: Buffer): Payload | Refused {
  if (body.length === 0) return { data: { kind: 'none' } };
  const isJson = mediaType === '' || mediaType === 'application/json' || mediaType.endsWith('+json');
  const text = isJson || mediaType.startsWith('text/') ? textOf(body) : undefined;
  if (isJson) {
    if (text === undefined) return refused('malformed', 'The body is not UTF-8');
    if (depthOf(text, maxDepth) > maxDepth) {
      const detail = `is nested deeper than ${maxDepth} levels`;
      return refused('invalid', 'The event is nested too deep', { errors: [{ pointer: '/data', detail }] });
    }
    const value = parseJson(text);
    return value === undefined ? refused('malformed', notJson) : { data: { kind: 'json', text }, value };
  }
  if (text !== undefined) return { data: { kind: 'json', text: JSON.stringify(text) }, value: text };
  return { data: { kind: 'base64', text: JSON.stringify(body.toString('base64')) } };
}

function dataOf(members: ReadonlyMap<string, string>): EventData | Fault {
  const json = members.get('data');
  const base64 = members.get('data_base64');
  if (json !== undefined && base64 !== undefined)
    return { pointer: '/data_base64', detail: 'stands beside data: give one' };
  if (base64 !== undefined) {
    const value = stringOf(base64);
    const ok = value !== undefined && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value);
    return ok ? { kind: 'base64', text: base64 } : { pointer: '/data_base64', detail: 'is not a string of base64' };
  }
  return json === undefined ? { kind: 'none' } : { kind: 'json', text: json };
}

function judge(
  members: ReadonlyMap<string, string>,
  { data, value }: Payload,
  receivedAt: string,
  prefix: string,
  faults: Fault[],
): Draft | Refused {
  const fault = (name: string, detail: string) => faults.push({ pointer: prefix + name, detail });
  const text = (name: string, required: boolean): string | undefined => {
    const source = members.get(name);
    if (source === undefined || source === 'null') {
      if (required) fault(name, 'is missing');
      return undefined;
    }
    const value = stringOf(source);
    if (value === undefined) fault(name, 'is not a string');
    else if (value === '') fault(name, 'is empty');
    else if (value.length > maxAttributeChars) fault(name, `is longer than ${maxAttributeChars} characters`);
    else return value;
    return undefined;
  };
  const version = text('specversion', true);
  if (version !== undefined && version !== '1.0') fault('specversion', 'must be 1.0');
  const id = text('id', true);
  const source = text('source', true);
  if (source !== undefined && outsideUri.test(source)) fault('source', 'is not a URI-reference');
  const type = text('type', true);
  const time = text('time', false);
  if (time !== undefined && !timestamp.test(time)) fault('time', 'is not an RFC 3339 timestamp');
  for (const name of ownAttributes) text(name, false);

  const attributes = new Map<string, string>();
  for (const [name, value] of members) {
    if (!isCarried(name) || value === 'null') continue;
    if (!attributeName.test(name))
      fault(name.replace(/~/g, '~0').replace(/\//g, '~1').slice(0, 64), 'is no attribute name: a-z and 0-9 only');
    else if (!/^(?:"|true|false|-?\d+$)/.test(value)) fault(name, 'is not a string, boolean or integer');
    else if (!ownAttributes.has(name) && (stringOf(value) ?? value).length > maxAttributeChars)
      fault(name, `is longer than ${maxAttributeChars} characters`);
    else attributes.set(name, value);
  }
  if (id === undefined || source === undefined || type === undefined || faults.length > 0) {
    return refused('invalid', 'The event is not a CloudEvent 1.0', {
      errors: faults,
      ...(id === undefined ? {} : { eventId: id }),
    });
  }
  const traceparent = stringOf(members.get('traceparent'));
  const tracestate = stringOf(members.get('tracestate'));
  return {
    ok: true,
    id,
    source,
    type,
    time: time ?? receivedAt,
    identity: 'id',
    attributes,
    data,
    value,
    trace: isTraceparent(traceparent)
      ? { traceparent, tracestate: isTracestate(tracestate) ? tracestate : undefined }
      : undefined,
  };
}
