import { isValidSpanId, isValidTraceId } from '@opentelemetry/api';

const traceparentPattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** Bytes of randomness, passed in. */
export type RandomBytes = (size: number) => Buffer;

/** Whether a text is a W3C `traceparent` of version 00 whose ids are not all zero (Trace Context, §3.2). */
export function isTraceparent(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  const [, traceId = '', spanId = ''] = traceparentPattern.exec(text) ?? [];
  return isValidTraceId(traceId) && isValidSpanId(spanId);
}

/** Whether a text may travel as `tracestate`: visible characters of a header, and no longer than all must carry (§3.3.1.5). */
export function isTracestate(text: unknown): text is string {
  return typeof text === 'string' && /^[\x20-\x7e]{1,512}$/.test(text);
}

/** The start of a trace: not sampled, as nobody here has decided to. */
export function newTraceparent(randomBytes: RandomBytes): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;
}

/** The next hop of the same trace. */
export function childOf(traceparent: string, randomBytes: RandomBytes): string {
  const [version, traceId, , flags] = traceparent.split('-');
  return [version, traceId, randomBytes(8).toString('hex'), flags].join('-');
}

export function traceIdOf(traceparent: string): string {
  return traceparent.split('-')[1] ?? '';
}
