import {
  isValidSpanId,
  isValidTraceId,
  ROOT_CONTEXT,
  trace,
  type Context,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';

const traceparentPattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Bytes of randomness, passed in. */
export type RandomBytes = (size: number) => Buffer;

/** A trace as it travels: W3C Trace Context. */
export interface Travelling {
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}

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

/** The start of a trace that is not kept. */
export function newTraceparent(randomBytes: RandomBytes): string {
  const ids = randomBytes(24).toString('hex');
  return `00-${ids.slice(0, 32)}-${ids.slice(32)}-00`;
}

/** So many bytes are asked of the system at once: a question of its own for each event costs more than all else here. */
const pooledBytes = 4_096;

/** Bytes for the ids of traces, which need not be secret; no byte is given out twice. */
export function poolBytes(randomBytes: RandomBytes): RandomBytes {
  let pool: Buffer = Buffer.alloc(0);
  let at = 0;
  return (size) => {
    if (pool.length - at < size) {
      pool = randomBytes(pooledBytes);
      at = 0;
    }
    at += size;
    return pool.subarray(at - size, at);
  };
}

/** The next hop of the same trace. */
export function childOf(traceparent: string, randomBytes: RandomBytes): string {
  return `${traceparent.slice(0, 36)}${randomBytes(8).toString('hex')}${traceparent.slice(52)}`;
}

export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}

/** Of `trace-flags`. */
const sampledFlag = 1;

/** Whether whoever began the trace keeps it (§3.2.2.3.1). */
export function isSampled(traceparent: string): boolean {
  return (Number.parseInt(traceparent.slice(-2), 16) & sampledFlag) !== 0;
}

/** A trace that came from elsewhere, as OpenTelemetry has it; its `tracestate` is carried past it. */
export function spanContextOf({ traceparent }: Travelling): SpanContext {
  const [, traceId = '', spanId = '', flags = '00'] = traceparentPattern.exec(traceparent) ?? [];
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

/** Where a span is the parent of what begins. */
export function within(parent: Span | SpanContext): Context {
  const span = 'spanContext' in parent ? parent : trace.wrapSpanContext(parent);
  return trace.setSpan(ROOT_CONTEXT, span);
}

/** A span's own context, for the next hop; with what the trace it is in carried so far. */
export function travelling(span: Span, tracestate?: string): Travelling {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
  return { traceparent, ...(tracestate === undefined ? {} : { tracestate }) };
}
