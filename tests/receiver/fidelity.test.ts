import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { depthOf, queueSafe } from '../../apps/shared/json.ts';
import { startReceiver, structured, type Receiver } from './harness.ts';

describe('through the receiver', () => {
  let receiver: Receiver;
  beforeAll(async () => (receiver = await startReceiver()));
  afterAll(() => receiver.close());

  const number = fc.oneof(
    fc.constantFrom('12345678901234567890', '1.10', '-0.0', '1e400', '1E+2', '-0', '0.1e-999', `1.${'0'.repeat(400)}1`),
    fc.bigInt().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  );
  const codeUnits = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
  const string = fc.oneof(
    fc
      .oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), codeUnits)
      .map((text) => JSON.stringify(text)),
    fc.constantFrom(
      '"\\u0041\\/"',
      '"\\ud83d\\ude00"',
      '"😀"',
      '"\uffff\ufffe"',
      '"\\\\\\""',
      '"\u2028\u007f"',
      '"]}"',
    ),
  );
  const name = fc.oneof(fc.constantFrom('"__proto__"', '"constructor"', '"a"', '"\\u0061"', '""', '"toJSON"'), string);
  const gap = fc.constantFrom('', '', ' ', '\n', '\t', '\r\n  ');

  /** JSON text as nobody's serializer writes it. */
  const { value, object } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(number, string, fc.constantFrom('null', 'true', 'false')),
      tie('object'),
      tie('array'),
    ),
    object: fc
      .tuple(gap, fc.array(fc.tuple(name, gap, tie('value'), gap), { maxLength: 5 }))
      .map(
        ([space, members]) => `{${space}${members.map(([k, a, v, b]) => `${k}${a}:${b}${v}${a}`).join(`,${space}`)}}`,
      ),
    array: fc
      .tuple(gap, fc.array(tie('value'), { maxLength: 5 }))
      .map(([space, elements]) => `[${space}${elements.join(`${space},`)}${space}]`),
  }));
  const nested = fc
    .tuple(value, fc.integer({ min: 0, max: 90 }), fc.boolean())
    .map(([inner, levels, arrays]) =>
      arrays ? '['.repeat(levels) + inner + ']'.repeat(levels) : '{"n":'.repeat(levels) + inner + '}'.repeat(levels),
    );

  describe('a payload arrives as it was sent', () => {
    it('as data of a CloudEvent', async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(value, nested), gap, async (text, space) => {
          fc.pre(depthOf(text) <= 100);
          const body = `{"specversion":"1.0","id":"f","source":"/f","type":"f","data":${space}${text}${space}}`;
          const { data } = await receiver.arrived(body, structured);
          expect(data).toEqual({ kind: 'json', text: queueSafe(text) });
        }),
        { numRuns: 200 },
      );
    });

    it('as a plain object', async () => {
      await fc.assert(
        fc.asyncProperty(object, gap, async (text, space) => {
          const { data } = await receiver.arrived(space + text + space, { 'idempotency-key': 'f' });
          expect(data).toEqual({ kind: 'json', text: queueSafe(text) });
        }),
        { numRuns: 100 },
      );
    });

    it('as one of a batch', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 20 }), gap, async (texts, space) => {
          const events = texts.map((text, i) => `${space}{"id":"${i}","of":${text}}`);
          const { status } = await receiver.post(`[${events.join(',')}${space}]`, {}, '/events/batch');
          expect(status).toBe(202);
          const arrived = new Map((await receiver.queued()).map(({ id, data }) => [id, data]));
          expect(arrived.size).toBe(texts.length);
          for (const [i, text] of texts.entries())
            expect(arrived.get(String(i))).toEqual({ kind: 'json', text: queueSafe(`{"id":"${i}","of":${text}}`) });
        }),
        { numRuns: 30 },
      );
    });

    it('exactly, where JavaScript itself would not keep it', async () => {
      const text = '{"id":12345678901234567890,"price":1.10,"huge":1e400,"zero":-0.0,"__proto__":{"a":1},"a":1,"a":2}';
      expect((await receiver.arrived(text)).data).toEqual({ kind: 'json', text });
    });
  });
});
