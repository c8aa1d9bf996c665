import { describe, expect, it } from '@jest/globals';
import { createMakeInput } from '../../apps/dispatcher/input.ts';
import { event } from './held.ts';

const data = '{"id":9007199254740993,"price":1.10,"huge":1e400,"small":2,"inner":{"n":12345678901234567890,"s":"x"}}';
const made = event({ data: { kind: 'json', text: data } });
const textOf = async (expression: string | undefined) => {
  const input = await createMakeInput(expression)(made, 'key-1');
  if (!input.ok) throw new Error(input.fault);
  return input.text;
};

describe('$input', () => {
  it('holds the event, and its data in the very text that was sent', async () => {
    expect(await textOf(undefined)).toBe(
      `{"key":"key-1","id":"e-1","type":"order.created","source":"/tests","time":"2026-01-01T00:00:00Z","brand":"testBrand","data":${data}}`,
    );
  });

  it('is null where there is no data', async () => {
    const input = await createMakeInput(undefined)(event({ data: { kind: 'none' } }), 'k');
    expect(input.ok && input.text).toContain('"data":null');
  });

  it.each([
    ['{ "whole": data }', `{"whole":${data}}`],
    ['{ "inner": data.inner }', '{"inner":{"n":12345678901234567890,"s":"x"}}'],
    ['{ "big": data.id }', '{"big":"9007199254740993"}'],
    ['{ "price": data.price * 2, "huge": data.huge }', '{"price":2.2,"huge":"1e400"}'],
    ['{ "list": [data.small, key] }', '{"list":[2,"key-1"]}'],
  ])('is what %s makes of it', async (expression, expected) => {
    expect(await textOf(expression)).toBe(expected);
  });

  it.each(['data.nothing', '$error("hunter2")', 'data.inner.s * 2'])(
    'tells that %s failed, without a value',
    async (expression) => {
      const input = await createMakeInput(expression)(made, 'k');
      expect(input.ok).toBe(false);
      expect(JSON.stringify(input)).not.toContain('hunter2');
    },
  );
});
