import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CloudEvent } from 'cloudevents';
import {
  decode,
  digestOf,
  encode,
  isCarried,
  keyOf,
  type EventOnQueue,
  type GatewayEvent,
} from '../../apps/shared/event.ts';
import { queueSafe } from '../../apps/shared/json.ts';

const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 });
const json = fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.stringify(value));
const attributeName = fc.stringMatching(/^[a-z0-9]{1,20}$/).filter(isCarried);
const anyEvent: fc.Arbitrary<EventOnQueue> = fc.record(
  {
    id: anyText,
    source: anyText,
    type: anyText,
    time: anyText,
    sender: anyText,
    receivedAt: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    traceparent: fc.stringMatching(/^00-[0-9a-f]{31}1-[0-9a-f]{15}1-0[01]$/),
    tracestate: fc.stringMatching(/^[a-z]{1,9}=[a-z0-9]{1,9}(,[a-z]{1,9}=[a-z0-9]{1,9})?$/),
    identity: fc.constantFrom('id' as const, 'digest' as const),
    redrive: fc.nat(),
    attributes: fc
      .uniqueArray(fc.tuple(attributeName, json), { selector: ([name]) => name })
      .map((all) => new Map(all)),
    data: fc.oneof(
      fc.constant({ kind: 'none' as const }),
      json.map((text) => ({ kind: 'json' as const, text })),
      fc.base64String().map((text) => ({ kind: 'base64' as const, text: JSON.stringify(text) })),
    ),
  },
  {
    requiredKeys: [
      'id',
      'source',
      'type',
      'time',
      'sender',
      'receivedAt',
      'traceparent',
      'identity',
      'redrive',
      'attributes',
      'data',
    ],
  },
);

const sent: EventOnQueue = {
  id: '42',
  source: '/shop',
  type: 'order.created',
  time: '2026-01-02T03:04:05Z',
  sender: 'shop',
  receivedAt: '2026-01-02T03:04:06.000Z',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
  identity: 'id',
  redrive: 0,
  attributes: new Map([['brand', '"testBrand"']]),
  data: { kind: 'json', text: '{ "id": 12345678901234567890, "price": 1.10 }' },
};
const event: GatewayEvent = { ...sent, digest: digestOf(sent.type, sent.data) };

describe('an event on the queue', () => {
  it('comes back as it went, whatever it holds', () => {
    fc.assert(
      fc.property(anyEvent, (any) => {
        const body = encode(any);
        const data = any.data.kind === 'none' ? any.data : { ...any.data, text: queueSafe(any.data.text) };
        expect(body).not.toMatch(/[\uD800-\uDFFF\uFFFE\uFFFF]/);
        expect(decode(body)).toEqual({
          ok: true,
          event: {
            ...any,
            attributes: new Map([...any.attributes].map(([name, text]) => [name, queueSafe(text)])),
            data,
            digest: digestOf(any.type, data),
          },
        });
      }),
    );
  });

  it('keeps the text of numbers', () => {
    const decoded = decode(encode(event));
    expect(decoded.ok && decoded.event).toEqual(event);
  });

  it('is a CloudEvent to those who know nothing of us', () => {
    const known = new CloudEvent(JSON.parse(encode({ ...event, identity: 'digest', redrive: 2 })) as object);
    expect(known.validate()).toBe(true);
    expect(known).toMatchObject({ id: '42', source: '/shop', type: 'order.created', brand: 'testBrand', redrive: 2 });
  });

  it.each([
    ['', 'the message is not JSON'],
    ['{"specversion":"1.0"', 'the message is not JSON'],
    ['[]', 'the message is not a JSON object'],
    ['null', 'the message is not a JSON object'],
    ['"text"', 'the message is not a JSON object'],
    ['{}', 'the message is not a CloudEvent 1.0'],
    ['{"specversion":"0.3"}', 'the message is not a CloudEvent 1.0'],
    [
      '{"specversion":"1.0","id":7,"source":"","type":"t","time":"x","sender":"s","receivedat":"x"}',
      'the CloudEvent lacks id, source, traceparent',
    ],
    ['{"__proto__":{"specversion":"1.0"}}', 'the message is not a CloudEvent 1.0'],
  ])('says why %s is none of ours', (body, fault) => {
    expect(decode(body)).toEqual({ ok: false, fault });
  });

  it.each([['none'], ['00-00000000000000000000000000000000-b7ad6b7169203331-00'], ['00-0\r\nx: y']])(
    'says that a traceparent is none: %j',
    (traceparent) => {
      expect(decode(encode({ ...event, traceparent }))).toEqual({ ok: false, fault: 'the traceparent is none' });
    },
  );

  it('is known by what it holds, whatever digest it says of itself', () => {
    for (const digest of ['a b', 'a\r\nb', '\u0000', 'x'.repeat(44), digestOf('t', { kind: 'none' })]) {
      const forged = encode({ ...sent, attributes: new Map([['digest', JSON.stringify(digest)]]) });
      expect(forged).toContain('"digest"');
      const decoded = decode(forged);
      expect(decoded.ok && decoded.event).toEqual({ ...event, attributes: new Map() });
    }
  });

  it('says that a time of receiving is none, as no metric takes its age', () => {
    for (const receivedAt of ['never', '9999-99-99', '+275760-09-13T00:00:00.001Z']) {
      expect(decode(encode({ ...event, receivedAt }))).toEqual({ ok: false, fault: 'receivedat is no time' });
    }
  });

  it('looks at nothing that is nested deeper than the receiver takes, and at once', () => {
    const deep = (levels: number) => ({ kind: 'json' as const, text: '['.repeat(levels) + ']'.repeat(levels) });
    expect(decode(encode({ ...event, data: deep(100) }))).toMatchObject({ ok: true });
    const fault = 'the message is nested deeper than 100 levels';
    expect(decode(encode({ ...event, data: deep(101) }))).toEqual({ ok: false, fault });
    const startedMs = performance.now();
    expect(decode('['.repeat(1_000_000))).toEqual({ ok: false, fault });
    expect(performance.now() - startedMs).toBeLessThan(500);
  });

  it.each([['vendor=\r\nx: y'], ['vendor=\u00e9\u65e5'], ['\u0000']])(
    'goes on without a tracestate that no header takes: %j',
    (bad) => {
      const decoded = decode(encode({ ...event, tracestate: bad }));
      expect(decoded.ok && decoded.event).toEqual(event);
    },
  );

  it('says why without a word of what the message holds', () => {
    const foreign = JSON.stringify({ Type: 'Notification', Message: 'the-payload' });
    expect(JSON.stringify(decode(foreign))).not.toContain('the-payload');
  });

  it.each([['-1'], ['1.5'], ['1e99'], ['"3"'], ['null']])('takes a redrive of %s for none', (text) => {
    const decoded = decode(encode(event).replace('{', `{"redrive":${text},`));
    expect(decoded.ok && decoded.event.redrive).toBe(0);
  });
});

