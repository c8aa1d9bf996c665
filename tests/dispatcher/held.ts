import { randomBytes } from 'node:crypto';
import { createTraceTrip } from '../../apps/dispatcher/trace.ts';
import { digestOf, type GatewayEvent } from '../../apps/shared/event.ts';
import type { Held, Received } from '../../apps/dispatcher/held.ts';

/** An event as the dispatcher meets it. */
export function event(more: Partial<GatewayEvent> = {}): GatewayEvent {
  const data = more.data ?? { kind: 'json', text: '{"n":1}' };
  return {
    id: 'e-1',
    source: '/tests',
    type: 'order.created',
    time: '2026-01-01T00:00:00Z',
    sender: 'tests',
    receivedAt: '2026-01-01T00:00:00.000Z',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    digest: digestOf(more.type ?? 'order.created', data),
    identity: 'id',
    redrive: 0,
    attributes: new Map([['brand', '"testBrand"']]),
    data,
    ...more,
  };
}

export function received(
  key: string,
  more: { event?: GatewayEvent; sentAtMs?: number; receiveCount?: number } = {},
): Received {
  const { sentAtMs = Date.now(), receiveCount = 1 } = more;
  const message = {
    messageId: key,
    receiptHandle: key,
    body: '',
    sentAtMs,
    receiveCount,
    firstSentAtMs: undefined,
    requestedAtMs: performance.now(),
  };
  return { message, event: more.event ?? event(), key };
}

/** Of a pod that tells nobody of traces. */
export const traceNothing = createTraceTrip({
  tracer: undefined,
  mode: 'parent',
  target: 'crm',
  endpoint: new URL('http://localhost/graphql'),
  randomBytes,
  clock: Date.now,
});

export function held(of: Received, owner: string): Held {
  return {
    ...of,
    owner,
    attempts: 0,
    trip: traceNothing(of.event, 1),
    holdsFromMs: performance.now(),
    readyMs: performance.now(),
    lost: false,
    doubt: false,
    alone: false,
    refreshed: false,
  };
}
