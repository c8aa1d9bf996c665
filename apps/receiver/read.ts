import { isUtf8 } from 'node:buffer';
import { elementTexts, scanMembers } from '../shared/json.ts';
import { maxAttributeChars, maxDepth } from '../shared/limits.ts';
import { maxBatchEvents } from './limits.ts';
import { refused, type Refused } from './refuse.ts';

/** The body as text; `undefined` where it is not UTF-8. */
export function textOf(body: Buffer): string | undefined {
  return isUtf8(body) ? body.toString() : undefined;
}

export interface JsonObject {
  readonly ok: true;
  readonly text: string;
  readonly members: ReadonlyMap<string, string>;
  readonly depth: number;
  readonly value: object;
}

/** Text that is a JSON object, by its members' source text. Depth is judged before anything recursive sees it. */
export function readObject(text: string, pointer = ''): JsonObject | Refused {
  // Before the parser: it takes seconds for a megabyte of brackets.
  const { texts: members, depth } = scanMembers(text, maxDepth + 1);
  if (depth > maxDepth + 1) {
    const detail = `is nested deeper than ${maxDepth} levels`;
    return refused('invalid', 'The event is nested too deep', { errors: [{ pointer: `${pointer}/data`, detail }] });
  }
  const value = parseJson(text);
  if (value === undefined) return refused('malformed', notJson);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refused('malformed', 'The event is not a JSON object');
  return { ok: true, text, members, depth, value };
}

/** Text that is a JSON object and becomes an event's data as it is. */
export function readData(text: string): JsonObject | Refused {
  const read = readObject(text);
  if (!read.ok || read.depth <= maxDepth) return read;
  const detail = `is nested deeper than ${maxDepth} levels`;
  return refused('invalid', 'The event is nested too deep', { errors: [{ pointer: '', detail }] });
}

/** Refuses attributes that are longer than they may be, all at once; `undefined` where none is. */
export function refuseLong(attributes: Readonly<Record<string, string>>): Refused | undefined {
  const long = Object.keys(attributes).filter((name) => (attributes[name] ?? '').length > maxAttributeChars);
  if (long.length === 0) return undefined;
  const detail = `is longer than ${maxAttributeChars} characters`;
  return refused('invalid', 'The event breaks a rule', {
    errors: long.map((name) => ({ pointer: `/${name}`, detail })),
  });
}

/** The source text of each event of a batch. */
export function readBatch(text: string): { readonly ok: true; readonly texts: readonly string[] } | Refused {
  const value = parseJson(text);
  if (value === undefined) return refused('malformed', notJson);
  if (!Array.isArray(value)) return refused('malformed', 'A batch is a JSON array of events');
  const texts = elementTexts(text);
  if (texts.length === 0) return refused('malformed', 'The batch is empty');
  if (texts.length > maxBatchEvents) {
    return refused('too_large', `The batch holds ${texts.length} events: send at most ${maxBatchEvents} at once`);
  }
  return { ok: true, texts };
}

/** The parser's own words quote the text, and so are not passed on. */
export const notJson = 'The body is not JSON';

/** The value of a JSON text; `undefined`, which no JSON is, where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A JSON string's value; `undefined` for any other JSON. */
export function stringOf(text: string | undefined): string | undefined {
  if (text?.startsWith('"') !== true) return undefined;
  // Most strings have no escape, and are themselves between their quotes.
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
}