describe('the key', () => {
  const key = (more: Partial<GatewayEvent> = {}, instance = 'prod', target = 'crm') =>
    keyOf(instance, target, { ...event, ...more });

  it('is 43 characters that every header takes', () => {
    expect(key()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('names installation, target, sender, source and id', () => {
    const keys = [
      key(),
      key({}, 'staging'),
      key({}, 'prod', 'erp'),
      key({ sender: 'other' }),
      key({ source: '/other' }),
      key({ id: '43' }),
      key({ source: '/shop42', id: '' }),
      key({ source: '/shop"', id: ',"42' }),
      key({ identity: 'digest' }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is the same over retries, redrives and whatever else changes', () => {
    const same = {
      redrive: 3,
      digest: 'other',
      time: 'later',
      receivedAt: 'later',
      type: 'order.updated',
      attributes: new Map(),
    };
    expect(key({ ...same, data: { kind: 'none' } })).toBe(key());
  });

  it('holds the digest where the id was only found inside', () => {
    const inside = { identity: 'digest' as const };
    expect(key({ ...inside, digest: 'a' })).not.toBe(key({ ...inside, digest: 'b' }));
    expect(key({ ...inside, redrive: 1 })).toBe(key(inside));
  });
});

describe('the digest', () => {
  it('is the first 128 bits of SHA-256 over type, kind and data, as base64url', () => {
    fc.assert(
      fc.property(anyText, json, (type, text) => {
        const whole = createHash('sha256')
          .update(`${JSON.stringify([type, 'json'])}${text}`)
          .digest();
        expect(digestOf(type, { kind: 'json', text })).toBe(whole.toString('base64url', 0, 16));
      }),
    );
  });

  it('is 22 characters over type and data', () => {
    const digests = [
      digestOf('t', { kind: 'none' }),
      digestOf('t', { kind: 'json', text: '""' }),
      digestOf('t', { kind: 'base64', text: '""' }),
      digestOf('t', { kind: 'json', text: '1.1' }),
      digestOf('t', { kind: 'json', text: '1.10' }),
      digestOf('u', { kind: 'none' }),
    ];
    for (const digest of digests) expect(digest).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(new Set(digests).size).toBe(digests.length);
    expect(digestOf('t', { kind: 'none' })).toBe(digests[0]);
  });
});
