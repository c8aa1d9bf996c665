/**
 * JSON by its source text. JavaScript's numbers lose 64-bit ids, `1.10` and `1e400`, so what is only passed on is never
 * parsed into values: it is cut out of the text it came in.
 *
 * Every function here expects text that `JSON.parse` has accepted. On other text the result is unspecified, but each
 * scan ends: no index ever moves backwards.
 */

/** Characters by their codes: a scan by them costs a tenth of one by regular expressions. */
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

function endOfValue(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === code.quote) return endOfString(text, start);
  if (first !== code.openBrace && first !== code.openBracket) return endOfScalar(text, start);
  let open = 0;
  for (let at = start; at < text.length;) {
    const unit = text.charCodeAt(at);
    if (unit === code.quote) {
      at = endOfString(text, at);
      continue;
    }
    if (unit === code.openBrace || unit === code.openBracket) open++;
    else if ((unit === code.closeBrace || unit === code.closeBracket) && --open === 0) return at + 1;
    at++;
  }
  return text.length;
}

/**
 * How many objects and arrays stand inside each other at the deepest place; 0 for a bare scalar. Past `enough` it counts
 * no further, so that a hostile text costs no more than its beginning.
 */
export function depthOf(text: string, enough = Infinity): number {
  let open = 0;
  let deepest = 0;
  for (let at = 0; at < text.length && deepest <= enough;) {
    const unit = text.charCodeAt(at);
    if (unit === code.quote) {
      at = endOfString(text, at);
      continue;
    }
    if (unit === code.openBrace || unit === code.openBracket) deepest = Math.max(deepest, ++open);
    else if (unit === code.closeBrace || unit === code.closeBracket) open--;
    at++;
  }
  return deepest;
}

/**
 * The source text of each member of an object, by name. Of a name that stands twice the last counts, as in `JSON.parse`;
 * a `Map`, so that a member named `__proto__` is a member like any other.
 */
export function memberTexts(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let at = skipSpace(text, skipSpace(text, 0) + 1);
  while (text.charCodeAt(at) === code.quote) {
    const nameEnd = endOfString(text, at);
    const quoted = text.slice(at, nameEnd);
    const name = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = endOfValue(text, start);
    members.set(name, text.slice(start, end));
    const comma = skipSpace(text, end);
    at = skipSpace(text, comma + 1);
  }
  return members;
}

/** The source text of each element of an array. */
export function elementTexts(text: string): string[] {
  const elements: string[] = [];
  let at = skipSpace(text, skipSpace(text, 0) + 1);
  while (at < text.length && text[at] !== ']') {
    const end = endOfValue(text, at);
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
  return text.replace(
    /[\uD800-\uDFFF\uFFFE\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
