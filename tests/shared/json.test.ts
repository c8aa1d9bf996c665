import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { depthOf, elementTexts, memberTexts, queueSafe } from '../../apps/shared/json.ts';

describe('memberTexts', () => {
  it('keeps the source text of numbers, escapes and nested values', () => {
    const text =
      '{ "big": 12345678901234567890 , "price":1.10,"huge" : 1e400, "s":"a\\"}{\\\\", "o":{"a":[1, {"b":"]"}]},"e":{}}';
    expect(Object.fromEntries(memberTexts(text))).toEqual({
      big: '12345678901234567890',
      price: '1.10',
      huge: '1e400',
      s: '"a\\"}{\\\\"',
      o: '{"a":[1, {"b":"]"}]}',
      e: '{}',
    });
  });

  it('treats __proto__ and escaped names as members like any other', () => {
    const members = memberTexts('{"__proto__":{"x":1},"\\u0069d":"7"}');
    expect([...members]).toEqual([
      ['__proto__', '{"x":1}'],
      ['id', '"7"'],
    ]);
  });

  it('agrees with JSON.parse on any object, written in any spacing', () => {
    const spacing = fc.constantFrom(undefined, 1, '\t', ' \n');
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), spacing, (value, indent) => {
        const members = memberTexts(JSON.stringify(value, undefined, indent));
        expect([...members.keys()].sort()).toEqual(Object.keys(value).sort());
        for (const [name, text] of members) expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value[name])));
      }),
    );
  });
});

describe('elementTexts', () => {
  it('agrees with JSON.parse on any array', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 2), (value, indent) => {
        const texts = elementTexts(JSON.stringify(value, undefined, indent));
        expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('depthOf', () => {
  it.each([
    ['1', 0],
    ['"[[["', 0],
    ['{}', 1],
    ['{"a":[{"b":"}}"}],"c":{}}', 3],
    ['['.repeat(100_000) + ']'.repeat(100_000), 100_000],
  ])('counts what stands inside each other (%#)', (text, depth) => {
    expect(depthOf(text)).toBe(depth);
  });
});

describe('queueSafe', () => {
  const allowed = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd]*$/;

  it('means the same and holds only characters of the basic plane that SQS takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const text = queueSafe(JSON.stringify({ value }));
        expect(text).toMatch(allowed);
        expect(JSON.parse(text)).toEqual({ value });
      }),
    );
  });
});
