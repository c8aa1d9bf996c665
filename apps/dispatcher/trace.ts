import { SpanKind, SpanStatusCode, type Attributes, type Tracer } from '@opentelemetry/api';
import type { GatewayEvent } from '../shared/event.ts';
import {
  childOf,
  isSampled,
  spanContextOf,
  travelling,
  within,
  type RandomBytes,
  type Travelling,
} from '../shared/tracing.ts';

/** A part of the trip. */
export interface Step extends Travelling {
  readonly end: (told?: Attributes, failed?: boolean) => void;
}

/** The trip of one message through this pod, as a part of its event's trace. */
export interface Trip {
  /** Of the trace that the spans are in, where it is kept. */
  readonly keptId: string | undefined;
  /** `startedMs`: monotonic, where it began earlier. */
  readonly step: (name: StepName, startedMs?: number) => Step;
  readonly end: (outcome: string) => void;
}

export type StepName = 'limiter acquire' | 'POST' | 'settle';

export interface TraceTripOptions {
  /** Where spans go; `undefined` while nobody wants any. */
  readonly tracer: Tracer | undefined;
  /**
   * `parent`: the trip is a part of the trace that the event began in. `link`: it is a trace of its own, with a link. Better
   * where events wait for longer than a collector that samples at the end of traces does.
   */
  readonly mode: 'parent' | 'link';
  readonly target: string;
  readonly endpoint: URL;
  readonly randomBytes: RandomBytes;
  /** Wall clock, ms. */
  readonly clock: () => number;
}

export type TraceTrip = (event: GatewayEvent, receiveCount: number) => Trip;

/**
 * Follows an event that the receiver chose to keep the trace of:
 *
 *     process events (CONSUMER) ─┬─ limiter acquire   from the moment it is ready to its slot, for each slot
 *                                ├─ POST (CLIENT)     the call, whose trace the target gets
 *                                └─ settle            ledger and queue
 */
export function createTraceTrip({ tracer, mode, target, endpoint, randomBytes, clock }: TraceTripOptions): TraceTrip {
  return (event, receiveCount) => {
    if (tracer === undefined || !isSampled(event.traceparent)) return untraced(event, randomBytes);
    const created = spanContextOf(event);
    const isParent = mode === 'parent';
    const trip = tracer.startSpan(
      'process events',
      {
        kind: SpanKind.CONSUMER,
        root: !isParent,
        links: isParent ? [] : [{ context: created }],
        attributes: {
          'messaging.system': 'aws_sqs',
          'messaging.operation.name': 'process',
          'messaging.operation.type': 'process',
          'messaging.destination.name': target,
          'cloudevents.event_id': event.id,
          'cloudevents.event_source': event.source,
          'cloudevents.event_type': event.type,
          'eventgw.receive_count': receiveCount,
          'eventgw.queue_wait_s': Math.max(0, (clock() - Date.parse(event.receivedAt)) / 1_000),
        },
      },
      isParent ? within(created) : undefined,
    );
    const context = within(trip);
    const call = {
      'http.request.method': 'POST',
      'server.address': endpoint.hostname,
      'server.port': portOf(endpoint),
    };
    return {
      keptId: trip.spanContext().traceId,
      step(name, startedMs) {
        const isCall = name === 'POST';
        const options = { kind: isCall ? SpanKind.CLIENT : SpanKind.INTERNAL, attributes: isCall ? call : {} };
        const span = tracer.startSpan(
          name,
          startedMs === undefined ? options : { ...options, startTime: startedMs },
          context,
        );
        return {
          ...travelling(span, isParent ? event.tracestate : undefined),
          end(told = {}, failed = false) {
            span.setAttributes(told);
            if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
            span.end();
          },
        };
      },
      end(outcome) {
        trip.setAttribute('eventgw.outcome', outcome);
        if (outcome === 'dead_lettered') trip.setStatus({ code: SpanStatusCode.ERROR });
        trip.end();
      },
    };
  };
}

/** The trace goes on to the target, and nothing is told of it. */
function untraced({ traceparent, tracestate }: GatewayEvent, randomBytes: RandomBytes): Trip {
  const state = tracestate === undefined ? {} : { tracestate };
  return {
    keptId: undefined,
    step: (name) => ({
      traceparent: name === 'POST' ? childOf(traceparent, randomBytes) : traceparent,
      ...state,
      end: () => undefined,
    }),
    end: () => undefined,
  };
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
