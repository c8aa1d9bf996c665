import type { GatewayEvent } from '../shared/event.ts';
import { elementTexts, memberTexts } from '../shared/json.ts';
import { compile } from './expression.ts';

export type Input = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly fault: string };

/** Makes `$input` of an event, as JSON source text. */
export type MakeInput = (event: GatewayEvent, key: string) => Promise<Input>;

/** `{ key, id, type, source, time, brand, data }`, with `data` in the very text that the sender wrote. */
export function inputText(event: GatewayEvent, key: string): string {
  const { id, type, source, time, attributes, data } = event;
  const head = JSON.stringify({ key, id, type, source, time }).slice(0, -1);
  return `${head},"brand":${attributes.get('brand') ?? 'null'},"data":${data.kind === 'none' ? 'null' : data.text}}`;
}

/** Throws where the expression is not JSONata. */
export function createMakeInput(expression: string | undefined): MakeInput {
  if (expression === undefined) return (event, key) => Promise.resolve({ ok: true, text: inputText(event, key) });
  const evaluate = compile(expression);
  return async (event, key) => {
    const texts = new WeakMap<object, string>();
    const result = await evaluate(toValue(inputText(event, key), texts));
    if (!result.ok) return { ok: false, fault: `the input expression failed with ${result.code}` };
    const text = toText(result.value, texts);
    return text === undefined ? { ok: false, fault: 'the input expression made nothing of it' } : { ok: true, text };
  };
}

/**
 * JSON as an expression sees it. Numbers that JavaScript cannot hold are strings of their digits; each object and array
 * remembers its source text, so that one passed through whole is written as it came.
 */
function toValue(text: string, texts: WeakMap<object, string>): unknown {
  if (text.startsWith('{')) {
    const object: Record<string, unknown> = {};
    for (const [name, member] of memberTexts(text)) {
      Object.defineProperty(object, name, {
        value: toValue(member, texts),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
    texts.set(object, text);
    return object;
  }
  if (text.startsWith('[')) {
    const array = elementTexts(text).map((element) => toValue(element, texts));
    texts.set(array, text);
    return array;
  }
  const value = JSON.parse(text) as unknown;
  return typeof value === 'number' && !holds(text, value) ? text : value;
}

function toText(value: unknown, texts: WeakMap<object, string>): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const source = texts.get(value);
  if (source !== undefined) return source;
  if (Array.isArray(value)) return `[${value.map((element) => toText(element, texts) ?? 'null').join(',')}]`;
  const members = Object.entries(value).flatMap(([name, member]) => {
    const text = toText(member, texts);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${members.join(',')}}`;
}

/** Whether a number means just what its source text says: 1.10 is 1.1, but 2^53 + 1 is not 2^53. */
function holds(text: string, value: number): boolean {
  return Number.isFinite(value) && decimal(text) === decimal(String(value));
}

/** A decimal number as its digits without zeros at either end, and the power of ten of the last one. */
function decimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return '0';
  return `${sign}${trimmed}e${Number(exponent) - fraction.length + digits.length - trimmed.length}`;
}
