import { decode, encode, keyOf, type GatewayEvent } from '../shared/event.ts';
import type { Flat } from './print.ts';
import type { Received } from './queues.ts';

export const letterClasses = ['refused', 'failed', 'in_doubt', 'conflict', 'malformed', 'unknown'] as const;
export type LetterClass = (typeof letterClasses)[number];

/** A dead letter, read: whoever wrote it. */
export interface Letter extends Received {
  readonly class: LetterClass;
  readonly reason: string;
  /** The event as a redrive sends it; `undefined` where the body is none of ours. */
  readonly event: GatewayEvent | undefined;
  /** The event's key at the target, by its content and never by what the letter claims. */
  readonly key: string | undefined;
}

export function readLetter(received: Received, instance: string, target: string): Letter {
  const said = received.attributes.get('class');
  const kind = letterClasses.find((each) => each === said) ?? 'unknown';
  const decoded = decode(received.body);
  const unsaid =
    received.movedFrom === undefined
      ? 'nobody wrote down why'
      : 'SQS moved it here by itself, as it was received more often than its maxReceiveCount allows';
  const reason = received.attributes.get('reason') ?? (decoded.ok ? unsaid : decoded.fault);
  if (!decoded.ok) return { ...received, class: kind, reason, event: undefined, key: undefined };
  // Of two events of one identity and different content the other was first: this one is told apart by its digest.
  const identity = kind === 'conflict' ? 'digest' : decoded.event.identity;
  const event = { ...decoded.event, identity, redrive: decoded.event.redrive + 1 };
  return { ...received, class: kind, reason, event, key: keyOf(instance, target, event) };
}

/** The body that brings the event back. */
export function redriveBody(event: GatewayEvent): string {
  return encode(event);
}

/** What `--json` says of a letter; the body only where it is asked for. */
export function flatLetter(letter: Letter, nowMs: number, whole: boolean): Flat {
  const { event, attributes } = letter;
  const number = (name: string) => {
    const text = attributes.get(name) ?? '';
    return /^\d{1,9}$/.test(text) ? Number(text) : null;
  };
  return {
    message_id: letter.messageId,
    class: letter.class,
    reason: letter.reason,
    age_seconds: Math.max(0, Math.round((nowMs - letter.sentAtMs) / 1_000)),
    sent_at: isoTime(letter.sentAtMs),
    dead_at: attributes.get('dead_at') ?? null,
    attempts: number('attempts'),
    status: number('status'),
    answer_digest: attributes.get('answer_digest') ?? null,
    trace_id: attributes.get('trace_id') ?? null,
    moved_by_sqs: letter.movedFrom !== undefined,
    event_id: event?.id ?? null,
    type: event?.type ?? null,
    source: event?.source ?? null,
    sender: event?.sender ?? null,
    received_at: event?.receivedAt ?? null,
    // What the letter carries; the event here is the one that a redrive would send.
    redrive: event === undefined ? null : event.redrive - 1,
    key: letter.key ?? null,
    ...(whole ? { body: letter.body } : {}),
  };
}

/** Also where a clock or an emulator says what is no time. */
export function isoTime(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
