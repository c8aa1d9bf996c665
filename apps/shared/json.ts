/**
 * JSON by its source text. JavaScript's numbers lose 64-bit ids, `1.10` and `1e400`, so what is only passed on is never
 * parsed into values: it is cut out of the text it came in.
 *
 * Every function here expects text that `JSON.parse` has accepted. On other text the result is unspecified, but each
 * scan ends: no index ever moves backwards.
 */

/** Characters by their codes: a scan by them costs far less than one by regular expressions. */
const code = {
  tab: 9,
  lineFeed: 10,
  carriageReturn: 13,
  space: 32,
  quote: 34,
  comma: 44,
  openBracket: 91,
  backslash: 92,
  closeBracket: 93,
  openBrace: 123,
  closeBrace: 125,
} as const;

const isSpace = (unit: number) =>
  unit === code.space || unit === code.lineFeed || unit === code.carriageReturn || unit === code.tab;

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Index just after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === code.backslash) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

function endOfScalar(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === code.comma || unit === code.closeBracket || unit === code.closeBrace || isSpace(unit)) return at;
  }
  return text.length;
}

/** What a scan of one value has seen. */
interface Scan {
  /** Index just after the value. */
  end: number;
  /** How many objects and arrays stand inside each other at its deepest place; 0 for a scalar. */
  depth: number;
}

/** Past `enough` it looks no deeper, so that a hostile text costs no more than its beginning. */
function scanValue(text: string, start: number, enough: number): Scan {
  const first = text.charCodeAt(start);
  if (first === code.quote) return { end: endOfString(text, start), depth: 0 };
  if (first !== code.openBrace && first !== code.openBracket) return { end: endOfScalar(text, start), depth: 0 };
  let open = 0;
  let depth = 0;
  for (let at = start; at < text.length;) {
    const unit = text.charCodeAt(at);
    if (unit === code.quote) {
      at = endOfString(text, at);
      continue;
    }
    at++;
    if (unit === code.openBrace || unit === code.openBracket) {
      open++;
      if (open > depth) depth = open;
      if (depth > enough) return { end: text.length, depth };
    } else if ((unit === code.closeBrace || unit === code.closeBracket) && --open === 0) return { end: at, depth };
  }
  return { end: text.length, depth };
}

/** How many objects and arrays stand inside each other at the deepest place of one value; past `enough` it counts no further. */
export function depthOf(text: string, enough = Infinity): number {
  return scanValue(text, skipSpace(text, 0), enough).depth;
}

export interface Members {
  readonly texts: ReadonlyMap<string, string>;
  readonly depth: number;
}

/**
 * The source text of each member of an object, by name, and how deep it is. Of a name that stands twice the last counts, as
 * in `JSON.parse`; a `Map`, so that a member named `__proto__` is a member like any other. What is deeper than `enough` has
 * no members worth reading.
 */
export function scanMembers(text: string, enough = Infinity): Members {
  const texts = new Map<string, string>();
  let depth = 0;
  const open = skipSpace(text, 0);
  if (text.charCodeAt(open) !== code.openBrace) return { texts, depth: depthOf(text, enough) };
  let at = skipSpace(text, open + 1);
  while (text.charCodeAt(at) === code.quote && depth < enough) {
    const nameEnd = endOfString(text, at);
    const quoted = text.slice(at, nameEnd);
    const name = quoted.includes('\\') ? nameOf(quoted) : quoted.slice(1, -1);
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const value = scanValue(text, start, enough - 1);
    depth = Math.max(depth, value.depth);
    texts.set(name, text.slice(start, value.end));
    const comma = skipSpace(text, value.end);
    at = skipSpace(text, comma + 1);
  }
  return { texts, depth: depth + 1 };
}

export function memberTexts(text: string): ReadonlyMap<string, string> {
  return scanMembers(text).texts;
}

/** The text may turn out to be no JSON yet. */
function nameOf(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}

/** The source text of each element of an array. */
export function elementTexts(text: string): string[] {
  const elements: string[] = [];
  let at = skipSpace(text, skipSpace(text, 0) + 1);
  while (at < text.length && text[at] !== ']') {
    const { end } = scanValue(text, at, Infinity);
    elements.push(text.slice(at, end));
    const comma = skipSpace(text, end);
    if (text[comma] !== ',') break;
    at = skipSpace(text, comma + 1);
  }
  return elements;
}

/**
 * The same JSON in characters that every SQS accepts: U+FFFE and U+FFFF are forbidden by SQS itself, and emulators
 * refuse all beyond the basic plane. Outside the basic plane and lone surrogates occur only inside strings, where an
 * escape means the same.
 */
export function queueSafe(text: string): string {
  if (!refusedByQueues.test(text)) return text;
  return text.replace(
    /[\uD800-\uDFFF\uFFFE\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const refusedByQueues = /[\uD800-\uDFFF\uFFFE\uFFFF]/;
