/**
 * JSON by its source text. JavaScript's numbers lose 64-bit ids, `1.10` and `1e400`, so what is only passed on is never
 * parsed into values: it is cut out of the text it came in.
 *
 * Every function here expects text that `JSON.parse` has accepted. On other text the result is unspecified, but each
 * scan ends: no index ever moves backwards.
 */

const structural = /["{}[\]]/g;
const scalarEnd = /[,\]}\s]/g;
const space = /[^\s]/g;

function next(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

/** Index just after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first !== '{' && first !== '[') return next(scalarEnd, text, start);
  let open = 0;
  for (let at = start; at < text.length;) {
    const mark = text[at];
    if (mark === '"') {
      at = next(structural, text, endOfString(text, at));
      continue;
    }
    open += mark === '{' || mark === '[' ? 1 : -1;
    if (open === 0) return at + 1;
    at = next(structural, text, at + 1);
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
  for (let at = next(structural, text, 0); at < text.length && deepest <= enough;) {
    const mark = text[at];
    if (mark === '"') {
      at = next(structural, text, endOfString(text, at));
      continue;
    }
    if (mark === '{' || mark === '[') deepest = Math.max(deepest, ++open);
    else open--;
    at = next(structural, text, at + 1);
  }
  return deepest;
}

/**
 * The source text of each member of an object, by name. Of a name that stands twice the last counts, as in `JSON.parse`;
 * a `Map`, so that a member named `__proto__` is a member like any other.
 */
export function memberTexts(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let at = next(space, text, next(space, text, 0) + 1);
  while (text[at] === '"') {
    const nameEnd = endOfString(text, at);
    const quoted = text.slice(at, nameEnd);
    const name = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
    const start = next(space, text, next(space, text, nameEnd) + 1);
    const end = endOfValue(text, start);
    members.set(name, text.slice(start, end));
    const comma = next(space, text, end);
    at = next(space, text, comma + 1);
  }
  return members;
}

/** The source text of each element of an array. */
export function elementTexts(text: string): string[] {
  const elements: string[] = [];
  let at = next(space, text, next(space, text, 0) + 1);
  while (at < text.length && text[at] !== ']') {
    const end = endOfValue(text, at);
    elements.push(text.slice(at, end));
    const comma = next(space, text, end);
    if (text[comma] !== ',') break;
    at = next(space, text, comma + 1);
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
