import { encode, type EventData } from '../../apps/shared/event.ts';

/** What a webhook of a shop or a payment weighs, in bytes on the queue. */
export const usualBytes = 500;

const type = 'order.created';

/** An event as the receiver writes it to the queue; `{id}` in it stands for a number that the queue counts. */
export function eventBody(id = 'event-{id}', bytes = usualBytes): string {
  const shortest = encodeWith(id, '');
  return encodeWith(id, 'x'.repeat(Math.max(0, bytes - Buffer.byteLength(shortest))));
}

function encodeWith(id: string, filling: string): string {
  const time = new Date().toISOString();
  const data: EventData = { kind: 'json', text: JSON.stringify({ order: 42, filling }) };
  return encode({
    id,
    source: '/bench',
    type,
    time,
    sender: 'bench',
    receivedAt: time,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    identity: 'id',
    redrive: 0,
    attributes: new Map([['brand', '"testBrand"']]),
    data,
  });
}
