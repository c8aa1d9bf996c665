import { hash } from 'node:crypto';
import { queueSafe, scanMembers } from './json.ts';
import { maxDepth } from './limits.ts';
import { isTraceparent, isTracestate } from './tracing.ts';

/**
 * The event on the queue: one structured CloudEvent 1.0 (https://github.com/cloudevents/spec, JSON format 1.0.2), and
 * all that the receiver and the dispatcher have in common. What the sender wrote travels as JSON source text, never as
 * parsed values, so that it arrives as it was sent.
 */
export interface EventOnQueue {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** RFC 3339, as the sender wrote it. */
  readonly time: string;
  /** Who sent it: the name of the API key, or `anonymous`. */
  readonly sender: string;
  /** RFC 3339 in UTC: when the receiver took it. */
  readonly receivedAt: string;
  /** W3C trace context (CloudEvents distributed-tracing extension). */
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
  /**
   * `id`: sender, source and id name one event. `digest`: the id was only found inside a plain object and may be its
   * subject's (order 42: created, then updated), so the digest belongs to the identity.
   */
  readonly identity: 'id' | 'digest';
  /** How often it was brought back from the dead-letter queue. */
  readonly redrive: number;
  /** The enrichment, and every other attribute of the sender's: name to JSON source text. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly data: EventData;
}

/** An event as the dispatcher knows it. */
export interface GatewayEvent extends EventOnQueue {
  /** Fingerprint of type and data, by {@link digestOf}; it does not travel (decision 31). */
  readonly digest: string;
}

/** `text` is JSON source text; of `base64` it is the JSON string that holds the encoded bytes. */
export type EventData = { readonly kind: 'none' } | { readonly kind: 'json' | 'base64'; readonly text: string };

/** Attributes that the gateway sets itself: a sender's own of these names are replaced, as they could forge identity. */
export const gatewayAttributes: ReadonlySet<string> = new Set([
  'sender',
  'receivedat',
  'digest',
  'identity',
  'redrive',
  'traceparent',
  'tracestate',
]);

const contextAttributes = new Set(['specversion', 'id', 'source', 'type', 'time']);

/** 128 bits of SHA-256 over type and data, base64url: 22 characters. */
export function digestOf(type: string, data: EventData): string {
  const text = data.kind === 'none' ? '' : data.text;
  const whole = hash('sha256', `[${JSON.stringify(type)},"${data.kind}"]${text}`, 'base64url');
  // 21 characters are 126 of the 128 bits, and the last has two of its six: a Buffer in between costs as much as the hash.
  return whole.slice(0, 21) + lastOfDigest.charAt(base64url.indexOf(whole.charAt(21)) >> 4);
}

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const lastOfDigest = 'AQgw';

/**
 * The idempotency key of an event at a target: base64url(SHA-256), 43 characters, the same over retries and redrives.
 * It names the ledger's record, the `Idempotency-Key` header and `key` in `$input`.
 */
export function keyOf(
  instance: string,
  target: string,
  event: Pick<GatewayEvent, 'sender' | 'source' | 'id' | 'identity' | 'digest'>,
): string {
  const identity = [instance, target, event.sender, event.source, event.id];
  if (event.identity === 'digest') identity.push(event.digest);
  return hash('sha256', JSON.stringify(identity), 'base64url');
}

/** The message body: JSON in characters that every SQS takes. */
export function encode(event: EventOnQueue): string {
  const { id, source, type, time, sender, traceparent, tracestate, data } = event;
  // What is undefined is left out. All but the last brace: what follows is source text already.
  let text = JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type,
    time,
    sender,
    receivedat: event.receivedAt,
    traceparent,
    tracestate,
    identity: event.identity === 'digest' ? 'digest' : undefined,
    redrive: event.redrive > 0 ? event.redrive : undefined,
  }).slice(0, -1);
  for (const [name, value] of event.attributes) text += `,${JSON.stringify(name)}:${value}`;
  if (data.kind === 'json') text += `,"data":${data.text}`;
  if (data.kind === 'base64') text += `,"data_base64":${data.text}`;
  return queueSafe(`${text}}`);
}

export type Decoded =
  { readonly ok: true; readonly event: GatewayEvent } | { readonly ok: false; readonly fault: string };

/** Reads a message body. Anyone may write to a queue: what is no event of ours is a fault that says why. */
export function decode(body: string): Decoded {
  // Before the parser, which takes seconds for a megabyte of brackets; an expression would take hours for what it made of them.
  const { texts: members, depth } = scanMembers(body, maxDepth + 1);
  if (depth > maxDepth + 1) {
    return { ok: false, fault: `the message is nested deeper than ${maxDepth} levels` };
  }
  let envelope: unknown;
  try {
    envelope = JSON.parse(body);
  } catch {
    return { ok: false, fault: 'the message is not JSON' };
  }
  if (typeof envelope !== 'object' || envelope === null || Array.isArray(envelope)) {
    return { ok: false, fault: 'the message is not a JSON object' };
  }
  const fields = new Map<string, unknown>(Object.entries(envelope));
  if (fields.get('specversion') !== '1.0') return { ok: false, fault: 'the message is not a CloudEvent 1.0' };
  const missing = ['id', 'source', 'type', 'time', 'sender', 'receivedat', 'traceparent'].filter((name) => {
    const value = fields.get(name);
    return typeof value !== 'string' || value === '';
  });
  if (missing.length > 0) return { ok: false, fault: `the CloudEvent lacks ${missing.join(', ')}` };
  const text = (name: string) => fields.get(name) as string;
  // Ages are counted from it, and metrics throw what is no number.
  if (Number.isNaN(Date.parse(text('receivedat')))) return { ok: false, fault: 'receivedat is no time' };
  // It becomes a header of the call: anything else than a trace context could be another header.
  if (!isTraceparent(fields.get('traceparent'))) return { ok: false, fault: 'the traceparent is none' };

  const json = members.get('data');
  const base64 = members.get('data_base64');
  const redrive = fields.get('redrive');
  const tracestate = fields.get('tracestate');
  const data: EventData =
    json !== undefined
      ? { kind: 'json', text: json }
      : base64 !== undefined
        ? { kind: 'base64', text: base64 }
        : { kind: 'none' };
  return {
    ok: true,
    event: {
      id: text('id'),
      source: text('source'),
      type: text('type'),
      time: text('time'),
      sender: text('sender'),
      receivedAt: text('receivedat'),
      digest: digestOf(text('type'), data),
      traceparent: text('traceparent'),
      ...(isTracestate(tracestate) ? { tracestate } : {}),
      identity: fields.get('identity') === 'digest' ? 'digest' : 'id',
      redrive: typeof redrive === 'number' && Number.isSafeInteger(redrive) && redrive > 0 ? redrive : 0,
      attributes: new Map([...members].filter(([name]) => isCarried(name))),
      data,
    },
  };
}

/** Whether an attribute is the sender's or the enrichment's to carry: neither part of the envelope nor the gateway's own. */
export function isCarried(name: string): boolean {
  return !contextAttributes.has(name) && !gatewayAttributes.has(name) && name !== 'data' && name !== 'data_base64';
}
