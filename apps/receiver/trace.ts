import type { IncomingHttpHeaders } from 'node:http';
import { SpanKind, SpanStatusCode, type Span, type Tracer } from '@opentelemetry/api';
import {
  isSampled,
  isTraceparent,
  isTracestate,
  newTraceparent,
  spanContextOf,
  travelling,
  within,
  type RandomBytes,
  type Travelling,
} from '../shared/tracing.ts';
import type { Routed } from './route.ts';

/** The trace of one event, from here to its target. */
export interface EventTrace extends Travelling {
  /** Whether spans are made of it. */
  readonly kept: boolean;
  readonly end: (outcome: string, told: Readonly<Record<string, string>>) => void;
}

/** An event whose trace is known. */
export interface Traced extends Routed {
  readonly trace: EventTrace;
}

/** Where a trace begins, or goes on. */
export interface Origin {
  /** Its name. */
  readonly sender: string;
  /** What the sender says of its own trace. */
  readonly inbound: Travelling | undefined;
  /** Whether others came with the same request. */
  readonly batch: boolean;
}

/** The traces of one request: each event has one of its own, also in a batch. */
export interface RequestTrace {
  readonly event: (origin: Origin) => EventTrace;
  /** Of the request's own trace, where it is kept. */
  readonly keptId: () => string | undefined;
  readonly end: (status: number) => void;
}

export interface TraceOptions {
  /** Where spans go; `undefined` while nobody wants any. */
  readonly tracer: Tracer | undefined;
  /** The part of the traces that begin here which is kept, from 0 to 1. */
  readonly ratio: number;
  /** Senders whose traces are continued. Others could make us keep all of theirs, so theirs are linked. */
  readonly trust: ReadonlySet<string>;
  readonly random: () => number;
  readonly randomBytes: RandomBytes;
}

export interface TracedRequest {
  readonly method: string;
  readonly route: string;
  /** Monotonic, ms. */
  readonly startedMs: number;
}

export type TraceRequest = (request: TracedRequest) => RequestTrace;

/**
 * Follows requests and their events. Whether a trace is kept is decided before its first span: what is not kept costs a few
 * random bytes. The one event of a request continues the request's own trace; in a batch each begins a new one, with a link.
 *
 *     POST /events (SERVER) ── create events (PRODUCER) ──▶ the queue, with the event's `traceparent`
 */
export function createTraceRequest({ tracer, ratio, trust, random, randomBytes }: TraceOptions): TraceRequest {
  // Without spans of ours in between, a trace goes on as it came.
  const carry = (inbound: Travelling | undefined): EventTrace => ({
    traceparent: inbound?.traceparent ?? newTraceparent(randomBytes),
    tracestate: inbound?.tracestate,
    kept: false,
    end: nothing,
  });
  if (tracer === undefined) {
    const untold: RequestTrace = { event: ({ inbound }) => carry(inbound), keptId: nothing, end: nothing };
    return () => untold;
  }
  const isChosen = () => random() < ratio;

  return ({ method, route, startedMs }) => {
    let server: Span | undefined;
    const startServer = (parent: Travelling | undefined): Span =>
      tracer.startSpan(
        `${knownMethod(method)} ${route}`,
        {
          kind: SpanKind.SERVER,
          startTime: startedMs,
          attributes: { 'http.request.method': knownMethod(method), 'http.route': route },
          root: parent === undefined,
        },
        parent && within(spanContextOf(parent)),
      );
    const create = (
      parent: Span | Travelling | undefined,
      { links: told, tracestate }: { readonly links: readonly Travelling[]; readonly tracestate: string | undefined },
    ): EventTrace => {
      const context = parent && within('traceparent' in parent ? spanContextOf(parent) : parent);
      const links = told.map((each) => ({ context: spanContextOf(each) }));
      const attributes = {
        'messaging.system': 'aws_sqs',
        'messaging.operation.name': 'create',
        'messaging.operation.type': 'create',
      };
      const options = { kind: SpanKind.PRODUCER, links, attributes, root: parent === undefined };
      const span = tracer.startSpan('create events', options, context);
      return {
        ...travelling(span, tracestate),
        kept: true,
        end(outcome, more) {
          span.setAttributes({ ...more, 'eventgw.outcome': outcome });
          if (outcome !== 'queued') span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    };
    return {
      event({ sender, inbound, batch }) {
        const trusted = inbound !== undefined && trust.has(sender);
        const kept = trusted ? isSampled(inbound.traceparent) : isChosen();
        if (!kept) return carry(trusted ? inbound : undefined);
        const links = trusted || inbound === undefined ? [] : [inbound];
        const tracestate = trusted ? inbound.tracestate : undefined;
        if (!batch) {
          server = startServer(trusted ? inbound : undefined);
          return create(server, { links, tracestate });
        }
        server ??= startServer(undefined);
        return create(trusted ? inbound : undefined, { links: [travelling(server), ...links], tracestate });
      },
      keptId: () => server?.spanContext().traceId,
      end(status) {
        // Of a request that held no event nobody has decided yet.
        if (server === undefined && status >= 400 && isChosen()) server = startServer(undefined);
        if (server === undefined) return;
        server.setAttribute('http.response.status_code', status);
        if (status >= 500) server.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', String(status));
        server.end();
      },
    };
  };
}

const nothing = () => undefined;

/** HTTP's own methods; what else somebody sends is `_OTHER` (OpenTelemetry's HTTP conventions). */
function knownMethod(method: string): string {
  return /^(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH)$/.test(method) ? method : '_OTHER';
}

/** Begins the trace of an event of this request, by what the event or else the request says of its own. */
export function beginWith(
  trace: RequestTrace,
  headers: IncomingHttpHeaders,
  batch: boolean,
): (routed: Routed) => Traced {
  const inbound = readTrace(headers);
  return (routed) => {
    const { sender, trace: own = inbound } = routed.event;
    const { event, targets } = routed;
    return { ok: true, event, targets, trace: trace.event({ sender: sender.name, inbound: own, batch }) };
  };
}

function readTrace({ traceparent, tracestate }: IncomingHttpHeaders): Travelling | undefined {
  if (!isTraceparent(traceparent)) return undefined;
  return { traceparent, tracestate: isTracestate(tracestate) ? tracestate : undefined };
}
