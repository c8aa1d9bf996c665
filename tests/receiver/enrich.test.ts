import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloudEvent, startReceiver, structured, type Receiver } from './harness.ts';

describe('what the gateway adds', () => {
  let receiver: Receiver;
  beforeAll(async () => (receiver = await startReceiver()));
  afterAll(() => receiver.close());

  it('is the brand, the sender and the time; what a sender forged of it is replaced', async () => {
    const before = Date.now();
    const forged = {
      brand: 'evil',
      sender: 'admin',
      digest: 'x',
      identity: 'digest',
      redrive: 7,
      receivedat: 'never',
    };
    const event = await receiver.arrived(cloudEvent('e-1', { ...forged, data: { a: 1 } }), structured);
    expect(event.attributes.get('brand')).toBe('"testBrand"');
    expect(event).toMatchObject({ sender: 'tests', identity: 'id', redrive: 0 });
    expect(event.attributes.get('digest')).toBeUndefined();
    expect(Date.parse(event.receivedAt)).toBeGreaterThanOrEqual(before);
    expect(event.time).toBe(event.receivedAt);
  });

  const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const other = '00-0af7651916cd43dd8448eb211c80319c-b9c7c989f97918e1-01';
  it.each<[string, object, Record<string, string>, object]>([
    ['the header', {}, { traceparent: parent, tracestate: 'a=1' }, { traceparent: parent, tracestate: 'a=1' }],
    [
      'the extension',
      { traceparent: other, tracestate: 'b=2' },
      { traceparent: parent },
      { traceparent: other, tracestate: 'b=2' },
    ],
    ['the header, the extension being none', { traceparent: 'x' }, { traceparent: parent }, { traceparent: parent }],
  ])('continues the trace of %s', async (_of, more, headers, trace) => {
    expect(await receiver.arrived(cloudEvent('t', more), { ...structured, ...headers })).toMatchObject(trace);
  });

  it.each([`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, 'nonsense', undefined])(
    'starts a trace for %s',
    async (header) => {
      const event = await receiver.arrived(cloudEvent('t'), {
        ...structured,
        ...(header && { traceparent: header }),
      });
      expect(event.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
      expect(event.traceparent).not.toContain('0'.repeat(32));
    },
  );

  it.each([
    ['too long', 'a='.padEnd(600, 'x')],
    ['no header text', 'a=1\r\nX-Evil: 1'],
  ])('leaves out a tracestate that is %s', async (_how, tracestate) => {
    const event = await receiver.arrived(cloudEvent('t', { traceparent: parent, tracestate }), structured);
    expect(event.traceparent).toBe(parent);
    expect(event).not.toHaveProperty('tracestate');
  });
});
